"""Signatures by which a receiver knows that a message is ours: Standard Webhooks, ``v1``.

Signed is ``id.timestamp.body`` by HMAC-SHA256. The header is a list: while a secret is being
replaced, the old and the new one both sign, and a receiver that knows either is content.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
FEWEST, MOST, USUAL = 24, 64, 32


def new_secret() -> str:
    """A secret for one endpoint."""
    return PREFIX + base64.b64encode(secrets.token_bytes(USUAL)).decode()


def key(secret: str) -> bytes:
    """The bytes that sign.

    Raises
    ------
    ValueError
        If it is no secret; the text does not repeat it.
    """
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not secret.startswith(PREFIX) or not FEWEST <= len(found) <= MOST:
        raise ValueError(
            f"expected {PREFIX} and {FEWEST} to {MOST} bytes in base64 for a webhook secret"
        )
    return found


def signature(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """One signature, as ``v1,<base64>``."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key(secret), signed, hashlib.sha256).digest()).decode()


def headers(
    secrets_in_use: Sequence[str], webhook_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """What proves a message: its id, the time of this attempt, a signature by each secret."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(one, webhook_id, timestamp, body) for one in secrets_in_use
        ),
    }
