"""Sessions: a signed cookie that holds the number of a token, and what guards its forms.

What the token may, and whether it still may anything, is looked up at each request; so a session
ends when its token is revoked. The key lies in the state folder and leaves it in no backup.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner

from forecaster import keyfile
from forecaster.errors import StoreError
from forecaster.web.access.principal import Principal

COOKIE = "desk_session"
LASTS = timedelta(hours=12)
KEY_FILE = "desk.key"
_BYTES = 32


class Sessions:
    """Begins sessions and knows them again."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._signer = _Signer(key, clock)

    def begin(self, number: int) -> str:
        """The cookie of a new session with a token."""
        return self._signer.sign(str(number)).decode()

    def token_of(self, cookie: str) -> int | None:
        """The number of the token behind a cookie; None if it is not ours, or too old."""
        try:
            signed = self._signer.unsign(cookie, max_age=int(LASTS.total_seconds()))
            return int(signed)
        except (BadSignature, ValueError):
            return None

    def guard(self, principal: Principal) -> str:
        """What every form of one visitor carries, and no other site can know; empty for none.

        The same in all sessions of a token, so that a page may be kept for all of them.
        """
        if not principal.known:
            return ""
        said = f"form\0{principal.how}\0{principal.identity}"
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()

    def guards(self, principal: Principal, said: str) -> bool:
        """Whether a form carries what it has to."""
        guard = self.guard(principal)
        return bool(guard) and hmac.compare_digest(guard.encode(), said.encode())


class _Signer(TimestampSigner):
    """Signs by the desk's clock."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        super().__init__(key, salt=COOKIE, digest_method=hashlib.sha256)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Seconds of the clock."""
        return int(self._clock().timestamp())


def key_of(home: Path) -> bytes:
    """The key of a state folder; the first who asks makes it, readable by its owner only.

    Raises
    ------
    StoreError
        If it cannot be read or made, others can read it, or it is not whole.
    """
    path = home / KEY_FILE
    try:
        if not path.exists():
            keyfile.make(path, secrets.token_bytes(_BYTES))
        mode = path.stat().st_mode
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path}, the key that sessions are signed with, cannot be used ({error.strerror}); "
            "give the user of the service write permission on its folder"
        ) from error
    if mode & 0o077:
        raise StoreError(
            f"{path}, the key that sessions are signed with, can be read by others; remove it, "
            "and a new one is made at the next start"
        )
    if len(key) != _BYTES:
        raise StoreError(f"{path} is not whole; remove it, and a new one is made at the next start")
    return key
