"""The headline through time: what was said, what was made later, and what happened meanwhile.

History and Today draw it from here. Nothing in the drawing depends on the minute, so that it is
drawn once a day at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, overload
from urllib.parse import quote

from forecaster import documents
from forecaster.errors import InvalidFiles
from forecaster.posterior import phrases, words
from forecaster.store import resolutions, timeline
from forecaster.store.timeline import Point, Recorded
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table, interval
from forecaster.web.site import Site

DRAWN = 400  # more points than this no screen tells apart
LISTED = 60  # rows under the fold; the CSV has all
STRETCHES = 90  # ticks that can still be told apart and hit
#: Where the plot lies in its drawing, so that the ticks below it stand in the right place.
FRAME = {"left": 44.0, "right": 12.0, "top": 10.0, "bottom": 24.0, "wide": 604.0, "tall": 200.0}
NAMES = 18.0  # more at the top where marks have names
HOUR = timedelta(hours=1)


class Mark(NamedTuple):
    """Something that happened on a day: ``kind`` is ``shock`` or ``resolution``."""

    kind: str
    day: date
    name: str
    text: str


class Tick(NamedTuple):
    """A stretch of time in which readings were recorded; it opens the last one's indicator."""

    x: float
    href: str
    text: str


@dataclass(frozen=True)
class Line:
    """What is known of the headline's course at a time, oldest first."""

    said: Sequence[Point]
    later: Sequence[Point]
    marks: Sequence[Mark]
    recorded: Sequence[Recorded]

    @property
    def drawable(self) -> bool:
        """Whether there is a line to draw: one point is none."""
        return len(self.said) > 1 or len(self.later) > 1

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the first point to the last, or to the reading recorded last."""
        moments = [one.as_of for one in (*self.said, *self.later)]
        ends = [max(moments), *(_noon(one.day) for one in self.recorded[-1:])]
        first, last = min(moments), max(ends)
        return (first, last) if last - first > HOUR else (first - HOUR, last + HOUR)


def line(site: Site, at: datetime, days: int | None, *, later: bool = True) -> Line:
    """The course of the headline as known at a moment, over so many days or all of it."""
    engine = site.desk.engine
    since = None if days is None else datetime.combine(at.date(), time(), UTC) - timedelta(days)
    said = timeline.points(engine, at, since=since)
    found = timeline.points(engine, at, since=since, kinds=("hindcast",)) if later else []
    # Of several hindcasts of one moment the one made last speaks.
    hindcasts = list({one.as_of: one for one in found}.values())
    recorded = timeline.recorded(engine, at, since=since)
    if not said and not hindcasts:
        return Line((), (), (), ())
    known = Line(said, hindcasts, (), [one for one in recorded if _inside(one, since)])
    first, last = (moment.date() for moment in known.span)
    marks = [one for one in _happened(site, at) if first <= one.day <= last]
    return Line(said, hindcasts, marks, known.recorded)


def thin[T](points: Sequence[T], moments: Sequence[float], limit: int) -> list[T]:
    """At most ``limit`` of the points: the first, then the last of each of equal stretches."""
    if len(points) <= limit:
        return list(points)
    first = moments[0]
    width = (moments[-1] - first) / (limit - 1) or 1.0
    last_of: dict[int, T] = {}
    for point, when in zip(points, moments, strict=True):
        last_of[min(int((when - first) / width), limit - 2)] = point
    kept = list(last_of.values())
    return kept if kept[0] is points[0] else [points[0], *kept]


def figure(of: Line) -> Figure:
    """The chart, with every forecast of its time in its table."""
    said, later = (_thin(points) for points in (of.said, of.later))
    first, last = of.span
    return Figure(
        title=_title(of),
        note=_note(of, len(said)),
        alt=_alt(of),
        drawing=drawings.history(
            said=[(*_row(one), float(one.kind == "provisional")) for one in said],
            later=[_row(one) for one in later],
            marks=[
                {"when": _stamp(_noon(one.day)), "text": one.name, "kind": one.kind}
                for one in of.marks
            ],
            span=(_stamp(first), _stamp(last)),
            frame=FRAME | {"top": FRAME["top"] + (NAMES if of.marks else 0.0)},
        ),
        table=_table(of),
    )


def _thin(points: Sequence[Point]) -> list[Point]:
    return thin(points, [one.as_of.timestamp() for one in points], DRAWN)


def _title(of: Line) -> str:
    if len(of.said) < 2:
        return "An alliance within ten years, through time"
    first, last = of.said[0], of.said[-1]
    return phrases.moved_since(last.mean - first.mean, first.as_of)


def _note(of: Line, drawn: int) -> str:
    parts = []
    if of.said:
        parts.append("An alliance within ten years as said at the time, with 90 % interval.")
    if any(one.kind == "provisional" for one in of.said):
        parts.append("Dashed line and hollow points: provisional.")
    if of.later:
        parts.append("Dotted, diamonds: made later from what was known then (hindcasts).")
    if any(one.kind == "shock" for one in of.marks):
        parts.append("Rules: months in which something broke, listed with hindsight.")
    parts.append(phrases.thinned(drawn, len(of.said)))
    return " ".join(part for part in parts if part)


def _alt(of: Line) -> str:
    if not of.said:
        return "Hindcasts through time; the table has the numbers."
    first, last = of.said[0], of.said[-1]
    return (
        f"Probability of an alliance within ten years, from {words.percent(first.mean)} on "
        f"{words.day(first.as_of)} to {words.percent(last.mean)} on {words.day(last.as_of)}."
    )


class Rows(Sequence[Sequence[Any]]):
    """The rows of the table, newest last, made when asked for: a page shows few of thousands."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points

    def __len__(self) -> int:
        return len(self._points)

    @overload
    def __getitem__(self, at: int) -> Sequence[Any]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Sequence[Any]]: ...
    def __getitem__(self, at: int | slice) -> Sequence[Any]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        one = self._points[at]
        moment = documents.moment(one.as_of)
        return [moment, one.mean, one.lower, one.upper, one.kind, one.forecast_id]


def _table(of: Line) -> Table:
    rows = Rows(sorted((*of.said, *of.later), key=lambda one: one.as_of))
    columns = [
        Column("as_of", "As known", words.moment, number=False),
        *interval(words.percent),
        Column("kind", "Kind", number=False),
        Column("forecast_id", "Forecast", number=False),
    ]
    brief = range(max(0, len(rows) - LISTED), len(rows))
    return Table(columns, rows, list(reversed(brief)))


def ticks(site: Site, of: Line, link: Callable[..., str]) -> dict[str, Any]:
    """The readings recorded meanwhile, as ticks in the chart's own coordinates, and in words."""
    if not of.recorded:
        return {"ticks": [], "said": "", "wide": 0}
    first, last = (_stamp(moment) for moment in of.span)
    wide = FRAME["wide"]
    catalogue = site.desk.catalogue
    stretches: dict[int, list[Recorded]] = {}
    for one in of.recorded:
        share = (_stamp(_noon(one.day)) - first) / (last - first)
        part = min(max(share, 0.0), 1.0)
        stretches.setdefault(round(part * STRETCHES), []).append(one)
    found = []
    for number, days in stretches.items():
        newest = days[-1]
        known = catalogue.get(newest.indicator)
        title = known.title if known else newest.indicator
        amount = words.count(sum(one.amount for one in days), "reading")
        found.append(
            Tick(
                x=round(FRAME["left"] + wide * number / STRETCHES, 1),
                href=link(f"/indicators/{quote(newest.indicator, safe='')}"),
                text=f"{words.day(newest.day)}: {title}, {newest.period} ({amount})",
            )
        )
    readings = sum(one.amount for one in of.recorded)
    return {
        "ticks": found,
        "said": phrases.ticks(len(found), readings),
        "wide": FRAME["left"] + wide + FRAME["right"],
    }


def _happened(site: Site, at: datetime) -> list[Mark]:
    known = resolutions.as_known(site.desk.engine, at, recorded_by=at)
    found = [
        Mark("resolution", one.date, words.title(one.scenario), "in force from then on")
        for one in known
    ]
    try:
        shocks = site.desk.priors.shocks
    except InvalidFiles:
        shocks = ()  # `forecaster check` tells of it; what was said needs no priors
    found += [
        Mark("shock", _month(one.month), words.title(one.id), one.title)
        for one in shocks
        if _month(one.month) <= at.date()
    ]
    return sorted(found, key=lambda one: one.day)


def _month(text: str) -> date:
    return date(int(text[:4]), int(text[5:7]), 15)


def _inside(one: Recorded, since: datetime | None) -> bool:
    return since is None or one.day >= since.date()


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _stamp(when: datetime) -> float:
    """Milliseconds, whole minutes: finer no screen shows."""
    return round(when.timestamp() / 60) * 60_000.0


def _row(one: Point) -> tuple[float, float, float, float]:
    return _stamp(one.as_of), round(one.mean, 5), round(one.lower, 5), round(one.upper, 5)
