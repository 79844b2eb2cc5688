"""Which analyses there are of a published forecast, and the work on those that are missing.

One more is one more line in ``ANALYSES``. Each is worked out from the saved draws and kept by
``worked_out``; what cannot be worked out for one reason or another costs none of the others. After
them come the questions that people asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecaster import answering, prior_fits, prior_share, watched, watching, what_if, worked_out
from forecaster.belief import Forecast
from forecaster.errors import FitRejected, ForecasterError, NothingKnown
from forecaster.opened import Untold
from forecaster.wiring import Desk

Analysis = tuple[str, Callable[[Desk, Forecast], Mapping[str, Any]]]

#: Name of the command that shows it, and what works it out.
ANALYSES: tuple[Analysis, ...] = (
    (watched.NAME, watching.watch),
    (what_if.NAME, what_if.analysis),
    (prior_share.NAME, prior_share.analysis),
)

BROKEN = (ForecasterError, ArithmeticError, LookupError, ValueError)


def run(desk: Desk, analyses: tuple[Analysis, ...] = ANALYSES) -> str:
    """Work out what is missing for the forecast whose draws hold; says in one line what was done.

    Raises
    ------
    ForecasterError
        If one broke; the others were kept first.
    """
    try:
        forecast = worked_out.published(desk)
    except NothingKnown as error:
        return f"nothing to work out: {error}"
    forecast_id, done, untold, failed = forecast["forecast_id"], [], [], []
    for name, analysis in analyses:
        kept = worked_out.get(desk, name, forecast_id)
        if kept is not None and worked_out.current(desk, kept):
            continue
        try:
            work_out(desk, (name, analysis), forecast)
            done.append(name)
        except NothingKnown as error:
            untold.append(f"{name} cannot be worked out: {error}")
        except BROKEN as error:
            failed.append(f"{name} broke off: {type(error).__name__}: {error}")
    told = f"worked out {', '.join(done)}" if done else "nothing was missing that can be worked out"
    answered, broken = _answer(desk)
    failed += broken
    said = "; ".join((f"{told} for {forecast_id}", *untold, *answered, *failed))
    if failed:
        raise ForecasterError(said)
    return said


def _answer(desk: Desk) -> tuple[list[str], list[str]]:
    """Answer the questions that wait; says in words what came of them, and what broke off."""
    answers, failed = answering.Answers(desk), []
    done: dict[bool, list[str]] = {True: [], False: []}
    for question in answers.waiting():
        try:
            done[answers.answer(question)].append(str(question.id))
        except BROKEN as error:
            failed.append(f"question {question.id} broke off: {type(error).__name__}: {error}")
    told = {True: "answered question", False: "no answer is possible to question"}
    return [f"{told[way]} {', '.join(some)}" for way, some in done.items() if some], failed


def renew_prior_set(desk: Desk) -> str:
    """Fit the prior set whose turn it is to what is known, if one is due; says what was done.

    A fit that the gate refuses is drawn once more with the next seed.

    Raises
    ------
    FitRejected
        If that was refused, too; the last one goes on being shown.
    """
    try:
        forecast = worked_out.published(desk)
    except NothingKnown as error:
        return f"nothing to fit: {error}"
    found = worked_out.get(desk, prior_share.NAME, forecast["forecast_id"])
    if found is None:
        return f"nothing to fit: {worked_out.missing(prior_share.NAME, forecast['forecast_id'])}"
    name = prior_fits.due(found["sets"], forecast)
    if name is None:
        return "every prior set is known or was fitted not long ago"
    try:
        made = prior_fits.fit_set(desk, forecast, name)
    except FitRejected:
        made = prior_fits.fit_set(desk, forecast, name, seed=forecast["random_seed"] + 1)
    work_out(desk, (prior_share.NAME, prior_share.analysis), forecast)
    return f"{name} fitted: {made['points']:+.1f} points from {forecast['forecast_id']}"


def work_out(desk: Desk, analysis: Analysis, forecast: Forecast) -> dict[str, Any]:
    """Work out one analysis of a forecast and keep it.

    Raises
    ------
    NothingKnown
        If the draws of the forecast cannot be opened.
    """
    name, make = analysis
    forecast_id = forecast["forecast_id"]
    with worked_out.noted(desk, name, {"forecast": forecast_id}) as note:
        try:
            document = make(desk, forecast)
        except Untold as why:
            note.message = str(why)
            raise NothingKnown(str(why)) from why
        worked_out.keep(desk, name, forecast_id, document)
        note.message = f"worked out for {forecast_id}"
    return {**document, "forecast_id": forecast_id}
