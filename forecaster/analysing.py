"""Which analyses there are of a published forecast, and the work on those that are missing.

One more is one more line in ``ANALYSES``. Each is worked out from the saved draws and kept by
``worked_out``; what cannot be worked out for one reason or another costs none of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecaster import prior_share, watched, watching, what_if, worked_out
from forecaster.belief import Forecast
from forecaster.errors import ForecasterError, NothingKnown
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
    """Work out what is missing for the standing forecast; returns what was done, in one line.

    Raises
    ------
    ForecasterError
        If one broke; the others were kept first.
    """
    try:
        forecast = worked_out.standing(desk)
    except NothingKnown as error:
        return f"nothing to work out: {error}"
    forecast_id, done, untold, failed = forecast["forecast_id"], [], [], []
    for name, analysis in analyses:
        if worked_out.get(desk, name, forecast_id) is not None:
            continue
        try:
            work_out(desk, (name, analysis), forecast)
            done.append(name)
        except NothingKnown as error:
            untold.append(f"{name} cannot be worked out: {error}")
        except BROKEN as error:
            failed.append(f"{name} broke off: {type(error).__name__}: {error}")
    told = f"worked out {', '.join(done)}" if done else "nothing was missing that can be worked out"
    said = "; ".join((f"{told} for {forecast_id}", *untold, *failed))
    if failed:
        raise ForecasterError(said)
    return said


def of_standing(desk: Desk, analysis: Analysis) -> dict[str, Any]:
    """One analysis of the standing forecast, worked out where that was not done yet.

    Raises
    ------
    NothingKnown
        If there is no forecast, or its draws cannot be opened.
    """
    forecast = worked_out.standing(desk)
    found = worked_out.get(desk, analysis[0], forecast["forecast_id"])
    return work_out(desk, analysis, forecast) if found is None else found


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
