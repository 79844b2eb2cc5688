"""Works out the answers to what people asked a forecast about futures of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pydantic import ValidationError

from forecaster import asked, opened, what_if, worked_out
from forecaster.errors import NothingKnown
from forecaster.model.moment import Drawn
from forecaster.opened import Side, Untold
from forecaster.store import forecasts, questions
from forecaster.store.questions import Question
from forecaster.wiring import Desk

PATIENCE = 900.0  # seconds after which the rest is left to the next run: a job may not go on


class Answers:
    """Answers questions one after another; the draws of a forecast stay open for its others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: tuple[str, Side, Drawn] | None = None

    def waiting(self) -> Iterator[Question]:
        """Each question that waits, those included that are asked meanwhile; none comes twice."""
        seen: set[int] = set()
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            left = [one for one in questions.waiting(self._desk.engine) if one.id not in seen]
            if not left:
                return
            seen.add(left[0].id)
            yield left[0]

    def answer(self, question: Question) -> bool:
        """Work an answer out and store it; False where there can be none, which is stored, too."""
        desk = self._desk
        details = {"forecast": question.forecast_id, "question": str(question.id)}
        with worked_out.noted(desk, asked.NAME, details) as note:
            try:
                futures = asked.meant(question)
                side, drawn = self._opened(question.forecast_id)
                found = what_if.conditional(desk, side, drawn, futures)
            except ValidationError:
                why = "this version of the program takes its futures no more"
            except (NothingKnown, Untold) as error:
                why = str(error)
            else:
                asked.keep(desk, question, found)
                note.message = f"question {question.id} answered"
                return True
            asked.give_up(desk, question, why)
            note.message = f"question {question.id} has no answer: {why}"
        return False

    def _opened(self, forecast_id: str) -> tuple[Side, Drawn]:
        if self._open is None or self._open[0] != forecast_id:
            self._open = None  # two forecasts' draws at once are more than a small machine holds
            forecast = forecasts.get(self._desk.engine, forecast_id)
            if forecast is None:
                raise Untold(f"the forecast {forecast_id} is not stored here")
            side = opened.side(self._desk, forecast)
            self._open = forecast_id, side, opened.drawn(self._desk, side)
        return self._open[1], self._open[2]
