"""Recording and judging from the page: who may, what is stored, and what is said of mistakes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from forecaster.store import audit, leads, readings, visits
from forecaster.store.leads import NewLead
from forecaster.store.readings import NewReading
from forecaster.store.visits import Brought
from forecaster.wiring import Desk
from indicators import Period
from tests.web.watched.conftest import NOW, Add, Browser, valid, words_of

PAGE = "/indicators/trade_total"
READINGS = f"{PAGE}/readings"
SCRIPT = "<script>alert(1)</script>"
GOOD = {"period": "2026-10", "value": "20.5", "source": "https://example.org/october"}


def put_aside(desk: Desk, value: float = 9e5) -> int:
    one = NewReading(
        "trade_total", Period.parse("2026-10"), value, None, NOW, "https://example.org", "fetched"
    )
    return readings.quarantine(desk.engine, one, "outside the range", now=NOW)


def tell(desk: Desk, indicator: str = "leader_meetings") -> int:
    lead = NewLead(
        "kremlin", indicator, "k1", date(2026, 9, 3), "Talks", "https://example.org/talks", "both"
    )
    visits.store(desk.engine, Brought("kremlin", [indicator], "value", {}, leads=[lead]), now=NOW)
    (found,) = leads.stored(desk.engine)
    return found.id


def actions(desk: Desk) -> list[tuple[str, str, str]]:
    lines = audit.entries(desk.engine)
    return [
        (one.who, one.action, one.object)
        for one in reversed(lines)
        if one.action.split(".")[0] in {"reading", "lead", "quarantine"}
    ]


def test_a_visitor_sees_no_form_and_how_to_sign_in(browser: Browser, desk: Desk) -> None:
    put_aside(desk)
    page = valid(browser.get(PAGE))
    assert 'method="post"' not in page
    assert f'href="/sign-in?next={PAGE}"' in page
    assert browser.post(READINGS, **GOOD).status_code == 401
    assert not readings.vintages(desk.engine, "trade_total")


def test_who_may_only_read_may_not_write(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read")
    assert 'method="post"' not in browser.get(PAGE).text
    assert browser.post(READINGS, **GOOD).status_code == 403
    assert not readings.vintages(desk.engine, "trade_total")


def test_who_may_operate_may_not_record(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "operate")
    guard = browser.get("/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert browser.post(READINGS, csrf_token=guard, **GOOD).status_code == 403
    assert not readings.vintages(desk.engine, "trade_total")


def test_a_form_of_another_site_is_refused(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    assert browser.post(READINGS, **GOOD).status_code == 403
    assert browser.post(READINGS, csrf_token="0" * 64, **GOOD).status_code == 403
    assert not readings.vintages(desk.engine, "trade_total")


def test_a_reading_is_recorded_and_seen_at_once(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    answer = browser.send(PAGE, READINGS, **GOOD, note=SCRIPT)
    assert answer.status_code == 303
    page = valid(browser.get(answer.headers["location"]))

    assert "Recorded: 2026-10, 20.5 billion USD, vintage 1." in words_of(page)
    assert "<script>alert" not in page
    (stored,) = readings.vintages(desk.engine, "trade_total")
    assert (stored.value, stored.origin, stored.note) == (20.5, "by_hand", SCRIPT)
    assert actions(desk) == [("Shen", "reading.record", "trade_total 2026-10")]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("period", "2026-13", "is not a date of the calendar"),
        ("period", "2027", "lies in the future"),
        ("value", "much", "is no number"),
        ("source", "javascript:alert(1)", "is no web address"),
        ("source", "https://example.org/\0", "control character"),
        ("published", "soon", "is no moment; write 2018-12-31"),
        ("published", "2200-01-01", "Lies in the future; give it once it is out"),
        ("published", "2026-09-30", "Lies before 2026-10 began"),
        ("note", "a\0b", "control character"),
        ("note", "x" * 2001, "expected at most 2,000"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_lost(
    browser: Browser, desk: Desk, field: str, value: str, why: str
) -> None:
    browser.sign_in("read", "record")
    answer = browser.send(PAGE, READINGS, **(GOOD | {"reason": SCRIPT, field: value}))
    page = answer.text if "\0" in value else valid(answer, 422)

    assert answer.status_code == 422
    assert answer.headers["cache-control"] == "no-store"
    assert f'id="wrong-reading-{field}"' in page
    assert f'aria-describedby="wrong-reading-{field}"' in page
    assert why in words_of(page)
    assert "&lt;script&gt;" in page  # the reason, as it was entered
    assert "<script>alert" not in page
    assert not readings.vintages(desk.engine, "trade_total")
    assert not actions(desk)


def test_when_a_figure_was_published_is_kept(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    for published in ("2026-11-07T06:30", ""):
        browser.send(PAGE, READINGS, **GOOD, published=published)
    (stored,) = readings.vintages(desk.engine, "trade_total")
    assert stored.published_at == stored.known_at == datetime(2026, 11, 7, 6, 30, tzinfo=UTC)


def test_an_implausible_value_waits_until_it_is_accepted(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    answer = browser.send(PAGE, READINGS, **(GOOD | {"value": "2050"}))
    assert "Put into quarantine" in words_of(valid(browser.get(answer.headers["location"])))

    empty = browser.send(PAGE, "/quarantine/1/accept", reason=" ")
    assert 'id="wrong-quarantine-1-reason"' in valid(empty, 422)
    answer = browser.send(PAGE, "/quarantine/1/accept", reason="a new series")
    assert "Accepted and recorded: 2026-10, 2,050" in words_of(
        valid(browser.get(answer.headers["location"]))
    )
    (stored,) = readings.vintages(desk.engine, "trade_total")
    assert (stored.value, stored.reason) == (2050.0, "a new series")
    again = browser.send(PAGE, "/quarantine/1/reject", reason="no")
    assert "1 is accepted already" in words_of(valid(again, 422))
    assert [action for _, action, _ in actions(desk)] == ["reading.record", "quarantine.accept"]


def test_a_value_in_quarantine_is_rejected(browser: Browser, desk: Desk) -> None:
    number = put_aside(desk)
    browser.sign_in("read", "record")
    browser.send(PAGE, f"/quarantine/{number}/reject", reason="a slip of units")
    assert "Rejected." in words_of(valid(browser.get(PAGE)))
    assert not readings.vintages(desk.engine, "trade_total")


def test_what_is_no_number_can_only_be_rejected(browser: Browser, desk: Desk) -> None:
    number = put_aside(desk, float("nan"))
    browser.sign_in("read", "record")
    page = valid(browser.get(PAGE))
    assert f"/quarantine/{number}/accept" not in page
    assert f"/quarantine/{number}/reject" in page


def test_a_lead_is_confirmed_and_its_month_counts_one_more(
    browser: Browser, desk: Desk, add: Add
) -> None:
    number, place = tell(desk), "/indicators/leader_meetings"
    add("leader_meetings", {"2026-09": 1.0})
    browser.sign_in("read", "record")
    assert "Talks" in valid(browser.get(place))
    answer = browser.send(place, f"/leads/{number}/confirm")
    assert "The lead is confirmed: 2026-09, 2 meetings" in words_of(
        valid(browser.get(answer.headers["location"]))
    )
    assert readings.as_known(desk.engine, NOW, indicator="leader_meetings")[0].value == 2
    assert actions(desk) == [("Shen", "lead.confirm", str(number))]
    late = browser.send(place, f"/leads/{number}/dismiss")
    assert f"Lead {number} is confirmed already" in words_of(valid(late, 422))


def test_what_cannot_be_counted_is_asked_for_in_words_of_the_form(
    browser: Browser, desk: Desk
) -> None:
    number, place = tell(desk), "/indicators/leader_meetings"
    browser.sign_in("read", "record")
    page = valid(browser.send(place, f"/leads/{number}/confirm", value=""), 422)
    assert "give the month's count with the field for the value" in words_of(page)
    assert "--value" not in page
    wrong = valid(browser.send(place, f"/leads/{number}/confirm", value="two"), 422)
    assert f'id="wrong-lead-{number}-value"' in wrong
    browser.send(place, f"/leads/{number}/confirm", value="1", note="the first")
    assert readings.as_known(desk.engine, NOW, indicator="leader_meetings")[0].value == 1


def test_a_lead_that_is_counted_or_nothing_records_nothing(browser: Browser, desk: Desk) -> None:
    number, place = tell(desk), "/indicators/leader_meetings"
    browser.sign_in("read", "record")
    answer = browser.send(place, f"/leads/{number}/confirm", counted="yes")
    assert answer.headers["location"].endswith("said=counted")
    assert not readings.vintages(desk.engine, "leader_meetings")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/indicators/nothing/readings", 404),
        ("/leads/99/confirm", 404),
        ("/quarantine/99/accept", 404),
        ("/leads/x/confirm", 422),
        ("/leads/1/eat", 422),
        (f"/leads/{10**30}/confirm", 422),
    ],
)
def test_what_is_not_there_cannot_be_judged(browser: Browser, address: str, status: int) -> None:
    browser.sign_in("read", "record")
    assert browser.send(PAGE, address, **GOOD, reason="x").status_code == status
