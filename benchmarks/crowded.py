"""A state as it will be in years: 10,000 forecasts and 100,000 readings, made in bulk.

The forecasts are copies of one that was fitted, each with a headline of its own and all with its
posterior, whose hash is thus compared once only; of the readings beyond the embedded record half
are revisions of it, half tell of days.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, islice
from math import sin
from pathlib import Path
from typing import Any

import h5py

from forecaster import settings
from forecaster.belief import Forecast
from forecaster.store import forecasts, readings
from forecaster.store.engine import open_engine, writing
from forecaster.store.handle import Engine
from forecaster.store.instants import to_text
from forecaster.store.migrate import upgrade
from forecaster.store.records import NewReading
from forecaster.wiring import Desk
from indicators.period import Period

APART = timedelta(hours=3)  # from one forecast to the next
FOLDER = "posteriors"
DRAWN = (
    *(f"summary/{name}" for name in ("factor", "level", "hazard", "scenario_mean", "alliance_by")),
    *(f"fitted/{name}" for name in ("factor_alone", "predictive", "left_out")),
)


@dataclass(frozen=True)
class Crowded:
    """The state, and what is needed to add to it."""

    desk: Desk
    document: Forecast
    posterior: Path
    sha256: str
    ids: list[str]

    def publish(self, number: int, as_of: datetime, path: Path, sha256: str) -> str:
        """One more forecast."""
        with writing(self.desk.engine) as connection:
            document = _numbered(self.document, number, as_of)
            forecasts.insert(
                connection,
                document,
                kind="published",
                posterior_path=f"{FOLDER}/{path.name}",
                posterior_sha256=sha256,
            )
        return document["forecast_id"]

    def another_posterior(self, name: str) -> tuple[Path, str]:
        """The same posterior, its curves moved a little, so that every chart is a new one."""
        path = self.posterior.with_name(f"{name}.nc")
        shutil.copyfile(self.posterior, path)
        moved = 1.0 - len(name) / 10_000.0
        with h5py.File(path, "r+") as file:
            for place in DRAWN:
                if place in file:
                    file[place][...] = file[place][...] * moved
        return path, _sha256(path)

    def record(self, number: int, now: datetime) -> None:
        """One more reading."""
        name = next(iter(self.desk.catalogue))
        period = Period.parse((date(2010, 1, 1) + timedelta(days=number)).isoformat())
        one = NewReading(name, period, 1.0, None, now, "https://example.org/release", "fetched")
        if readings.add(self.desk.engine, [one], now=now).added != 1:
            raise RuntimeError(f"the reading of {period.text} was not new")


def make(
    home: Path, source: Engine, source_home: Path, sizes: tuple[int, int], now: datetime
) -> Crowded:
    """Fill a folder with so many forecasts and readings, after the forecast that stands."""
    document = forecasts.standing(source)
    place = document and forecasts.posterior_of(source, document["forecast_id"])
    if document is None or place is None:
        raise RuntimeError("there is no forecast to be copied, or it has no posterior")
    posterior = home / FOLDER / Path(place[0]).name
    posterior.parent.mkdir(parents=True)
    shutil.copyfile(source_home / place[0], posterior)
    chosen = settings.load({"FORECASTER_HOME": str(home)})
    desk = Desk(chosen, open_engine(chosen.database_url))
    upgrade(desk.engine)
    many_forecasts, many_readings = sizes
    batch = list(islice(_readings(desk, many_readings, now), many_readings))
    readings.add(desk.engine, batch, now=now)
    ids = []
    with writing(desk.engine) as connection:
        for number in range(many_forecasts):
            as_of = now - timedelta(minutes=5) - (many_forecasts - 1 - number) * APART
            one = _numbered(document, number, as_of)
            ids.append(one["forecast_id"])
            forecasts.insert(
                connection,
                one,
                kind="provisional" if number % 50 == 7 else "published",
                posterior_path=f"{FOLDER}/{posterior.name}",
                posterior_sha256=place[1],
            )
    return Crowded(desk, document, posterior, place[1], ids)


def _numbered(document: Forecast, number: int, as_of: datetime) -> Forecast:
    """A copy of its own time and identity, its headline up or down by up to a quarter."""
    by = 1 + 0.25 * sin(number / 40)
    headline = _scaled(document["headline"], by)
    # The rules of alerts watch the row of its date.
    horizons: list[Any] = [
        {**row, "alliance_by": _scaled(row["alliance_by"], by)}
        if row["date"] == headline["date"]
        else row
        for row in document["horizons"]
    ]
    return {
        **document,
        "forecast_id": f"crowd-{number:06d}",
        "as_of": to_text(as_of),
        "created_at": to_text(as_of),
        "data_hash": f"{number:064x}",
        "headline": headline,
        "horizons": horizons,
    }


def _scaled(value: Any, by: float) -> Any:
    return {**value, **{name: value[name] * by for name in ("mean", "lower", "upper")}}


def _readings(desk: Desk, wanted: int, now: datetime) -> Iterator[NewReading]:
    embedded = desk.embedded()
    yield from embedded
    more = max(0, wanted - len(embedded))
    yield from islice(_revisions(embedded, now), more // 2)
    yield from _days(desk)


def _revisions(embedded: list[NewReading], now: datetime) -> Iterator[NewReading]:
    """Each known value again and again, a day later and a little higher each time."""
    for times in range(1, 1000):
        for one in embedded:
            known_at = one.known_at + timedelta(days=times)
            if known_at < now:
                value = one.value + times / 1024
                yield one._replace(value=value, known_at=known_at, origin="fetched")


def _days(desk: Desk) -> Iterator[NewReading]:
    """A reading of each indicator for each day from 2001 on."""
    for number in count():
        day = date(2001, 1, 1) + timedelta(days=number)
        for name in desk.catalogue:
            yield NewReading(
                indicator=name,
                period=Period.parse(day.isoformat()),
                value=number / 7.0,
                published_at=None,
                known_at=datetime.fromisoformat(f"{day}T12:00:00Z") + timedelta(days=1),
                source="https://example.org/release",
                origin="fetched",
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
