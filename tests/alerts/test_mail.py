"""E-mail through a real mail server on this machine, with and without encryption."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as some

from forecaster.alerts import mail
from forecaster.alerts.book import test_event as event_of_test
from forecaster.alerts.formats import render
from forecaster.alerts.sender import Message
from forecaster.errors import WrongValue
from tests.alerts.conftest import START, Installation, Make
from tests.store.outgoing import WHO

TO = "mailto:desk@example.org"
SETTINGS = {"SMTP_FROM": "forecaster@example.org", "SMTP_HOST": "127.0.0.1"}


class Mailbox:
    """Takes what is sent, or refuses it."""

    def __init__(self, reply: str = "250 taken") -> None:
        self.reply = reply
        self.taken: list[Any] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope)
        return self.reply


class AnyPort(Controller):
    """A server on whichever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def server(box: Mailbox, **options: Any) -> Iterator[int]:
    controller = AnyPort(box, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def certified(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def send(one: Installation, seconds: float = 20.0) -> Any:
    one.book.add(TO, "desk", "email", WHO)
    body = render("email", event_of_test("desk", START))
    return one.sender(seconds).send(Message("msg_1", body), one.one())


def test_a_letter_arrives_encrypted_with_the_webhook_id(
    make: Make, authority: trustme.CA, ca_file: Path
) -> None:
    box = Mailbox()
    with server(box, tls_context=certified(authority), require_starttls=True) as port:
        one = make(SMTP_PORT=str(port), WEBHOOK_CA_FILE=str(ca_file), **SETTINGS)
        outcome = send(one)
    assert (250, True) == (outcome.status, outcome.good), outcome.what
    (envelope,) = box.taken
    assert ("forecaster@example.org", ["desk@example.org"]) == (
        envelope.mail_from,
        envelope.rcpt_tos,
    )
    letter = message_from_bytes(envelope.content, policy=default)
    assert isinstance(letter, EmailMessage)
    assert "<msg_1@example.org>" == letter["Message-ID"]
    assert "A test of the endpoint desk; nothing has moved." == letter["Subject"]
    assert "webhook.test" in letter.get_content()


def test_without_encryption_only_on_this_machine(make: Make) -> None:
    box = Mailbox()
    with server(box) as port:
        plain = {**SETTINGS, "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
        assert send(make(**plain)).good
        refused = send(make(**{**plain, "SMTP_HOST": "mail.example.org"}))
    assert "goes for a server on this machine" in refused.what
    assert 1 == len(box.taken)


def test_a_server_that_offers_no_encryption_gets_nothing(make: Make) -> None:
    box = Mailbox()
    with server(box) as port:
        outcome = send(make(SMTP_PORT=str(port), **SETTINGS))
    assert not outcome.good
    assert "STARTTLS" in outcome.what
    assert [] == box.taken


def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    make: Make, authority: trustme.CA
) -> None:
    box = Mailbox()
    with server(box, tls_context=certified(authority)) as port:
        outcome = send(make(SMTP_PORT=str(port), **SETTINGS))
    assert "certificate verify failed" in outcome.what
    assert [] == box.taken


@pytest.mark.parametrize("reply", ["550 no such box", "451 later"])
def test_a_refusal_is_a_failure_with_its_words(make: Make, reply: str) -> None:
    with server(Mailbox(reply)) as port:
        outcome = send(make(SMTP_PORT=str(port), SMTP_SECURITY="none", **SETTINGS))
    assert (int(reply[:3]), reply[4:]) == (outcome.status, outcome.response)
    assert not outcome.good


def test_nothing_is_sent_without_a_server(make: Make) -> None:
    assert "FORECASTER_SMTP_HOST" in send(make()).what


def test_a_server_that_drips_is_cut_off(make: Make) -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:
        end = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                while not end.wait(0.02):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        port = listener.getsockname()[1]
        outcome = send(make(SMTP_PORT=str(port), SMTP_SECURITY="none", **SETTINGS), 0.4)
        end.set()
        thread.join()
    assert not outcome.good


@given(some.text(max_size=80), some.text(max_size=200))
def test_no_words_become_a_header(subject: str, text: str) -> None:
    body = json.dumps({"subject": f"a\r\nBcc: x@example.org\n{subject}", "text": text}).encode()
    letter = mail.Letter("msg_1", "desk@example.org", body, START)
    made = mail.message(letter, "forecaster@example.org")
    read = message_from_bytes(made.as_bytes(), policy=default)
    assert read["Bcc"] is None
    assert set(read) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }


@pytest.mark.parametrize(
    "url",
    [
        "desk@example.org",
        "mailto:",
        "mailto:desk",
        "mailto:a@example.org,b@example.org",
        "mailto:desk@example.org?bcc=x@example.org",
        "mailto:desk@example.org\r\nBcc: x@example.org",
        "mailto:desk@example.org%0d%0aBcc:x",
        "mailto:<desk@example.org>",
        "http://127.0.0.1/",
    ],
)
def test_only_one_plain_address_is_taken(make: Make, url: str) -> None:
    with pytest.raises(WrongValue, match=r"^url: expected"):
        make().book.add(url, "desk", "email", WHO)
    with pytest.raises(WrongValue, match="url: "):
        make().book.add("mailto:desk@example.org", "desk", "standard", WHO)
