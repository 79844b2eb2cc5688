"""Futures of one's own, as people ask about them on the page and read the answer."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import pytest

from forecaster import asked, worked_out
from forecaster.errors import Busy
from forecaster.store import questions
from forecaster.wiring import Desk
from tests import analysed
from tests.web.watched.conftest import NOW, Browser, Put, valid, words_of

MINE = '[[what_if]]\nid = "mine"\ntitle = "Mine <b>bold</b>"\nshift = { ru_west = 1.5 }\n'
LIFT = '[[what_if]]\nid = "lift"\ntitle = "Lift"\nlevel = { asymmetry = 0.0 }\n'


@pytest.fixture(autouse=True)
def _published(put: Put, desk: Desk) -> None:
    document = put()
    worked_out.keep(desk, "what-if", document["forecast_id"], analysed.what_ifs())


def test_a_reader_sees_what_was_asked_and_no_form(browser: Browser) -> None:
    page = valid(browser.get("/what-if"))
    assert "Nobody has asked about any yet." in page
    assert 'method="post"' not in page
    assert "/sign-in?next=/what-if" in page
    assert 401 == browser.post("/what-if/own", what_if=MINE).status_code


def test_a_question_leads_to_its_answer(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    assert "A thaw with Russia for five years" in browser.get("/what-if").text
    sent = browser.send("/what-if", "/what-if/own", what_if=MINE + LIFT)
    assert (303, "/what-if/own/1") == (sent.status_code, sent.headers["location"])

    waits = valid(browser.get("/what-if/own/1"))
    assert "Waits for the job" in words_of(waits)
    assert 'hx-get="/what-if/own/1"' in waits
    assert "Russia against the West +1.5 sd; at once, then kept up." in words_of(waits)
    assert "Mine &lt;b&gt;bold&lt;/b&gt;" in waits
    assert "<b>bold" not in waits
    listed = words_of(valid(browser.get("/what-if")))
    assert "Mine <b>bold</b> and 1 more" in listed
    assert "Shen" in listed
    then = f"{NOW - timedelta(days=1):%Y-%m-%d}"
    assert "/what-if/own/1" not in browser.get(f"/what-if?as_of={then}").text
    assert 404 == browser.get(f"/what-if/own/1?as_of={then}").status_code

    answer = analysed.what_ifs()
    for one in answer["what_ifs"]:
        one.pop("reason")
        one.pop("source")
    with worked_out.noted(desk, asked.NAME, {"question": "1"}):
        asked.keep(desk, asked.require(desk, 1), answer)
    browser = browser.afterwards()
    answered = valid(browser.get("/what-if/own/1"))
    assert "hx-get" not in answered
    assert "<svg" in answered
    assert "higher in 90 % of draws" in words_of(answered)
    assert "to the last bit of every draw" in answered
    sheet = browser.get("/what-if/own/1?figure=differences&format=csv").text
    assert sheet.startswith("what_if,date,alliance_by")


def test_one_without_an_answer_says_why(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    browser.send("/what-if", "/what-if/own", what_if=MINE)
    asked.give_up(desk, asked.require(desk, 1), "the posterior file of synthetic is gone")
    browser = browser.afterwards()
    page = words_of(valid(browser.get("/what-if/own/1")))
    assert "It has no answer: the posterior file of synthetic is gone." in page
    assert "hx-get" not in browser.get("/what-if/own/1").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "what_if: missing"),
        (
            MINE.replace("ru_west", "ru_vest"),
            "what_if.0.shift.ru_vest: unknown key; nearest: ru_west ",
        ),
        (MINE.replace("1.5", "6"), "Input should be less than or equal to 5"),
        (MINE + "]", "not valid TOML"),
        (MINE + "\x01", "what_if: holds a control character; write plain text"),
        (MINE.replace("bold", "b\x01ld"), "holds a control character"),
        (MINE.replace("1.5", "<script>"), "not valid TOML"),
        (MINE + "#" * 20_000, "expected at most 20,000"),
    ],
)
def test_what_cannot_be_meant_stands_at_the_field_with_what_was_entered(
    browser: Browser, desk: Desk, text: str, said: str
) -> None:
    browser.sign_in("read", "record")
    page = valid(browser.send("/what-if", "/what-if/own", what_if=text), 422)
    assert said in words_of(page)
    assert 'aria-describedby="wrong-ask-what_if"' in page
    assert "<script>" not in page
    assert escape(text.replace("\x01", "\ufffd").strip()) in page.replace("&#34;", "&quot;")
    assert [] == questions.waiting(desk.engine)


def test_too_many_that_wait_are_told(browser: Browser) -> None:
    browser.sign_in("read", "record")
    for number in range(2):
        many = "".join(
            MINE.replace("mine", f"mine{k}").replace("Mine", f"{k}").replace("1.5", f"0.{number}")
            for k in range(40)
        )
        assert 303 == browser.send("/what-if", "/what-if/own", what_if=many).status_code
    page = valid(browser.send("/what-if", "/what-if/own", what_if=MINE), 409)
    assert "80 futures wait" in words_of(page)
    assert 303 == browser.send("/what-if", "/what-if/own", what_if=many).status_code


def test_questions_are_turned_page_by_page(browser: Browser) -> None:
    browser.sign_in("read", "record")
    for number in range(21):
        text = MINE.replace("1.5", f"{number / 10}")
        browser.send("/what-if", "/what-if/own", what_if=text)
    first = valid(browser.afterwards().get("/what-if"))
    assert 'href="/what-if/own/21"' in first
    assert 'href="/what-if/own/1"' not in first
    assert 'href="/what-if?before=2"' in first.replace("#own", "")
    older = valid(browser.get("/what-if?before=2"))
    assert 'href="/what-if/own/1"' in older
    assert "Newest questions" in older
    assert 422 == browser.get("/what-if?before=x").status_code


def test_lines_ended_as_browsers_do_are_counted_as_they_are_typed(browser: Browser) -> None:
    browser.sign_in("read", "record")
    text = MINE + "\n".join(["# " + "x" * 37] * 495)
    assert len(text) < asked.LONGEST < len(text.replace("\n", "\r\n"))
    sent = browser.send("/what-if", "/what-if/own", what_if=text.replace("\n", "\r\n"))
    assert 303 == sent.status_code


def test_a_locked_database_tells_no_place(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("read", "record")
    home = str(browser.home)

    def locked(*_: object, **__: object) -> None:
        raise Busy(f"another program has kept the database {home}/forecaster.sqlite locked")

    monkeypatch.setattr(questions, "ask", locked)
    page = browser.send("/what-if", "/what-if/own", what_if=MINE)
    assert 409 == page.status_code
    assert home not in page.text
    assert "locked" in page.text


@pytest.mark.parametrize("wrong", ["0", "x", "-1", "9" * 9, "9" * 30, "1%0A", "%D9%A1"])
def test_no_other_number_is_a_question(browser: Browser, wrong: str) -> None:
    page = valid(browser.get(f"/what-if/own/{wrong}"), 404)
    assert "o question is called" in words_of(page)
