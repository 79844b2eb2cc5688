"""One e-mail through the administrator's mail server, within a time, encrypted and verified.

The message is made here from a subject and a text: what comes from outside is never a header. Its
Message-ID is the webhook id, so that a second copy after a crash is known as the same.
"""

from __future__ import annotations

import json
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from time import monotonic

from forecaster import settings_parse
from forecaster.alerts.retry import Outcome
from forecaster.settings import Settings

SCHEME = "mailto:"


class Unset(Exception):
    """Mail cannot be sent as things are set."""


@dataclass(frozen=True)
class Letter:
    """What is sent to whom."""

    webhook_id: str
    to: str
    body: bytes
    at: datetime


def recipient(url: str) -> str:
    """The one address of a ``mailto:``.

    Raises
    ------
    ValueError
        If it is anything else; headers and several recipients are not taken.
    """
    if not url.startswith(SCHEME):
        raise ValueError("expected mailto: and one e-mail address")
    return settings_parse.mailbox(url.removeprefix(SCHEME))


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it goes out."""
    said = json.loads(letter.body)
    found = EmailMessage(policy=SMTP)
    found["From"] = sender
    found["To"] = letter.to
    found["Subject"] = " ".join(str(said["subject"]).split())
    found["Date"] = format_datetime(letter.at)
    found["Message-ID"] = f"<{letter.webhook_id}@{sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(str(said["text"]))
    return found


def send(letter: Letter, settings: Settings, trust: ssl.SSLContext, seconds: float) -> Outcome:
    """Hand a letter to the mail server; its reply's number is the status."""
    began = monotonic()
    try:
        host, sender = _server(settings)
        with _connected(settings, host, trust, seconds) as server:
            if settings.smtp_user is not None:
                server.login(settings.smtp_user, settings.smtp_password or "")
            server.send_message(message(letter, sender), sender, [letter.to])
        return Outcome(250, "taken by the mail server")
    except Unset as error:
        return Outcome(None, str(error))
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return Outcome(code, f"the mail server refused the recipient ({code})", _text(said))
    except smtplib.SMTPResponseException as error:
        refused = error.smtp_code if error.smtp_code >= 300 else None
        return Outcome(refused, f"the mail server refused ({refused})", _text(error.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        if monotonic() - began >= seconds:
            return Outcome(None, f"the mail server was not done within {seconds:g} s")
        return Outcome(None, f"the mail server cannot be used: {type(error).__name__}: {error}")


def _server(settings: Settings) -> tuple[str, str]:
    host, sender = settings.smtp_host, settings.smtp_from
    if host is None or sender is None:
        raise Unset("no mail is sent without FORECASTER_SMTP_HOST and FORECASTER_SMTP_FROM")
    if settings.smtp_security == "none" and not _here(host):
        raise Unset("FORECASTER_SMTP_SECURITY is none, which goes for a server on this machine")
    return host, sender


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _connected(
    settings: Settings, host: str, trust: ssl.SSLContext, seconds: float
) -> Iterator[smtplib.SMTP]:
    """A session that is torn down when the time is up, however slowly the server speaks."""
    ours = (settings.smtp_from or "").rpartition("@")[2]
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(local_hostname=ours, timeout=seconds, context=trust)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(local_hostname=ours, timeout=seconds)
    )
    # The certificate has to bear the name, which smtplib keeps only when it connects at once.
    server._host = host  # type: ignore[attr-defined]  # noqa: SLF001
    timer = threading.Timer(seconds, _tear, [server])
    timer.daemon = True
    timer.start()
    try:
        code, said = server.connect(host, settings.smtp_port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        if settings.smtp_security == "starttls":
            server.starttls(context=trust)
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        timer.cancel()
        server.close()


def _tear(server: smtplib.SMTP) -> None:
    sock: socket.socket | None = getattr(server, "sock", None)
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
