"""Questions about futures of one's own, as programs ask them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from forecaster import asked
from forecaster.store import audit, ledger_views, questions
from forecaster.wiring import Desk
from tests import analysed
from tests.web.api.conftest import Asker, make_app

ADDRESS = "what-if/questions"


def future(**done: Any) -> dict[str, Any]:
    return {"what_if": [{"id": "mine", "title": "Mine", **done}]}


SHIFT = future(shift={"ru_west": 1, "cn_us": -0.5}, hold_months=12)


def test_a_question_waits_is_answered_and_is_asked_once(
    ask: Asker, desk: Desk, recorder: str
) -> None:
    assert {"questions": [], "next": None} == ask.json(ADDRESS)
    made = ask.post(ADDRESS, recorder, SHIFT)
    assert (202, f"/api/v1/{ADDRESS}/1") == (made.status_code, made.headers["location"])
    document = made.json()
    assert ("waiting", "third") == (document["state"], document["forecast_id"])
    assert SHIFT["what_if"] == document["what_ifs"]
    assert document == ask.json(f"{ADDRESS}/1")
    (run,) = ledger_views.runs(desk.engine, job="analyse")
    assert "due" == run.status
    (line,) = [one for one in audit.entries(desk.engine) if one.action == "what_if.ask"]
    assert {"forecast": "third", "what_ifs": ["mine"]}.items() <= line.details.items()

    again = ask.post(ADDRESS, recorder, SHIFT)
    assert (200, document) == (again.status_code, again.json())
    question = asked.require(desk, 1)
    asked.keep(desk, question, analysed.what_ifs())
    answered = ask.post(ADDRESS, recorder, SHIFT).json()
    assert ("answered", None) == (answered["state"], answered["why"])
    assert {**analysed.what_ifs(), "forecast_id": "third"} == answered["answer"]
    (listed,) = ask.json(ADDRESS)["questions"]
    assert listed == {key: document[key] for key in listed}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "what_if: Field required"),
        ({"what_if": []}, "what_if: Tuple should have at least 1 item"),
        (future(), "what_if.0: expected at least one of shift, like, level"),
        (future(shift={"ru_vest": 1}), "what_if.0.shift.ru_vest: unknown key; nearest: ru_west"),
        (future(levels={}), "what_if.0.levels: unknown key; nearest: level"),
        (future(shift={"ru_west": 5.1}), "what_if.0.shift.ru_west: Input should be less than"),
        (future(shift={"ru_west": "1"}), "what_if.0.shift.ru_west: Input should be a valid number"),
        (future(like=["crime"]), "what_if.0.like: no shock of shocks.toml is called"),
        (future(level={"asymmetry": 0}, half_life=2), "what_if.0: half_life says how it fades"),
        (
            {"what_if": [*SHIFT["what_if"], *SHIFT["what_if"]]},
            "what_if mine: stated 2 times; once is expected",
        ),
        (
            future(like=["crimea"], reason="a\0b"),
            "what_if.0: expected reason and source of at most 2,000 characters",
        ),
        (future(like=["crimea"], reason="a" * asked.LONGEST), "expected at most 20,000"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(
    ask: Asker, desk: Desk, recorder: str, content: Any, said: str
) -> None:
    answer = ask.post(ADDRESS, recorder, content)
    assert 422 == answer.status_code
    assert said in answer.json()["detail"]
    # That no item is left of a list follows from what is wrong with its items.
    assert ("Tuple" in answer.json()["detail"]) == ("Tuple" in said)
    assert [] == questions.waiting(desk.engine)
    assert [] == ledger_views.runs(desk.engine, job="analyse")


def test_there_is_no_question_but_those_that_were_asked(ask: Asker) -> None:
    missing = ask.get(f"{ADDRESS}/7")
    assert 404 == missing.status_code
    assert "no question is called '7'" in missing.json()["detail"]
    for wrong in ("0", "x", "99999999999"):
        assert 422 == ask.get(f"{ADDRESS}/{wrong}").status_code


def test_many_that_wait_refuse_another_and_not_one_that_was_asked(
    ask: Asker, desk: Desk, recorder: str
) -> None:
    first = future(shift={"cn_us": 0.5})
    assert 202 == ask.post(ADDRESS, recorder, first).status_code
    asked.keep(desk, asked.require(desk, 1), analysed.what_ifs())
    for number in range(2):
        many = [
            {"id": f"f{k}", "title": f"{k}", "shift": {"cn_us": k / 100 + number}}
            for k in range(40)
        ]
        assert 202 == ask.post(ADDRESS, recorder, {"what_if": many}).status_code
    refused = ask.post(ADDRESS, recorder, SHIFT)
    assert 409 == refused.status_code
    assert "80 futures wait" in refused.json()["detail"]
    assert (200, "answered") == (
        ask.post(ADDRESS, recorder, first).status_code,
        ask.json(f"{ADDRESS}/1")["state"],
    )


def test_a_list_is_turned_page_by_page(ask: Asker, recorder: str) -> None:
    for number in range(3):
        ask.post(ADDRESS, recorder, future(shift={"cn_us": number / 10}))
    first = ask.get(f"{ADDRESS}?limit=2")
    assert [3, 2] == [one["id"] for one in first.json()["questions"]]
    assert 'rel="next"' in first.headers["link"]
    rest = ask.json(f"{ADDRESS}?limit=2&cursor={first.json()['next']}")
    assert ([1], None) == ([one["id"] for one in rest["questions"]], rest["next"])


def test_many_problems_are_counted_and_not_all_told(ask: Asker, recorder: str) -> None:
    wrong = future(shift={f"k{number}": 1 for number in range(5_000)})
    detail = ask.post(ADDRESS, recorder, wrong).json()["detail"]
    assert detail.endswith("; and 4980 more")
    assert len(detail) < 3_000


def test_it_is_noted_where_nobody_looks_after_jobs_and_the_same_again_asks_for_one(
    desk: Desk, tmp_path: Path, ask: Asker, recorder: str
) -> None:
    with asyncio.Runner() as runner:
        alone = Asker(make_app(desk, tmp_path, jobs=False), runner)
        assert 202 == alone.post(ADDRESS, recorder, SHIFT).status_code
    assert [1] == [one.id for one in questions.waiting(desk.engine)]
    assert [] == ledger_views.runs(desk.engine, job="analyse")
    assert 200 == ask.post(ADDRESS, recorder, SHIFT).status_code
    assert ["due"] == [one.status for one in ledger_views.runs(desk.engine, job="analyse")]
