"""A page of something worked out from a forecast's draws and kept: shown, or why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecaster import worked_out
from forecaster.belief import Forecast
from forecaster.store import forecasts
from forecaster.web.figure import Figure
from forecaster.web.pages import nothing
from forecaster.web.pages.page import Ask, View

Found = dict[str, Any]
Show = Callable[[Found, Forecast], tuple[Mapping[str, Figure], Mapping[str, Any]]]


def view(ask: Ask, name: str, title: str, say: Any, show: Show) -> View:
    """The analysis of the forecast whose draws hold, or held at the moment asked for.

    ``say`` is the module with its words; ``show`` gives figures and what else the template needs.
    """
    desk = ask.site.desk
    forecast = forecasts.standing(desk.engine, ask.at)
    if forecast is None:
        return nothing.yet(ask)
    forecast = worked_out.base(desk, forecast)
    found = worked_out.get(desk, name, forecast["forecast_id"])
    shown: dict[str, Any] = {"forecast": forecast, "found": found, "say": say}
    if found is None:
        return View(title, shown=shown | {"why": worked_out.missing(name, forecast["forecast_id"])})
    figures, more = show(found, forecast)
    return View(title, figures=figures, shown={**shown, **more})
