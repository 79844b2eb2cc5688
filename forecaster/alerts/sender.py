"""One attempt: look the endpoint up, sign, send, and say how it ended. It never raises.

Twenty seconds for all of it; of the answer no more than 16 kB is read; 2xx is success and nothing
else is; certificates are always verified; no redirect is followed; no proxy is taken from the
environment.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from time import monotonic

from forecaster import __version__
from forecaster.alerts import mail, signing
from forecaster.alerts.guard import Guard, NotAllowed, NotFound
from forecaster.alerts.retry import Outcome
from forecaster.alerts.vault import Vault
from forecaster.errors import ForecasterError, StoreError
from forecaster.settings import Settings
from forecaster.store.endpoints import Endpoint

SECONDS = 20.0
ANSWER = 16 * 1024
LONGEST_REASON = 300


@dataclass(frozen=True)
class Message:
    """What is sent: its id and its exact bytes."""

    webhook_id: str
    body: bytes


class Sender:
    """Sends messages to endpoints; may be used by many threads at once."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        guard: Guard | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = guard or Guard(settings.webhook_allow_cidrs)
        self._vault = Vault(settings)
        self._seconds = seconds

    def send(self, message: Message, endpoint: Endpoint) -> Outcome:
        """One attempt, whatever may go wrong in it."""
        began = monotonic()
        try:
            found = self._send(message, endpoint, began + self._seconds)
        except ForecasterError as error:
            found = Outcome(None, str(error))
        except Exception as error:  # noqa: BLE001 - one endpoint may not stop the others
            found = Outcome(None, f"unexpected {type(error).__name__}: {error}")
        return found._replace(
            what=_line(found.what),
            response=found.response.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:ANSWER],
            milliseconds=round(1000 * (monotonic() - began)),
        )

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """The certificates that are believed: the usual ones, and the administrator's."""
        from indicators.wire import usual_trust

        found = usual_trust()
        file = self._settings.webhook_ca_file
        if file is not None:
            try:
                found.load_verify_locations(file)
            except (OSError, ssl.SSLError) as error:
                raise StoreError(
                    f"FORECASTER_WEBHOOK_CA_FILE: {file} cannot be read as certificates ({error})"
                ) from error
        return found

    def _send(self, message: Message, endpoint: Endpoint, ends_at: float) -> Outcome:
        url = self._vault.open(endpoint.sealed_url)
        if endpoint.format == "email":
            letter = mail.Letter(
                message.webhook_id, mail.recipient(url), message.body, self._clock()
            )
            return mail.send(letter, self._settings, self.trust, ends_at - monotonic())
        try:
            address = self._guard.dial(url, ends_at - monotonic())
        except NotAllowed as error:
            return Outcome(None, f"not sent: {error}")
        except NotFound as error:
            return Outcome(None, str(error))
        return self._post(url, address, message, self._secrets(endpoint), ends_at)

    def _post(
        self, url: str, address: str, message: Message, secrets: list[str], ends_at: float
    ) -> Outcome:
        # httpx takes a quarter of a second to import; commands that send nothing do without.
        from indicators.wire import Broken, Late, Question, Unsendable, Wire

        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": self._agent,
            **signing.headers(
                secrets, message.webhook_id, int(self._clock().timestamp()), message.body
            ),
        }
        question = Question("POST", url, headers, message.body)
        try:
            with Wire(self.trust) as wire:
                raw = wire.send(question, address=address, cap=ANSWER, ends_at=ends_at)
        except Late:
            return Outcome(None, f"no whole answer within {self._seconds:g} s")
        except Broken as error:
            return Outcome(None, f"the connection failed: {error}")
        except Unsendable as error:
            return Outcome(None, f"it cannot be sent: {error}")
        return Outcome(
            raw.status,
            _said(raw.status),
            raw.body.decode("utf-8", "replace"),
            raw.headers.get("Retry-After"),
        )

    def _secrets(self, endpoint: Endpoint) -> list[str]:
        found = [self._vault.open(endpoint.secret)]
        until = endpoint.previous_until
        if endpoint.previous_secret and until is not None and self._clock() < until:
            found.append(self._vault.open(endpoint.previous_secret))
        return found

    @property
    def _agent(self) -> str:
        contact = self._settings.contact
        return f"forecaster/{__version__}" + (f" (+{contact})" if contact else "")


def _said(status: int) -> str:
    if 200 <= status < 300:
        return f"answered {status}"
    if 300 <= status < 400:
        return f"answered {status}, a redirect, which is not followed; give the new address"
    return f"answered {status}"


def _line(text: str) -> str:
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:LONGEST_REASON]
