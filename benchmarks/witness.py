"""What a service that was killed lost, did twice, or said that is not so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from forecaster.store import forecasts, ledger_views, readings
from forecaster.store.handle import Engine
from forecaster.store.ledger import Run
from jobs import times
from jobs.timetable import Timetable

ENDED = ("succeeded", "failed", "skipped", "missed")
Values = Counter[tuple[str, str, int, float]]  # indicator, period, vintage, value


def rows(engine: Engine) -> list[Run]:
    """The whole ledger."""
    return ledger_views.runs(engine, limit=1_000_000)


def without_row(found: Iterable[Run], timetable: Timetable) -> list[str]:
    """Due times between the first row of a job and its last that have none."""
    lost = []
    for job, entry in timetable.items():
        there = sorted(run.logical_time for run in found if run.job == job)
        grid = {moment for moment in there if _due(moment, timetable, job)}
        if grid:
            just_before = min(grid) - timedelta(microseconds=1)
            expected = times.between(entry.trigger, just_before, max(there))
            lost += [f"{job} at {moment}" for moment in expected if moment not in grid]
    return lost


def _due(moment: datetime, timetable: Timetable, job: str) -> bool:
    """Whether it is a time of the timetable; a row that news asked for has one of its own."""
    just_before = moment - timedelta(microseconds=1)
    return moment in times.between(timetable[job].trigger, just_before, moment)


def without_end(found: Iterable[Run]) -> list[str]:
    """Rows of a service that has left which neither came to an end nor wait to be run."""
    return [
        f"{run.job} at {run.logical_time}: {run.status}"
        for run in found
        if run.status not in (*ENDED, "due")
    ]


def begun_twice(found: Iterable[Run], lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Runs that were begun more often than the ledger counts, or succeeded more than once."""
    events = Counter((line.get("event"), line.get("run")) for line in lines)
    return [
        f"{run.job} at {run.logical_time}: begun {events['begun', run.id]} times"
        for run in found
        if events["begun", run.id] > run.attempt + events["handed back", run.id]
        or events["succeeded", run.id] > 1
    ]


def published_twice(engine: Engine) -> list[str]:
    """What forecasts saw that were published although nothing was new."""
    seen = Counter(one.data_hash for one in forecasts.history(engine))
    return [f"{count} forecasts of the data {name}" for name, count in seen.items() if count > 1]


def fetched(engine: Engine, indicators: Iterable[str]) -> Values:
    """Every vintage that a publisher gave."""
    return Counter(
        (one.indicator, one.period, one.vintage, one.value)
        for name in indicators
        for one in readings.vintages(engine, name)
        if one.origin == "fetched"
    )


def untrue(told: Mapping[str, Any], found: Sequence[Run], serving: int | None) -> list[str]:
    """What ``jobs status`` says that is not so, or hides.

    Parameters
    ----------
    told : Mapping
        The document.
    found : sequence of Run
        The ledger, read while nothing moved.
    serving : int or None
        The process that looks after the jobs; None when nobody does.
    """
    said = []
    runner = told["runner"]
    if serving is None and runner is not None:
        said.append(f"{runner['holder']} is said to look after the jobs, and is dead")
    if serving is not None and (runner is None or f":{serving}:" not in runner["holder"]):
        said.append(f"process {serving} looks after the jobs, and is not named")
    if serving is None and told["counts"]["running"]:
        said.append(f"{told['counts']['running']} runs are said to be at work, and nothing is")
    if serving is None:
        counts = sum(told["counts"].values()) + told["waiting"]
        if counts != len(found):
            said.append(f"{counts} rows are told of, and there are {len(found)}")
    return said


def unfounded(engine: Engine, found: Iterable[Run]) -> list[str]:
    """Forecasts that runs say they published and that are not there."""
    there = {one.forecast_id for one in forecasts.history(engine)}
    said = [
        run.message.removeprefix("published: forecast ")
        for run in found
        if run.status == "succeeded" and run.message.startswith("published: forecast ")
    ]
    return [f"the forecast {name} is told of and is not there" for name in {*said} - there]
