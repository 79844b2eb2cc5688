"""Alerts as people read them; a rule that is tried; a silence; an acknowledgement."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from forecaster import alerting
from forecaster.store import alerts, audit
from forecaster.wiring import Desk
from tests.web.api import told
from tests.web.watched.conftest import NOW, Browser, valid, words_of

SCRIPT = "<script>alert(1)</script>"


def test_what_was_told_is_read_with_from_and_to(browser: Browser, desk: Desk) -> None:
    page = valid(browser.get("/alerts"))
    text = words_of(page)
    newest = alerts.recent(desk.engine, limit=1)[0]
    assert newest.details["summary"] in text
    for said in ("13 % (4 to 26)", "19 % (6 to 38)", "As of 20 Nov 2026"):
        assert said in text or said.partition("of ")[2] in text
    assert "Alert: The headline moved" in text
    assert "Resolved, reverted: The headline moved" in text
    assert f'href="/forecasts/{newest.forecast_id}"' in page
    assert 'method="post"' not in page
    assert re.search(r"alerts? (is|are) open", text)


def test_alerts_are_turned_page_by_page(browser: Browser, desk: Desk) -> None:
    for at in range(30):
        told.move(desk, 0.10 if at % 2 else 0.20, 0.9 - at / 100)
    with_many = alerts.recent(desk.engine, limit=1000)
    first = valid(browser.get("/alerts?rule=headline"))
    assert "Nothing was told" not in first
    last = with_many[-1].id
    page = valid(browser.get(f"/alerts?before={last + 1}"))
    assert f'id="alert-{last}"' in page
    assert "Newest alerts" in page
    for wrong in ("x", "0", "-1", "9" * 30):
        assert 422 == browser.get(f"/alerts?before={wrong}").status_code
    assert "Nothing was told under this rule" in browser.get("/alerts?rule=gone").text


def test_a_rule_is_tried_on_the_history(browser: Browser, desk: Desk) -> None:
    page = valid(browser.get("/alerts/rules/headline"))
    found = alerting.tried(desk, "headline")
    assert 2 == found["counts"]["fired"]
    assert "2 alerts over" in words_of(page)
    assert found["messages"][-1]["summary"] in words_of(page)
    assert page.count("<svg") >= 1
    other = valid(browser.get("/alerts/rules/headline?points=9.5&min_interval=1h"))
    assert "No alerts over" in words_of(other)
    assert "tried with other values" in words_of(other)
    table = browser.get("/alerts/rules/headline?figure=replay&format=csv").text
    rows = list(csv.reader(io.StringIO(table)))
    assert ["made", "mean", "q05", "q95", "told"] == rows[0]
    assert ["fired", "resolved", "fired"] == [row[4] for row in rows[1:] if row[4]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("points=many", "no number"),
        ("points=-3", "points"),
        ("points=1e9", "no number"),
        ("min_interval=soon", "no length of time"),
        ('min_interval=1h"%0Atitle%3D"x', "no length of time"),
        ("running=2.5", "valid integer"),
        ("points=" + SCRIPT, "no number"),
    ],
)
def test_values_that_cannot_be_tried_are_told_at_their_field(
    browser: Browser, desk: Desk, query: str, said: str
) -> None:
    assert alerts.recent(desk.engine)
    page = valid(browser.get(f"/alerts/rules/headline?{query}"), 422)
    assert said in words_of(page)
    assert SCRIPT not in page
    assert 'aria-invalid="true"' in page or "wrong" in page


def test_rules_that_are_no_number_have_no_history(browser: Browser, desk: Desk) -> None:
    assert alerts.recent(desk.engine)
    assert 422 == browser.get("/alerts/rules/stale").status_code
    assert 404 == browser.get("/alerts/rules/headlines").status_code


class TestNothingYet:
    """Before the first forecast."""

    @pytest.fixture
    def desk(self, empty: Desk) -> Desk:
        return empty

    def test_it_says_what_to_do(self, browser: Browser) -> None:
        assert "Nothing was told yet" in words_of(valid(browser.get("/alerts")))
        page = words_of(valid(browser.get("/alerts/rules/headline")))
        assert "run `forecaster update`" in page
        for address in ("/endpoints", "/deliveries"):
            valid(browser.get(address))


class TestRulesThatCannotBeRead:
    """Somebody has written the file wrong."""

    @pytest.fixture
    def desk(self, empty: Desk, tmp_path: Path) -> Desk:
        file = tmp_path / "alerts.toml"
        file.write_text('[rule.x]\nwhen = "moved"\n')
        return Desk(replace(empty.settings, alerts=file), empty.engine, empty.clock)

    def test_it_is_told_and_the_rest_works(self, browser: Browser, desk: Desk) -> None:
        page = browser.get("/alerts")
        assert page.status_code in {500, 503}
        assert "quantity" in words_of(page.text)
        valid(browser.get("/deliveries"))
        assert desk.settings.alerts is not None
        desk.settings.alerts.write_text('[rule.y]\nwhen = "stale"\n')
        assert "y" in words_of(valid(browser.get("/alerts")))


def test_a_rule_is_silenced_and_the_silence_ended(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "operate")
    fields = {"rule": "headline", "until": "2026-12-24", "reason": SCRIPT}
    sent = browser.send("/alerts", "/alerts/silence", **fields)
    assert (303, "/alerts?said=silenced") == (sent.status_code, sent.headers["location"])
    page = valid(browser.get(sent.headers["location"]))
    assert "silent until 24 Dec 2026 23:59 UTC" in words_of(page)
    assert SCRIPT not in page
    (line,) = [one for one in audit.entries(desk.engine) if one.action == "alerts.silence"]
    assert ("headline", "Shen") == (line.object, line.who)
    assert line.request_id
    ended = browser.send("/alerts", "/alerts/silence", rule="headline", end="yes")
    assert "/alerts?said=ended" == ended.headers["location"]
    assert "No rule is silenced" in words_of(valid(browser.get("/alerts")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"until": "2026-11-01"}, "has passed"),
        ({"until": ""}, "no moment"),
        ({"until": "soon"}, "no moment"),
        ({"rule": "headlin"}, "nearest: headline"),
        ({"reason": "x" * 2049}, "characters"),
        ({"reason": "\x07"}, "control character"),
    ],
)
def test_a_silence_that_cannot_be_meant_keeps_what_was_entered(
    browser: Browser, desk: Desk, change: dict[str, str], said: str
) -> None:
    browser.sign_in("read", "operate")
    fields = {"rule": "likely", "until": "2026-12-24", "reason": "a quiet week", **change}
    page = valid(browser.send("/alerts", "/alerts/silence", **fields), 422)
    assert said in words_of(page)
    if "reason" not in change:
        assert 'value="a quiet week"' in page
    assert [] == alerts.silences_at(desk.engine, NOW)


def test_a_forecast_is_acknowledged(browser: Browser, desk: Desk) -> None:
    browser.sign_in("read", "record")
    assert "headline" in {one.rule for one in alerts.opened(desk.engine)}
    sent = browser.send("/alerts", "/alerts/acknowledge", forecast="moved-1.9")
    assert "/alerts?said=acknowledged" == sent.headers["location"]
    assert "headline" not in {one.rule for one in alerts.opened(desk.engine)}
    (known,) = alerts.acknowledged(desk.engine)
    assert ("moved-1.9", "Shen") == (known.forecast_id, known.who)
    wrong = browser.send("/alerts", "/alerts/acknowledge", forecast="nothing")
    assert "no forecast is called" in words_of(valid(wrong, 422)).lower()


@pytest.mark.parametrize("scopes", [(), ("read",), ("read", "record"), ("read", "operate")])
def test_forms_are_for_those_who_may(browser: Browser, desk: Desk, scopes: tuple[str, ...]) -> None:
    assert alerts.recent(desk.engine)
    if scopes:
        browser.sign_in(*scopes)
    page = valid(browser.get("/alerts"))
    assert ('action="/alerts/silence"' in page) == ("operate" in scopes)
    assert ('action="/alerts/acknowledge"' in page) == ("record" in scopes)
    for path, scope in (("/alerts/silence", "operate"), ("/alerts/acknowledge", "record")):
        if scope not in scopes:
            assert browser.post(path, rule="headline").status_code in {401, 403}
