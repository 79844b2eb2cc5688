"""What people ask of the draws: noted at once, answered by the job that opens them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from forecaster import analysing, answering, asked, kept_files, opened, what_if, worked_out
from forecaster.errors import Busy, ForecasterError, NothingKnown, UnknownName, WrongValue
from forecaster.model.moment import Drawn
from forecaster.opened import Side
from forecaster.store import forecasts, runs
from forecaster.store.engine import writing
from forecaster.store.questions import Question
from forecaster.wiring import Desk
from priors.what_if import WhatIf
from tests.commands.conftest import NOW, Put, Run
from tests.store.support import Somebody

ANALYST = Somebody("an analyst", "token")
MORE = '[[what_if]]\nid = "more"\ntitle = "More"\nshift = { ru_west = 1, cn_us = 1.0 }\n'
LESS = '[[what_if]]\nid = "less"\ntitle = "Less"\nlike = ["crimea"]\nlevel = { asymmetry = 0.5 }\n'


def ask(desk: Desk, text: str) -> Question:
    return asked.ask(desk, asked.of_text(desk, text), ANALYST)[0]


def state(desk: Desk, question: Question) -> str:
    return str(asked.document(desk, question)["state"])


def test_an_answer_is_what_the_command_says_of_the_same_file(
    told: Desk, tmp_path: Path, run: Run
) -> None:
    question = ask(told, MORE + LESS)
    found = asked.document(told, question)
    assert ("waiting", None, None) == (found["state"], found["why"], found["answer"])
    assert ["More", "Less"] == found["titles"]

    assert analysing.run(told).endswith("; answered question 1")
    found = asked.document(told, question)
    file = tmp_path / "mine.toml"
    file.write_text(MORE + LESS)
    said = json.loads(run("what-if", "--file", str(file), "--json").stdout)
    assert ("answered", said) == (found["state"], found["answer"])
    newest = runs.recent(told.engine)[0]
    assert (asked.NAME, "question 1 answered") == (newest.kind, newest.message)
    assert "question" not in analysing.run(told)


def test_the_same_question_again_is_the_one_that_was_asked(told: Desk) -> None:
    first, new = asked.ask(told, asked.of_text(told, MORE), ANALYST)
    again, newly = asked.ask(told, asked.of_text(told, MORE.replace("= 1,", "= 1.0,")), ANALYST)
    assert (first, new, newly) == (again, True, False)


def test_what_is_asked_meanwhile_is_answered_too_and_draws_are_opened_once(
    told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(told, MORE)
    real, names = opened.drawn, []

    def drawn(desk: Desk, side: Side) -> Drawn:
        names.append(side.name)
        ask(told, LESS)
        return real(desk, side)

    monkeypatch.setattr(opened, "drawn", drawn)
    assert "answered question 1, 2" in analysing.run(told)
    assert 1 == len(names)
    assert [] == asked.waiting(told)


def test_one_without_an_answer_says_why_and_is_not_asked_again(told: Desk) -> None:
    question = ask(told, MORE)
    for file in (told.settings.home / "posteriors").iterdir():
        file.unlink()
    assert "question" not in analysing.run(told)
    found = asked.document(told, question)
    assert ("unanswered", None) == (found["state"], found["answer"])
    assert f"the posterior file of {question.forecast_id} is gone" == found["why"]
    assert "question 1 has no answer: the posterior" in runs.recent(told.engine)[0].message
    before = len(runs.recent(told.engine))
    analysing.run(told)
    assert before == len(runs.recent(told.engine))


def test_what_breaks_off_is_told_costs_no_other_and_is_tried_again(
    told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ask(told, MORE), ask(told, LESS)
    real = what_if.conditional

    def conditional(
        desk: Desk, side: Side, drawn: Drawn, what_ifs: Sequence[WhatIf]
    ) -> dict[str, Any]:
        if what_ifs[0].id == "more":
            raise ValueError("no such factor")
        return real(desk, side, drawn, what_ifs)

    with monkeypatch.context() as patch:
        patch.setattr(what_if, "conditional", conditional)
        with pytest.raises(ForecasterError, match="question 1 broke off: ValueError: no such"):
            analysing.run(told)
    assert ["waiting", "answered"] == [state(told, one) for one in (first, second)]
    assert "answered question 1" in analysing.run(told)


def test_an_answer_is_of_the_forecast_that_stood(told: Desk) -> None:
    question = ask(told, MORE)
    later = worked_out.standing(told)
    later["forecast_id"], later["as_of"] = "later", "2026-11-22T06:15:01Z"
    with writing(told.engine) as connection:
        forecasts.insert(
            connection, later, kind="published", posterior_path=None, posterior_sha256=None
        )
    assert "later" == worked_out.standing(told)["forecast_id"]
    other = ask(told, MORE)
    assert (question.forecast_id, "later") != (other.forecast_id, question.forecast_id)
    for one in answering.Answers(told).waiting():
        answering.Answers(told).answer(one)
    assert ["answered", "unanswered"] == [state(told, one) for one in (question, other)]


def test_an_answer_to_another_question_of_that_number_is_none(told: Desk) -> None:
    """A restored backup may give a number away again."""
    question = ask(told, MORE)
    asked.keep(told, question, {"what_ifs": []})
    assert asked.answer(told, question) is not None
    near = question.digest[:16] + "0" * 48  # the file has the same name
    for other in (
        question._replace(digest=near),
        question._replace(digest="1" * 64),
        question._replace(forecast_id="another"),
    ):
        assert asked.answer(told, other) is None


def test_more_than_can_wait_is_refused_and_the_same_again_is_not(desk: Desk, put: Put) -> None:
    with pytest.raises(NothingKnown, match="forecaster update"):
        ask(desk, MORE)
    put("a", NOW - timedelta(days=1))
    for number in range(asked.MOST_WAITING):
        ask(desk, MORE.replace("= 1,", f"= {0.1 * number:.1f},"))
    with pytest.raises(Busy, match="10 questions wait for the job `analyse`"):
        ask(desk, MORE)
    assert 4 == ask(desk, MORE.replace("= 1,", "= 0.3,")).id
    asked.give_up(desk, asked.require(desk, 2), "so it is")
    assert 11 == ask(desk, MORE).id
    with pytest.raises(UnknownName, match="no question is called '12'"):
        asked.require(desk, 12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"^what_if: what_if: missing$"),
        ("[[what_if]", r"^what_if: not valid TOML: "),
        (MORE.replace("ru_west", "ru_vest"), "what_if.0.shift.ru_vest: unknown key; nearest: ru_w"),
        (MORE.replace("= 1,", "= 6,"), "what_if.0.shift.ru_west: Input should be less than or"),
        (MORE + MORE, "what_if more: stated 2 times; once is expected"),
        (LESS.replace("crimea", "crime"), "no shock of shocks.toml is called 'crime'; nearest: cr"),
        (MORE.replace('"More"', '"\\u0007"'), "more holds a control character; write plain text"),
        (MORE + "#" * asked.LONGEST, "expected at most 20,000"),
        (MORE + "level = { asymmetry = -1, x = 0 }", r"level\.asymmetry: .*; what_if\.0\.level\.x"),
    ],
)
def test_what_cannot_be_meant_is_refused_whole(told: Desk, text: str, said: str) -> None:
    with pytest.raises(WrongValue, match=said):
        ask(told, text)
    assert [] == asked.waiting(told)


def test_a_file_that_cannot_be_written_leaves_the_question_waiting(told: Desk) -> None:
    question = ask(told, MORE)
    folder = told.settings.home / kept_files.ANALYSES
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")
    answering.Answers(told).answer(question)
    assert "waiting" == state(told, question)
    folder.unlink()
    aside.rename(folder)
    assert "answered question 1" in analysing.run(told)
