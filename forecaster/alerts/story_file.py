"""A story as a file of plain columns, so that a start need not read every forecast.

Times are microseconds since 1970, texts as long as the longest. What is missing or cannot be read
is no story; whoever asks reads the forecasts instead.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from forecaster.alerts.machine import Observation
from forecaster.alerts.replay import Moment
from forecaster.alerts.story import Story
from forecaster.belief import Kind
from forecaster.errors import StoreError
from forecaster.posterior import files

LAYOUT = 1  # of the columns, and of what is read out of a forecast
KINDS: tuple[Kind, ...] = ("published", "provisional", "hindcast")
NUMBERS = ("value", "lower", "upper", "error")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

Columns = dict[str, Any]


def load(folder: Path, quantity: str) -> Story | None:
    """The story of a quantity; None if none is kept."""
    try:
        with _place(folder, quantity).open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            if isinstance(arrays, np.ndarray):  # a file of one array, which is not ours
                return None
            columns = {name: arrays[name] for name in arrays.files}
        return _story(columns) if columns["layout"] == LAYOUT else None
    except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile):
        return None


def keep(folder: Path, quantity: str, story: Story) -> None:
    """Keep a story instead of an earlier one; it is no error if that fails."""
    content = BytesIO()
    np.savez(content, allow_pickle=False, **_columns(story))
    with suppress(StoreError):
        files.write(content.getbuffer(), _place(folder, quantity))


def _place(folder: Path, quantity: str) -> Path:
    return folder / f"{quantity}.npz"


def _columns(story: Story) -> Columns:
    newest = story.newest or ()
    hindcasts = [one for _, one in story.hindcasts.values()]
    about = {
        "layout": LAYOUT,
        "last": story.last,
        "name": story.name,
        "first": [] if story.first is None else [_ticks(story.first)],
        "newest": [_ticks(one) for one in newest],
        "stood.kind": [KINDS.index(kind) for kind, _ in story.stood],
        "hindcast.of": [_ticks(one) for one in story.hindcasts],
        "hindcast.made": [_ticks(made) for made, _ in story.hindcasts.values()],
        "hindcast.found": [one is not None for one in hindcasts],
    }
    stood = _observed("stood", [one for _, one in story.stood])
    found = _observed("hindcast", [one for one in hindcasts if one is not None])
    return {name: np.asarray(column) for name, column in (about | stood | found).items()}


def _observed(prefix: str, found: list[Observation]) -> Columns:
    columns: Columns = {name: [getattr(one, name) for one in found] for name in NUMBERS}
    columns["id"] = np.array([one.id for one in found], dtype=str)
    columns["date"] = np.array([one.date or "" for one in found], dtype=str)
    columns["as_of"] = [_ticks(one.as_of) for one in found]
    columns["seen"] = [_ticks(one.seen) for one in found]
    return {f"{prefix}.{name}": column for name, column in columns.items()}


def _story(columns: Columns) -> Story:
    """Raises ``KeyError``, ``ValueError`` or ``IndexError`` where something is missing."""
    kinds = [KINDS[at] for at in columns["stood.kind"].tolist()]
    stood: list[Moment] = list(zip(kinds, _observations("stood", columns), strict=True))
    found = iter(_observations("hindcast", columns))
    made = [_time(one) for one in columns["hindcast.made"].tolist()]
    told = [next(found) if one else None for one in columns["hindcast.found"].tolist()]
    of = [_time(one) for one in columns["hindcast.of"].tolist()]
    first = [_time(one) for one in columns["first"].tolist()]
    newest = [_time(one) for one in columns["newest"].tolist()]
    return Story(
        stood=stood,
        hindcasts=dict(zip(of, zip(made, told, strict=True), strict=True)),
        first=first[0] if first else None,
        newest=(newest[0], newest[1]) if newest else None,
        last=int(columns["last"]),
        name=str(columns["name"]),
    )


def _observations(prefix: str, columns: Columns) -> list[Observation]:
    def column(name: str) -> list[Any]:
        return list(columns[f"{prefix}.{name}"].tolist())

    days: dict[str, str | None] = {"": None}
    dates = [days.setdefault(one, one) for one in column("date")]  # what is equal is held once
    as_of = [_time(one) for one in column("as_of")]
    seen = [
        known if then == ticks else _time(then)
        for known, ticks, then in zip(as_of, column("as_of"), column("seen"), strict=True)
    ]
    numbers = (column(name) for name in NUMBERS)
    rows = zip(column("id"), as_of, *numbers, seen, dates, strict=True)
    return [Observation(*row) for row in rows]


def _ticks(when: datetime) -> int:
    return (when - EPOCH) // TICK


def _time(ticks: int) -> datetime:
    return EPOCH + timedelta(microseconds=ticks)
