"""Endpoints and deliveries by command: what they print, what they refuse, what they never show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from forecaster.errors import ForecasterError, UnknownName, UsageError, WrongValue
from forecaster.store import audit, endpoints, outbox
from forecaster.store.engine import writing
from forecaster.wiring import Desk
from tests.alerts.receiver import PATH, Receiver
from tests.commands.conftest import NOW, Run
from tests.replay import Route


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("FORECASTER_WEBHOOK_ALLOW_CIDRS", "127.0.0.0/8")
    with Receiver() as running:
        yield running


def said(run: Run, *words: str) -> Any:
    found = run(*words, "--json")
    if found.exception is not None:
        raise found.exception
    return json.loads(found.stdout)


def do(run: Run, *words: str) -> str:
    found = run(*words)
    if found.exception is not None:
        raise found.exception
    return found.stdout


def added(run: Run, receiver: Receiver, name: str = "desk", *words: str) -> str:
    return str(said(run, "endpoints", "add", receiver.url, "--name", name, *words)["secret"])


def put(desk: Desk, name: str = "desk") -> str:
    with writing(desk.engine) as connection:
        one = endpoints.standing(connection, name)
        return outbox.put(
            connection, endpoint=one.id, kind="webhook.test", body=b'{"a":1}', now=NOW
        )


def test_the_secret_is_printed_once(run: Run, desk: Desk, receiver: Receiver) -> None:
    made = said(run, "endpoints", "add", receiver.url, "--name", "desk", "--rule", "headline")
    assert {"name", "url", "secret"} == set(made)
    assert ("desk", receiver.url) == (made["name"], made["url"])
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    put(desk)
    (listed,) = said(run, "endpoints", "list")["endpoints"]
    assert ("desk", "standard", ["headline"], "live") == (
        *(listed["name"], listed["format"], listed["rules"], listed["state"]),
    )
    shown = [
        do(run, *words)
        for words in (
            ("endpoints", "list"),
            ("endpoints", "list", "--json"),
            ("deliveries", "list"),
            ("deliveries", "list", "--json"),
        )
    ]
    assert made["secret"].removeprefix("whsec_") not in "".join(shown)
    assert made["secret"] not in str(audit.entries(desk.engine))
    assert "whsec_" not in repr(endpoints.every(desk.engine))


@pytest.mark.usefixtures("desk")
def test_without_json_the_secret_stands_alone_on_stdout(run: Run, receiver: Receiver) -> None:
    found = run("endpoints", "add", receiver.url, "--name", "desk")
    assert re.fullmatch(r"whsec_\S+\n", found.stdout)
    assert "not shown again" in found.stderr


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (("http://10.0.0.1/", "--name", "x"), UsageError, "URL: 10.0.0.1 is private"),
        (("http://[::1]/", "--name", "x"), UsageError, "URL: ::1 is"),
        (("ftp://example.org/", "--name", "x"), UsageError, "URL: it does not begin"),
        (("http://8.8.8.8/", "--name", "a b"), WrongValue, "name: 'a b' is no name"),
        (("http://8.8.8.8/", "--name", "x", "--rule", "?"), WrongValue, "no rule is called '\\?'"),
        (("http://8.8.8.8/", "--name", "x", "--format", "y"), WrongValue, "format: 'y' is none"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run: Run, desk: Desk, words: tuple[str, ...], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        do(run, "endpoints", "add", *words)
    assert [] == endpoints.every(desk.engine)


def test_the_test_button_succeeds_on_2xx_only(run: Run, desk: Desk, receiver: Receiver) -> None:
    secret = added(run, receiver)
    assert 204 == said(run, "endpoints", "test", "desk")["status_code"]
    assert ["webhook.test"] == [one["type"] for one in receiver.messages(secret)]
    assert "answered 204" in do(run, "endpoints", "test", "desk")
    receiver.routes[:] = [Route(PATH, method="POST", status=302, headers={"Location": "/"})]
    found = run("endpoints", "test", "desk", "--json")
    assert isinstance(found.exception, ForecasterError)
    assert 1 == found.exception.exit_status
    assert 302 == json.loads(found.stdout)["status_code"]
    assert [] == outbox.deliveries(desk.engine)


@pytest.mark.usefixtures("desk")
def test_rotation_gives_a_new_secret_and_keeps_the_old_for_a_day(
    run: Run, receiver: Receiver
) -> None:
    old = added(run, receiver)
    new = said(run, "endpoints", "rotate", "desk")["secret"]
    assert old != new
    do(run, "endpoints", "test", "desk")
    assert [1, 1] == [len(receiver.messages(one)) for one in (old, new)]
    (listed,) = said(run, "endpoints", "list")["endpoints"]
    assert listed["old_secret_until"] is not None
    newest = re.findall(r"whsec_\S+", do(run, "endpoints", "rotate", "desk", "--at-once"))
    receiver.asked.clear()
    do(run, "endpoints", "test", "desk")
    assert 1 == len(receiver.messages(newest[0]))


def test_a_rule_that_is_named_has_to_be_one(run: Run, desk: Desk, receiver: Receiver) -> None:
    with pytest.raises(WrongValue, match=r"no rule is called 'headlines'; nearest: headline"):
        added(run, receiver, "desk", "--rule", "headlines")
    assert [] == endpoints.every(desk.engine)
    added(run, receiver, "desk", "--rule", "stale", "--rule", "endpoint.disabled")
    with pytest.raises(UnknownName, match=r"no rule is called 'headlin'; nearest: headline"):
        do(run, "alerts", "silence", "headlin", "--until", "2030-01-01")


def test_disabled_enabled_removed(run: Run, desk: Desk, receiver: Receiver) -> None:
    added(run, receiver)
    name = put(desk)
    assert "desk is disabled\n" == do(run, "endpoints", "disable", "desk")
    assert "desk was disabled already\n" == do(run, "endpoints", "disable", "desk")
    assert "disabled by hand" in do(run, "endpoints", "list")
    assert ["dead"] == [one["status"] for one in said(run, "deliveries", "list")]
    with pytest.raises(UsageError, match=r"run `forecaster endpoints enable desk` first"):
        do(run, "deliveries", "replay", name)
    assert "desk is enabled\n" == do(run, "endpoints", "enable", "desk")
    assert "desk was enabled already\n" == do(run, "endpoints", "enable", "desk")
    assert {"replayed": 1} == said(run, "deliveries", "replay", "--dead", "desk")
    assert "pending" == said(run, "deliveries", "replay", name)["status"]
    assert "desk is removed\n" == do(run, "endpoints", "remove", "desk")
    assert {"endpoints": []} == said(run, "endpoints", "list")
    with pytest.raises(UnknownName, match="no endpoint is called 'desk'"):
        do(run, "endpoints", "test", "desk")
    (row,) = said(run, "deliveries", "list")
    assert ("desk", "dead") == (row["endpoint"], row["status"])
    done = [one.action for one in audit.entries(desk.engine)][::-1]
    told = ["create", "disable", "enable", "replay", "replay", "remove"]
    assert told == [one.split(".")[1] for one in done]


def test_deliveries_are_listed_and_shown(run: Run, desk: Desk, receiver: Receiver) -> None:
    added(run, receiver)
    added(run, receiver, "other")
    names = [put(desk), put(desk, "other")]
    listed = said(run, "deliveries", "list")
    assert names[::-1] == [one["webhook_id"] for one in listed]
    assert {"webhook_id", "endpoint", "type", "status", "attempts"} < set(listed[0])
    assert ("other", "webhook.test", "pending", 0) == tuple(listed[0].values())[1:5]
    assert [names[0]] == [
        one["webhook_id"] for one in said(run, "deliveries", "list", "--endpoint", "desk")
    ]
    assert [] == said(run, "deliveries", "list", "--status", "dead")
    found = said(run, "deliveries", "show", names[0])
    assert ('{"a":1}', []) == (found["body"], found["tries"])
    assert '{"a":1}' in do(run, "deliveries", "show", names[0])
    for words, told in (
        (("list", "--status", "lost"), "status: 'lost' is none"),
        (("list", "--endpoint", "nobody"), "no endpoint is called 'nobody'"),
        (("show", "msg_x"), "no delivery is called 'msg_x'"),
        (("replay",), "expected the ID of one delivery, or --dead NAME"),
    ):
        with pytest.raises(UsageError, match=told):
            do(run, "deliveries", *words)
