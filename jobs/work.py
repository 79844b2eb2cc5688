"""What each job does, by its name. A name is what timetable and ledger know, and never changes.

Every function is handed the desk and gives back what it did. They run in processes of their own
(``child.py``); whatever they import is imported there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from forecaster.errors import FitRejected, ForecasterError
from forecaster.settings import SOURCES
from jobs import logs

if TYPE_CHECKING:
    from forecaster.wiring import Desk


TURNS = 3  # of provisional forecasts, while people go on recording


@dataclass(frozen=True)
class Done:
    """What a job did, in one line.

    ``news``: something came that no forecast has seen; ``forecast``: it published one.
    """

    message: str
    news: bool = False
    forecast: bool = False


def collect(source: str, desk: Desk) -> Done:
    """Ask one source and store what it brings.

    Raises
    ------
    ForecasterError
        If the source could not be read.
    """
    from forecaster import collecting
    from forecaster.posterior import words
    from indicators import sources

    (visited,) = collecting.collect(desk, [sources.SOURCES[source]])
    if visited.result == "failed":
        raise ForecasterError(visited.error or f"{source}: no reason given")
    brought = [f"{words.count(visited.readings_added, 'reading')} added"]
    for amount, what in (
        (visited.withdrawn, "taken back"),
        (visited.quarantined, "set aside"),
        (visited.leads_added, "to be judged"),
    ):
        brought += [f"{amount} {what}"] if amount else []
    return Done(
        f"{source}: {visited.result}, {', '.join(brought)}",
        news=visited.readings_added + visited.withdrawn > 0,
    )


def update(desk: Desk) -> Done:
    """Fit what is known, if anything is new, and publish.

    A fit that the gate refuses is kept, and another is drawn with the next seed: nobody is there to
    do it, and one stray divergence should not cost the day's forecast.

    Raises
    ------
    FitRejected
        If that did not pass the gate either; the last forecast stands.
    """
    from forecaster import update as fit
    from forecaster import weighing

    outcome = fit.run(desk)
    if outcome.kind == "rejected":
        logs.get().warning("the fit was refused, another is drawn", why=outcome.message)
        outcome = fit.run(desk)
    if outcome.kind == "rejected":
        raise FitRejected(outcome.message)
    if outcome.kind == "published" and outcome.document is not None:
        weighing.make_ready(desk, outcome.document)  # the next reading then finds its draws open
    return Done(outcome.message, forecast=outcome.kind == "published")


def instant(desk: Desk) -> Done:
    """Publish a provisional forecast of what is known now, if that can be done at once.

    What was recorded meanwhile is looked at, too: whoever asks while we run is told that we do.
    """
    from forecaster import instant as at_once

    told = at_once.run(desk)
    for _ in range(TURNS):
        if told.result != "provisional" or (again := at_once.run(desk)).result == "unchanged":
            break
        told = again
    return Done(at_once.message(told), news=told.result in {"provisional", "queued"})


def analyse(desk: Desk) -> Done:
    """Work out what pages say about the standing forecast beyond the forecast itself.

    Raises
    ------
    ForecasterError
        If one of the analyses could not be worked out; the others are there all the same.
    """
    from forecaster import analysing

    return Done(analysing.run(desk))


def prior_sets(desk: Desk) -> Done:
    """Fit one of the other prior sets, where its last fit is old.

    Raises
    ------
    FitRejected
        If the gate refused the fit, twice.
    """
    from forecaster import analysing

    return Done(analysing.renew_prior_set(desk))


def resolve(desk: Desk) -> Done:
    """Score what has come of predictions, and see what no update has looked at yet."""
    from forecaster.posterior import words
    from forecaster.store import unseen

    scored = _scored(desk)
    found = unseen.since_last_update(desk.engine)
    if not found.readings and not found.resolutions:
        return Done(f"every resolution and reading has been looked at by an update{scored}")
    return Done(
        f"recorded since the last update began: {words.count(found.resolutions, 'resolution')}, "
        f"{words.count(found.readings, 'reading')}; an update is asked for{scored}",
        news=True,
    )


def _scored(desk: Desk) -> str:
    """What was scored, in words; that it breaks off must not keep an update from being made."""
    from forecaster.posterior import words
    from forecaster.scoring import coming

    try:
        new = coming.score(desk)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        logs.get().exception("predictions were not scored")
        return f"; predictions were not scored: {type(error).__name__}: {error}"
    return f"; {words.count(new, 'score')} of predictions added" if new else ""


def alerts(desk: Desk) -> Done:
    """Judge what changes without a forecast, and send on what quiet hours have kept."""
    from forecaster import alerting
    from forecaster.posterior import words

    return Done(f"{words.count(alerting.look(desk), 'message')} put into the outbox")


def tidy(desk: Desk) -> Done:
    """Remove what killed processes left behind."""
    from jobs import tidying

    return Done(tidying.tidy(desk))


def report(desk: Desk) -> Done:
    """Write the report of the day into the state folder and remove the oldest."""
    from jobs import reports

    return Done(reports.daily(desk))


def backup(desk: Desk) -> Done:
    """Save the state to the backup folder and remove the oldest backups."""
    from jobs import backups

    return Done(backups.nightly(desk))


#: Every job there is.
WORK: Mapping[str, Callable[[Desk], Done]] = {
    **{f"collect:{source}": partial(collect, source) for source in SOURCES},
    "instant": instant,
    "update": update,
    "analyse": analyse,
    "prior_sets": prior_sets,
    "resolve": resolve,
    "alerts": alerts,
    "report": report,
    "tidy": tidy,
    "backup": backup,
}
