"""A rolling origin: fits of what was known at past times, side by side, each kept as it ends.

Every fit is a hindcast like that of ``update --as-of``: it never stands, and what it predicted is
scored by what came. A backtest that was stopped goes on where it was: a moment whose hindcast is
stored, of the same data, priors, indicators and version of the model, is not fitted again.

Publishers seldom say when a value came out; elsewhere that is put down to the usual delay of its
source, and the reference class has seen history to 2018 whatever the moment. So this is pseudo real
time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Literal

import xarray as xr

from forecaster import crew, fitting, knowing, update
from forecaster.alerts import evaluate
from forecaster.alerts.telling import Setup
from forecaster.belief import Forecast
from forecaster.crew import Task
from forecaster.documents import moment
from forecaster.errors import ForecasterError, Interrupted, WrongValue
from forecaster.knowing import MODEL_VERSION
from forecaster.model.fit import Effort
from forecaster.posterior import words
from forecaster.statement import Given
from forecaster.store import forecasts, runs
from forecaster.store.lock import BACKTEST, update_lock
from forecaster.wiring import Desk
from indicators.catalogue import digest
from priors import Priors

Step = Literal["year", "half", "quarter", "month"]
MONTHS: dict[Step, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}
State = Literal["fitted", "stood", "rejected", "failed"]
Tell = Callable[[str], None]
TRIES = 3  # a stray divergence should not leave a hole


@dataclass(frozen=True)
class Ended:
    """What became of one moment; ``seconds`` of sampling, None where nothing was fitted."""

    at: datetime
    state: State
    document: Forecast | None = None
    seconds: float | None = None
    message: str = ""


@dataclass
class Backtest:
    """All moments in order, and how long it took."""

    ended: list[Ended] = field(default_factory=list)
    wall_seconds: float = 0.0

    @property
    def sampling_seconds(self) -> float:
        """Of all fits that were made now."""
        return sum(one.seconds or 0.0 for one in self.ended)

    @property
    def failed(self) -> list[Ended]:
        """Moments without a hindcast."""
        return [one for one in self.ended if one.state in {"rejected", "failed"}]


@dataclass(frozen=True)
class _Asked:
    """One fit that is under way.

    ``tried`` counts those of the same moment before it, and ``seconds`` is how long these sampled.
    """

    given: Given
    tried: int
    seconds: float = 0.0


def moments(first: int, last: int, step: Step, now: datetime) -> list[datetime]:
    """The beginnings of years (halves, quarters, months) from that of ``first`` to ``last``'s.

    Raises
    ------
    WrongValue
        If a year cannot be meant.
    """
    if first > last:
        raise WrongValue("--from", f"{first} is after --to {last}")
    found = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(first, last + 1)
        for month in range(1, 13, MONTHS[step])
        if (year, month) <= (last, 1)
    ]
    if found[0].date() < update.EARLIEST:
        raise WrongValue(
            "--from", f"{first} is too early; hindcasts begin on {words.day(update.EARLIEST)}"
        )
    if found[-1] > now:
        raise WrongValue("--to", f"{last} has not come yet")
    return found


def run(
    desk: Desk,
    at: list[datetime],
    executor: Executor,
    *,
    effort: Effort | None = None,
    tell: Tell | None = None,
) -> Backtest:
    """Fit every moment that has no hindcast yet; what ends is stored at once.

    Raises
    ------
    Busy
        If another backtest runs in this state folder.
    NothingKnown
        If at one of the moments nothing was known.
    Interrupted
        If the user stopped it; what had ended is stored.
    ForecasterError
        If those who fitted are lost; what had ended is stored.
    """
    with update_lock(desk.settings.home, "forecaster backtest", name=BACKTEST):
        names = {"moments": [moment(one) for one in at]}
        run_id = runs.start(desk.engine, "backtest", names, desk.clock())
        status, message = "failed", "it did not come to an end"
        began = time.perf_counter()
        found = Backtest()
        try:
            for one in _all(desk, at, executor, effort or fitting.effort(desk)):
                found.ended.append(one)
                if tell is not None:
                    tell(_line(one, len(found.ended), len(at)))
            status = "failed" if found.failed else "succeeded"
            message = f"{len(found.ended) - len(found.failed)} of {len(at)} hindcasts stand"
        except KeyboardInterrupt:
            message = (
                f"stopped by the user; {len(found.ended)} of {len(at)} hindcasts are stored, and "
                "the same command goes on from there"
            )
            raise Interrupted(message) from None
        except crew.Lost as lost:
            message = (
                f"{lost}; {len(found.ended) - len(found.failed)} of {len(at)} hindcasts are "
                "stored, and nothing of them is lost. Go on from there with the same command when "
                "it is back, or with --workers on this machine"
            )
            raise ForecasterError(message) from lost
        finally:
            runs.finish(desk.engine, run_id, status, message, desk.clock())
    found.ended.sort(key=lambda one: one.at)
    found.wall_seconds = time.perf_counter() - began
    return found


def _all(desk: Desk, at: list[datetime], executor: Executor, effort: Effort) -> Iterator[Ended]:
    """Every moment as it ends; those whose hindcast is stored come first."""
    alerting = evaluate.prepare(desk.settings)
    stored = _stored(desk)
    asked: dict[Future[xr.DataTree], _Asked] = {}

    @cache
    def priors(seed: int) -> Priors:
        return fitting.solved(desk, desk.priors, seed, None)

    def task(given: Given, tried: int = 0) -> Task:
        return Task(
            tuple(given.known),
            desk.catalogue,
            priors(given.seed),
            given.situation,
            given.seed,
            _after(tried, effort),
        )

    for one in at:
        seen = knowing.known(desk, one)
        if (found := stored.get((one, seen.said))) is not None:
            yield Ended(one, "stood", forecasts.get(desk.engine, found))
            continue
        seed = update.seed_of(desk, seen.said)
        given = Given(seen.readings, seen.situation, seen.said, seed, one, hindcast=True)
        if not asked:
            crew.warm(task(given))
        tried = int(seed != desk.settings.random_seed)  # refused by an earlier backtest
        asked[executor.submit(crew.fit, task(given, tried))] = _Asked(given, tried)
    try:
        while asked:
            for future in _come(asked, executor):
                this = asked.pop(future)
                ended = _ended(desk, this, future, alerting)
                if ended.state == "rejected" and this.tried + 1 < TRIES:
                    again, tried = _with_another_seed(desk, this.given), this.tried + 1
                    more = executor.submit(crew.fit, task(again, tried))
                    asked[more] = _Asked(again, tried, ended.seconds or 0.0)
                else:
                    yield ended
    finally:
        for future in asked:
            future.cancel()


def _come(asked: Iterable[Future[xr.DataTree]], executor: Executor) -> list[Future[xr.DataTree]]:
    """What has come by now; nothing where all take long.

    Raises
    ------
    Lost
        If nothing more will come; not before all that has come was taken.
    """
    done, _ = wait(asked, timeout=crew.BEAT, return_when=FIRST_COMPLETED)
    come = [one for one in done if not one.cancelled()]
    if not done:
        crew.attend(executor)
    elif not come:
        raise crew.lost(executor)
    return come


def _after(tried: int, effort: Effort) -> Effort:
    """More care each time that a moment was refused."""
    for _ in range(tried):
        effort = effort.careful
    return effort


def _with_another_seed(desk: Desk, given: Given) -> Given:
    return replace(given, seed=update.seed_of(desk, given.said))


def _stored(desk: Desk) -> dict[tuple[datetime, str], str]:
    """Hindcasts of these priors, indicators and model, by their moment and their data's hash."""
    found: dict[tuple[datetime, str], str] = {}
    catalogue = digest(desk.catalogue)
    for one in forecasts.history(desk.engine, kinds=("hindcast",)):
        if (one.priors_hash, one.model_version) != (desk.priors.digest, MODEL_VERSION):
            continue
        document = forecasts.get(desk.engine, one.forecast_id)
        if document is not None and document.get("catalogue_hash") == catalogue:
            found[one.as_of, one.data_hash] = one.forecast_id
    return found


def _ended(desk: Desk, this: _Asked, future: Future[xr.DataTree], alerting: Setup) -> Ended:
    """Store one fit; one that broke is told, and the others go on."""
    at = this.given.at
    try:
        tree = future.result()
    except BrokenProcessPool as error:
        raise ForecasterError(
            "a worker was killed, perhaps for want of memory; what had ended is stored. Run the "
            "same again, with fewer --workers"
        ) from error
    except Exception as error:  # noqa: BLE001 - whatever it is, one moment must not end the others
        return Ended(at, "failed", message=f"{type(error).__name__}: {error}")
    seconds = this.seconds + float(tree["sample_stats"].attrs.get("seconds", 0.0))
    done = update.store(desk, tree, this.given, alerting)
    state: State = "rejected" if done.kind == "rejected" else "fitted"
    return Ended(at, state, done.document, seconds, done.message)


def _line(one: Ended, number: int, of: int) -> str:
    said = {"stood": "stands already", "rejected": one.message, "failed": one.message}
    text = said.get(one.state, "")
    if one.document is not None and one.state in {"fitted", "stood"}:
        headline = one.document["headline"]
        text = f"{words.percent(headline['mean'])} {text}".strip()
    if one.seconds is not None and one.state == "fitted":
        text += f", sampled in {one.seconds:.0f} s"
    return f"{number} of {of}: {words.day(one.at.date())}: {text}"
