"""What people ask of the draws: noted at once, answered by the job that opens them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from forecaster import analysing, answering, asked, opened, what_if, worked_out
from forecaster.errors import ForecasterError, ManyWait, NothingKnown, UnknownName, UsageError
from forecaster.model.moment import Drawn
from forecaster.opened import Side
from forecaster.store import forecasts, questions, runs
from forecaster.store.engine import writing
from forecaster.store.questions import New, Question
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
    assert [] == questions.waiting(told.engine)


def test_one_without_an_answer_says_why_and_is_not_asked_again(told: Desk) -> None:
    question = ask(told, MORE)
    for file in (told.settings.home / "posteriors").iterdir():
        file.unlink()
    assert analysing.run(told).endswith("; no answer is possible to question 1")
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
    assert "later" == other.forecast_id != question.forecast_id
    answers = answering.Answers(told)
    for one in answers.waiting():
        answers.answer(one)
    assert ["answered", "unanswered"] == [state(told, one) for one in (question, other)]


def test_futures_that_this_version_takes_no_more_have_no_answer(told: Desk) -> None:
    new = New(worked_out.standing(told)["forecast_id"], "d" * 64, [{"id": "old", "title": "Old"}])
    old, _ = questions.ask(told.engine, new, ANALYST, most=9, now=NOW)
    assert not answering.Answers(told).answer(old)
    found = asked.document(told, old)
    assert ("unanswered", "this version of the program takes its futures no more") == (
        found["state"],
        found["why"],
    )


def test_a_run_ends_in_time_and_leaves_the_rest_to_the_next(
    told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(told, MORE)
    monkeypatch.setattr(answering, "PATIENCE", 0.0)
    assert "question" not in analysing.run(told)
    assert 1 == len(questions.waiting(told.engine))


def test_more_than_can_wait_is_refused_and_the_same_again_is_not(desk: Desk, put: Put) -> None:
    with pytest.raises(NothingKnown, match="forecaster update"):
        ask(desk, MORE)
    put("a", NOW - timedelta(days=1))
    for number in range(asked.MOST_WAITING // 2):
        ask(desk, (MORE + LESS).replace("= 1,", f"= {0.1 * number:.1f},"))
    with pytest.raises(ManyWait, match="80 futures wait for the job `analyse`"):
        ask(desk, MORE)
    assert 4 == ask(desk, (MORE + LESS).replace("= 1,", "= 0.3,")).id
    asked.give_up(desk, asked.require(desk, 2), "so it is")
    assert 41 == ask(desk, MORE).id
    with pytest.raises(UnknownName, match="no question is called '42'"):
        asked.require(desk, 42)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"^what_if: missing$"),
        ("[[what_if]", r"^not valid TOML: "),
        ("a = " + "[" * 9000, r"^lists within lists, too deep to be read$"),
        (MORE + f"hold_months = 0x{'f' * 4000}", "hold_months: .*, not that int$"),
        (MORE + f'like = "{"x" * 500}"', r"what_if\.0\.like: .*, not 'x{79}…$"),
        (MORE.replace("{ ru_west = 1, cn_us = 1.0 }", "{}"), "at least one of shift, like, level"),
        (MORE + MORE.replace("more", "other"), "title 'More': stated 2 times; expected another"),
        (MORE.replace("More", "M" * 121), "title: expected one line of at most 120 characters"),
        (MORE.replace("More", "M\\u202Eore"), "title: expected one line of at most 120"),
        (MORE + f'reason = "{"r" * 2001}"', "expected reason and source of at most 2,000"),
        (MORE.replace("ru_west", "ru_vest"), "what_if.0.shift.ru_vest: unknown key; nearest: ru_w"),
        (MORE.replace("= 1,", "= 6,"), "what_if.0.shift.ru_west: Input should be less than or"),
        (MORE + MORE, "what_if more: stated 2 times; once is expected"),
        (LESS.replace("crimea", "crime"), "no shock of shocks.toml is called 'crime'; nearest: cr"),
        (MORE.replace('"More"', '"\\u0007"'), "title: expected one line of at most 120"),
        (MORE + "#" * asked.LONGEST, "expected at most 20,000"),
        (MORE + "level = { asymmetry = -1, x = 0 }", r"level\.asymmetry: .*; what_if\.0\.level\.x"),
    ],
)
def test_what_cannot_be_meant_is_refused_whole(told: Desk, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ask(told, text)
    assert [] == questions.waiting(told.engine)
