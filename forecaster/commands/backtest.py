"""``forecaster backtest``: forecasts of past years, from what was known then."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from forecaster import settings
from forecaster.commands import options, progress, speak
from forecaster.errors import FitRejected, UsageError
from forecaster.posterior import words

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from forecaster.backtesting import Backtest, Ended


def backtest(
    first: int = typer.Option(2005, "--from", metavar="YEAR", help="The first year."),
    last: int = typer.Option(2026, "--to", metavar="YEAR", help="The last year, its beginning."),
    step: str = typer.Option("year", metavar="STEP", help="A year, half, quarter or month apart."),
    workers: int | None = typer.Option(
        None, min=1, max=256, help="Processes of this machine; as many as `cores` unless stated."
    ),
    scheduler: str | None = typer.Option(
        None, metavar="ADDRESS", help="A Dask scheduler, as tcp://host:8786, instead of those."
    ),
    as_json: bool = options.Json,
) -> None:
    """Fit what was known at past times, and keep it as hindcasts."""
    from forecaster import backtesting, fitting
    from forecaster.wiring import open_desk

    if step not in backtesting.MONTHS:
        raise UsageError(f"--step {step!r} is none of {', '.join(backtesting.MONTHS)}")
    if workers is not None and scheduler is not None:
        raise UsageError("--workers are of this machine and --scheduler has its own; give one")
    desk = open_desk(settings.load())
    at = backtesting.moments(first, last, step, desk.clock())
    effort = replace(fitting.effort(desk), cores=1)
    with _crew(workers or desk.settings.cores, scheduler) as crew, progress.shown("begun") as tell:
        found = backtesting.run(desk, at, crew, effort=effort, tell=tell)
    if as_json:
        speak.document(_document(found))
    else:
        _tell(found)
    if found.failed:
        raise FitRejected(
            f"{words.count(len(found.failed), 'moment')} without a hindcast; the same command "
            "tries again with another seed"
        )


def _crew(workers: int, scheduler: str | None) -> AbstractContextManager[Executor]:
    from forecaster import crew

    return crew.processes(workers) if scheduler is None else crew.cluster(scheduler)


def _document(found: Backtest) -> dict[str, Any]:
    return {
        "fits": [_row(one) for one in found.ended],
        "wall_seconds": found.wall_seconds,
        "sampling_seconds": found.sampling_seconds,
    }


def _row(one: Ended) -> dict[str, Any]:
    from forecaster import documents

    made = one.document
    return {
        "as_of": documents.moment(one.at),
        "state": one.state,
        "forecast_id": None if made is None else made["forecast_id"],
        "headline": None if made is None else made["headline"],
        "sampling_seconds": one.seconds,
        "message": one.message,
    }


def _tell(found: Backtest) -> None:
    rows = []
    for one in found.ended:
        mean = span = ""
        if one.document is not None and one.state in {"fitted", "stood"}:
            headline = one.document["headline"]
            mean = words.percent(headline["mean"])
            span = f"({words.interval(headline['lower'], headline['upper'])})"
        rows.append(
            (
                words.day(one.at.date()),
                mean,
                span,
                one.message if one.state in {"rejected", "failed"} else one.state,
                "" if one.seconds is None else f"{one.seconds:.0f} s",
            )
        )
    speak.table(("as of", "alliance", "", "state", "sampled in"), rows, right=(1, 4))
    speak.say()
    speak.paragraph(
        "Each is the probability within the ten years after it. Pseudo real time: where a "
        "publisher does not say when a value came out, the usual delay of its source is taken. "
        "`forecaster score --hindcasts` holds what they predicted against what came."
    )
