"""Questions to a forecast: each noted once, with who asked, answered once, and never changed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from forecaster.errors import ManyWait
from forecaster.store import audit, generation, questions
from forecaster.store.questions import Answer, New, Question
from tests.store.support import NOW, Somebody, day

ANALYST, OTHER = Somebody("an analyst", "token"), Somebody("another", "session")
FUTURES = [{"id": "thaw", "title": "Täuwetter", "shift": {"ru_west": -1.5}}]


def ask(engine: Engine, name: str, digest: str = "d", most: int = 99) -> tuple[Question, bool]:
    new = New(name, digest * 64, FUTURES)
    return questions.ask(engine, new, ANALYST, most=most, now=NOW)


def test_the_same_question_to_one_forecast_is_noted_once(engine: Engine) -> None:
    before = generation.mark(engine)
    found, new = ask(engine, "a")
    assert (found, new) == (Question(1, "a", "d" * 64, NOW, "an analyst", FUTURES), True)
    assert before != generation.mark(engine)
    same = New("a", "d" * 64, FUTURES)
    assert (found, False) == questions.ask(engine, same, OTHER, most=0, now=day(400))
    questions.answer(engine, 1, Answer({"mean": 0.2}, None), now=NOW)
    assert (found, False) == questions.ask(engine, same, OTHER, most=0, now=day(400))
    (line,) = audit.entries(engine)
    assert (line.who, line.action, line.object) == ("an analyst", "what_if.ask", "1")
    assert {"forecast": "a", "what_ifs": ["thaw"]} == line.details


def test_another_forecast_or_other_futures_are_another_question(engine: Engine) -> None:
    asked = [("a", "d"), ("b", "d"), ("a", "e")]
    for forecast_id, digest in asked:
        ask(engine, forecast_id, digest)
    newest = questions.recent(engine, 2)
    assert [3, 2] == [one.id for one in newest]
    assert newest[1] == questions.one(engine, 2)
    assert questions.one(engine, 4) is None
    assert [(one.forecast_id, one.digest[0]) for one in questions.recent(engine, 9)] == asked[::-1]
    assert [1] == [one.id for one in questions.recent(engine, 9, before=2)]
    assert [] == questions.recent(engine, 9, by=day(0))
    assert 3 == len(questions.recent(engine, 9, by=NOW))


def test_an_answer_is_given_once_and_stays(engine: Engine) -> None:
    ask(engine, "a")
    ask(engine, "b")
    assert questions.answered(engine, 1) is None
    mark = generation.mark(engine)
    assert questions.answer(engine, 1, Answer({"mean": 0.2}, None), now=NOW)
    assert mark != generation.mark(engine)
    assert not questions.answer(engine, 1, Answer(None, "too late"), now=NOW)
    assert Answer({"mean": 0.2}, None) == questions.answered(engine, 1)
    assert [2] == [one.id for one in questions.waiting(engine)]


def test_what_could_not_be_answered_may_be_asked_again(engine: Engine) -> None:
    ask(engine, "a")
    questions.answer(engine, 1, Answer(None, "its draws are gone"), now=NOW)
    assert Answer(None, "its draws are gone") == questions.answered(engine, 1)
    again, new = ask(engine, "a")
    assert (2, True) == (again.id, new)
    assert [again] == questions.waiting(engine)
    assert (again, False) == ask(engine, "a")


def test_no_more_futures_wait_than_may(engine: Engine) -> None:
    ask(engine, "a", most=2)
    ask(engine, "b", most=2)
    with pytest.raises(ManyWait, match="2 futures wait for the job `analyse`, and at most 2 may"):
        ask(engine, "c", most=2)
    assert 2 == len(questions.recent(engine, 9)) == len(audit.entries(engine))
    questions.answer(engine, 1, Answer(None, "its draws are gone"), now=NOW)
    assert 3 == ask(engine, "c", most=2)[0].id
