"""One attempt against real receivers: what counts, what does not, and what is never done."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
import trustme

from forecaster.alerts.retry import Outcome
from forecaster.alerts.sender import ANSWER, Message
from tests.alerts.conftest import BODY, HERE, Installation, Make
from tests.alerts.receiver import PATH, Receiver
from tests.replay import Fault, Route

SHORT = 0.6
ONE = Message("msg_1", BODY)


def local(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def sent(one: Installation, url: str, seconds: float = 20.0) -> Outcome:
    one.add(url)
    return one.sender(seconds).send(ONE, one.one())


def answering(receiver: Receiver, **parts: object) -> None:
    receiver.routes[:] = [Route(PATH, method="POST", **parts)]  # type: ignore[arg-type]


def test_the_receiver_gets_the_exact_bytes_and_believes_them(
    here: Installation, receiver: Receiver
) -> None:
    secret = here.add(receiver.url)
    outcome = here.sender().send(ONE, here.one())
    assert (204, "answered 204") == (outcome.status, outcome.what)
    assert ["webhook.test"] == [one["type"] for one in receiver.messages(secret)]
    (asked,) = receiver.asked
    assert BODY == asked.body
    assert "application/json" == asked.headers["Content-Type"]
    assert asked.headers["User-Agent"].startswith("forecaster/")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_2xx_counts(here: Installation, receiver: Receiver, status: int) -> None:
    answering(receiver, status=status)
    assert sent(here, receiver.url).good


@pytest.mark.parametrize("status", [304, 400, 401, 404, 410, 418, 429, 500, 503, 599])
def test_nothing_else_does(here: Installation, receiver: Receiver, status: int) -> None:
    answering(receiver, status=status, body=b"no", content_type="text/plain")
    outcome = sent(here, receiver.url)
    assert not outcome.good
    assert (status, f"answered {status}") == (outcome.status, outcome.what.partition(",")[0])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(
    here: Installation, receiver: Receiver, status: int
) -> None:
    with Receiver() as other:
        answering(receiver, status=status, headers={"Location": other.url})
        outcome = sent(here, receiver.url)
        assert [] == other.asked
    assert not outcome.good
    assert "a redirect, which is not followed" in outcome.what


def test_a_gigabyte_is_not_read(here: Installation, receiver: Receiver) -> None:
    answering(receiver, body=b"x" * (1 << 20), fault=Fault(claimed_length=1 << 30, endless=True))
    outcome = sent(here, receiver.url)
    assert outcome.good
    assert "x" * ANSWER == outcome.response


def test_a_packed_answer_is_not_unpacked(here: Installation, receiver: Receiver) -> None:
    answering(receiver, packed=True, fault=Fault(bomb=1 << 28))
    outcome = sent(here, receiver.url)
    assert outcome.good
    assert len(outcome.response) <= ANSWER


@pytest.mark.parametrize(
    "route",
    [
        {"fault": Fault(silent=True)},
        {"body": b"x" * 1000, "fault": Fault(drip=0.05)},
        {"raw": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000, "fault": Fault(drip=0.05)},
    ],
    ids=["silent", "dripping body", "dripping head"],
)
def test_a_slow_one_is_cut_off(
    here: Installation, receiver: Receiver, route: dict[str, object]
) -> None:
    answering(receiver, **route)
    began = monotonic()
    outcome = sent(here, receiver.url, SHORT)
    took = monotonic() - began
    assert not outcome.good
    assert "no whole answer within 0.6 s" == outcome.what
    assert took < 20  # a dripping body alone would take 50


@pytest.mark.parametrize("raw", [b"nonsense\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_what_is_no_answer_is_a_failure(here: Installation, receiver: Receiver, raw: bytes) -> None:
    answering(receiver, raw=raw)
    outcome = sent(here, receiver.url)
    assert (None, True) == (outcome.status, outcome.what.startswith("the connection failed"))


def test_a_closed_door_is_a_failure(here: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = sent(here, f"http://127.0.0.1:{taken.getsockname()[1]}/x")
    assert not outcome.good
    assert "the connection failed" in outcome.what


def test_what_an_answer_says_is_kept_as_harmless_text(
    here: Installation, receiver: Receiver
) -> None:
    answering(receiver, status=500, body=b"a\x00b\xff<script>", content_type="text/html")
    outcome = sent(here, receiver.url)
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}<script>" == outcome.response


# Proxies


def test_no_proxy_is_taken_from_the_environment(
    here: Installation, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.address)
        assert sent(here, receiver.url).good
        assert [] == proxy.asked


# TLS


@pytest.fixture
def encrypted(authority: trustme.CA) -> Iterator[Receiver]:
    with Receiver(certificate=authority.issue_cert("hooks.example.org", "127.0.0.1")) as running:
        yield running


def over_tls(receiver: Receiver, host: str) -> str:
    return f"https://{host}:{receiver.port}{PATH}"


def test_the_name_is_verified_though_its_address_is_dialled(
    make: Make, encrypted: Receiver, ca_file: Path
) -> None:
    one = make(allow=HERE, resolve=local, WEBHOOK_CA_FILE=str(ca_file))
    secret = one.add(over_tls(encrypted, "hooks.example.org"))
    outcome = one.sender().send(ONE, one.one())
    assert outcome.good, outcome.what
    assert 1 == len(encrypted.messages(secret))
    assert f"hooks.example.org:{encrypted.port}" == encrypted.asked[0].headers["Host"]


def test_a_certificate_of_somebody_else_is_refused(
    make: Make, encrypted: Receiver, ca_file: Path
) -> None:
    one = make(allow=HERE, resolve=local, WEBHOOK_CA_FILE=str(ca_file))
    outcome = sent(one, over_tls(encrypted, "other.example.org"))
    assert not outcome.good
    assert "certificate verify failed" in outcome.what
    assert [] == encrypted.asked


def test_an_unknown_authority_is_refused_whatever_the_environment_says(
    make: Make, encrypted: Receiver, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    one = make(allow=HERE, resolve=local)
    outcome = sent(one, over_tls(encrypted, "hooks.example.org"))
    assert "certificate verify failed" in outcome.what
    assert [] == encrypted.asked


def test_an_expired_certificate_is_refused(
    make: Make, authority: trustme.CA, ca_file: Path
) -> None:
    from datetime import UTC, datetime

    old = authority.issue_cert("hooks.example.org", not_after=datetime(2025, 1, 1, tzinfo=UTC))
    one = make(allow=HERE, resolve=local, WEBHOOK_CA_FILE=str(ca_file))
    with Receiver(certificate=old) as receiver:
        outcome = sent(one, over_tls(receiver, "hooks.example.org"))
        assert "certificate verify failed" in outcome.what
        assert [] == receiver.asked


def test_plain_http_where_tls_is_expected_is_a_failure(make: Make, receiver: Receiver) -> None:
    one = make(allow=HERE, resolve=local)
    assert not sent(one, over_tls(receiver, "hooks.example.org")).good
    assert [] == receiver.asked


def test_a_file_of_certificates_that_is_none_is_told(make: Make, tmp_path: Path) -> None:
    one = make(WEBHOOK_CA_FILE=str(tmp_path / "missing.pem"))
    assert "FORECASTER_WEBHOOK_CA_FILE" in sent(one, "https://127.0.0.1:9/x").what


# Rotation


def test_for_a_day_both_secrets_sign(here: Installation, receiver: Receiver) -> None:
    from tests.store.outgoing import WHO

    old = here.add(receiver.url)
    here.now = here.now.now(here.now.tzinfo)
    new = here.book.rotate("desk", WHO)
    assert here.sender().send(ONE, here.one()).good
    assert [1, 1] == [len(receiver.messages(one)) for one in (old, new)]
    here.after(hours=-25)
    newest = here.book.rotate("desk", WHO)
    receiver.asked.clear()
    assert here.sender().send(ONE, here.one()).good
    assert 1 == len(receiver.messages(newest))
    assert 1 == len(receiver.asked[0].headers["webhook-signature"].split(" "))


def test_a_leaked_secret_ends_at_once(here: Installation, receiver: Receiver) -> None:
    from tests.store.outgoing import WHO

    here.add(receiver.url)
    new = here.book.rotate("desk", WHO, at_once=True)
    assert here.sender().send(ONE, here.one()).good
    assert 1 == len(receiver.asked[0].headers["webhook-signature"].split(" "))
    assert 1 == len(receiver.messages(new))
