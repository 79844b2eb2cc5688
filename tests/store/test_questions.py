"""Questions to a forecast: each noted once, with who asked, and never changed."""

from __future__ import annotations

from sqlalchemy import Engine

from forecaster.store import audit, generation, questions
from tests.store.support import NOW, Somebody, day

ANALYST, OTHER = Somebody("an analyst", "token"), Somebody("another", "session")
FUTURES = [{"id": "thaw", "title": "Täuwetter", "shift": {"ru_west": -1.5}}]


def test_the_same_question_to_one_forecast_is_noted_once(engine: Engine) -> None:
    before = generation.mark(engine)
    found, new = questions.ask(engine, "a", "d" * 64, FUTURES, ANALYST, now=NOW)
    assert (found, new) == (questions.Question(1, "a", "d" * 64, NOW, "an analyst", FUTURES), True)
    assert before != generation.mark(engine)
    again, new = questions.ask(engine, "a", "d" * 64, FUTURES, OTHER, now=day(400))
    assert (again, new) == (found, False)
    (line,) = audit.entries(engine)
    assert (line.who, line.action, line.object) == ("an analyst", "what_if.ask", "1")
    assert {"forecast": "a", "what_ifs": ["thaw"]} == line.details


def test_another_forecast_or_other_futures_are_another_question(engine: Engine) -> None:
    asked = [("a", "d"), ("b", "d"), ("a", "e")]
    for forecast_id, digest in asked:
        questions.ask(engine, forecast_id, digest * 64, FUTURES, ANALYST, now=NOW)
    newest = questions.recent(engine, 2)
    assert [3, 2] == [one.id for one in newest]
    assert newest[1] == questions.one(engine, 2)
    assert questions.one(engine, 4) is None
    assert [(one.forecast_id, one.digest[0]) for one in questions.recent(engine, 9)] == asked[::-1]
