"""A receiver on this machine that knows only the Standard Webhooks text: it verifies or refuses."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import trustme
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.replay import Asked, Publisher, Route

PATH = "/hook"
FINE = Route(PATH, method="POST", status=204, body=b"")


class Receiver(Publisher):
    """Answers by its routes; over TLS where it is given a certificate."""

    def __init__(
        self, routes: Iterable[Route] = (FINE,), certificate: trustme.LeafCert | None = None
    ) -> None:
        super().__init__(routes)
        self._server.socket.listen(256)  # as many as may knock at once
        self.url = f"{self.address}{PATH}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def messages(self, secret: str) -> list[Any]:
        """What came, each verified by the independent package."""
        return [verified(one, secret) for one in self.asked]

    def believed(self, secrets: Iterable[str]) -> list[Asked]:
        """What came whole and is signed by one of these; a sender that is killed leaves halves."""
        known = list(secrets)
        return [one for one in self.asked if any(signed(one, each) for each in known)]

    @property
    def ids(self) -> list[str]:
        """The webhook ids in the order in which they came."""
        return [one.headers["webhook-id"] for one in self.asked]


def signed(one: Asked, secret: str) -> bool:
    try:
        verified(one, secret)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def verified(one: Asked, secret: str) -> Any:
    headers = {name.lower(): value for name, value in one.headers.items()}
    return Webhook(secret).verify(one.body, headers)
