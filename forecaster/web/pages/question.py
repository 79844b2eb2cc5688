"""The page of one question about futures of somebody's own: its answer, or that it waits."""

from __future__ import annotations

from typing import Any

from forecaster import asked
from forecaster.belief import Forecast
from forecaster.errors import UnknownName
from forecaster.posterior import what_if_words as say
from forecaster.store import forecasts, questions
from forecaster.web.figure import Figure
from forecaster.web.pages import what_if
from forecaster.web.pages.page import Ask, Page, View

DIGITS = 9  # what every database takes for a whole number


def view(ask: Ask) -> View:
    """What was asked, of which forecast, and what came of it.

    Raises
    ------
    UnknownName
        If there is no such question, or was none yet.
    """
    desk, text = ask.site.desk, ask.path["number"]
    whole = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    question = questions.one(desk.engine, int(text)) if whole else None
    if question is None or question.asked_at > ask.moment:
        raise UnknownName("question", text, (), see="/what-if")
    found = asked.document(desk, question)
    forecast = forecasts.get(desk.engine, question.forecast_id)
    figures, rows = _answer(found["answer"], forecast)
    shown = {"found": found, "forecast": forecast, "say": say, "rows": rows}
    return View(f"Question {question.id}", figures=figures, shown=shown)


PAGE = Page("/what-if/own/{number}", "question.html", view)


def _answer(
    answer: dict[str, Any] | None, forecast: Forecast | None
) -> tuple[dict[str, Figure], list[dict[str, Any]]]:
    if answer is None or forecast is None:
        return {}, []
    rows = [what_if.row(one, answer["date"]) for one in answer["what_ifs"]]
    return {"differences": what_if.figure(answer, forecast)}, rows
