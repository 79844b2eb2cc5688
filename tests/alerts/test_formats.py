"""Each format keeps within what its receiver takes, whatever the words are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forecaster.alerts.formats import FORMATS, Event, alertmanager, event, render

NAMES = some.text(min_size=1, max_size=40)
SIMPLE = some.one_of(
    some.text(max_size=6000), some.integers(), some.floats(allow_nan=False, allow_infinity=False)
)
PAGES = some.dictionaries(NAMES, some.just("https://example.org/x") | some.text(max_size=50))


@some.composite
def events(draw: some.DrawFn) -> Event:
    kind = draw(some.sampled_from([*event.TITLES, "some.other"]))
    data: dict[str, Any] = draw(some.dictionaries(NAMES, SIMPLE, max_size=60))
    data["summary"] = draw(some.text(max_size=9000))
    data["explanation"] = draw(some.text(max_size=30_000))
    data["links"] = draw(PAGES)
    data["current"] = draw(some.dictionaries(NAMES, SIMPLE, max_size=40))
    data["list"] = draw(some.lists(some.text(max_size=3000), max_size=200))
    return {"type": kind, "timestamp": "2026-11-26T06:10:00.000000Z", "data": data}


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def rendered(kind: str, one: Event) -> Any:
    return json.loads(render(kind, one))


@given(events())
def test_our_own_is_under_20_kb_and_says_what_was_cut(one: Event) -> None:
    body = render("standard", one)
    assert len(body) < 20_000
    found = json.loads(body)
    assert {"type", "timestamp", "data"} == set(found)
    assert (one["type"], one["timestamp"]) == (found["type"], found["timestamp"])
    if not found["data"].get("truncated"):
        assert found == json.loads(json.dumps(one).encode().decode("utf-8"))


@given(events())
def test_slack(one: Event) -> None:
    found = rendered("slack", one)
    assert len(found["blocks"]) <= 50
    for block in found["blocks"]:
        most = 150 if block["type"] == "header" else 3000
        if "text" in block:
            assert 1 <= units(block["text"]["text"]) <= most
        fields = block.get("fields", [])
        assert len(fields) <= 10
        assert all(1 <= units(each["text"]) <= 2000 for each in fields)
    assert "<!" not in found["text"]


@given(events())
def test_discord(one: Event) -> None:
    found = rendered("discord", one)
    assert units(found["content"]) <= 2000
    assert {"parse": []} == found["allowed_mentions"]
    (embed,) = found["embeds"]
    assert units(embed["title"]) <= 256
    assert units(embed["description"]) <= 4096
    fields = embed.get("fields", [])
    assert len(fields) <= 25
    whole = embed["title"] + embed["description"] + embed.get("footer", {}).get("text", "")
    for each in fields:
        assert 1 <= units(each["name"]) <= 256
        assert 1 <= units(each["value"]) <= 1024
        whole += each["name"] + each["value"]
    assert units(whole) <= 6000


@given(events())
def test_teams(one: Event) -> None:
    body = render("teams", one)
    assert len(body) < 28_000
    (attachment,) = json.loads(body)["attachments"]
    assert "application/vnd.microsoft.card.adaptive" == attachment["contentType"]
    assert "AdaptiveCard" == attachment["content"]["type"]


@given(events())
def test_mattermost(one: Event) -> None:
    found = rendered("mattermost", one)
    (attachment,) = found["attachments"]
    whole = attachment["title"] + attachment["text"] + attachment["fallback"]
    whole += "".join(each["title"] + each["value"] for each in attachment["fields"])
    assert units(whole) <= 65_535
    assert "@channel" not in whole


@given(events())
def test_alertmanager(one: Event) -> None:
    found = rendered("alertmanager", one)
    assert ("4", 0) == (found["version"], found["truncatedAlerts"])
    (alert,) = found["alerts"]
    assert found["status"] == alert["status"]
    assert 16 == len(alert["fingerprint"])
    texts = [*alert["labels"].items(), *alert["annotations"].items()]
    assert all(isinstance(part, str) for pair in texts for part in pair)


def test_what_is_resolved_has_the_fingerprint_of_what_fired() -> None:
    data = {"rule": "alliance", "question": "sino_russian", "quantity": "alliance_by"}
    when = "2026-11-26T06:10:00Z"
    fired, resolved = (
        json.loads(alertmanager.render({"type": kind, "timestamp": when, "data": data}))
        for kind in ("forecast.probability.shifted", "forecast.alert.resolved")
    )
    assert ("firing", "resolved") == (fired["status"], resolved["status"])
    assert fired["alerts"][0]["fingerprint"] == resolved["alerts"][0]["fingerprint"]
    assert fired["groupKey"] == resolved["groupKey"]


@given(events())
def test_mail_has_a_subject_of_one_line(one: Event) -> None:
    found = rendered("email", one)
    assert 0 < len(found["subject"]) <= 150
    assert found["subject"].isprintable()
    assert len(found["text"]) < 40_000


@pytest.mark.parametrize("kind", FORMATS)
def test_words_are_never_commands(kind: str) -> None:
    hostile = "<!channel> @everyone @here [x](https://evil.example) <https://evil.example|x>"
    data = {"summary": hostile, "rule": hostile, "links": {"x": "javascript:alert(1)"}}
    body = render(kind, {"type": "webhook.test", "timestamp": "2026-11-26T06:10:00Z", "data": data})
    found = json.loads(body)
    if kind == "slack":
        assert "<!" not in found["text"]
        assert {"plain_text"} == {
            each["text"]["type"] for each in found["blocks"] if "text" in each
        }
    if kind == "discord":
        assert {"parse": []} == found["allowed_mentions"]
    if kind == "teams":
        assert "](" not in body.decode()
    if kind == "mattermost":
        assert "@everyone" not in body.decode()
    if kind != "standard":
        assert "javascript:" not in body.decode()


@given(some.text(max_size=300), some.integers(0, 200), some.sampled_from(["characters", "units"]))
def test_a_cut_text_fits_and_says_so(text: str, most: int, unit: str) -> None:
    found = event.cut(text, most, unit)
    size = units if unit == "units" else len
    assert size(found) <= most
    assert found in (text, "") or found.endswith(event.CUT)
