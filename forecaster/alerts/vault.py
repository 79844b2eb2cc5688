"""Secrets at rest: sealed with a key that is never in the database.

The key is ``FORECASTER_WEBHOOK_KEY``, else a file of the state folder that only its owner may read,
made when it is first needed. Whoever has the database alone can read no secret and sign nothing.
"""

from __future__ import annotations

import stat
from functools import cached_property
from typing import TYPE_CHECKING

from forecaster import keyfile
from forecaster.errors import StoreError
from forecaster.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

FILE_NAME = "webhook.key"


class Vault:
    """Seals and opens short texts."""

    def __init__(self, settings: Settings) -> None:
        self._stated = settings.webhook_key
        self._file = settings.home / FILE_NAME

    def seal(self, text: str) -> str:
        """A text as it may lie in the database."""
        return self._lock.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again.

        Raises
        ------
        StoreError
            If it was sealed with another key, or altered.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._lock.decrypt(sealed.encode()).decode()
        except InvalidToken:
            where = "FORECASTER_WEBHOOK_KEY" if self._stated else str(self._file)
            raise StoreError(
                f"a stored webhook secret does not open with the key of {where}; bring the former "
                "key back, or make the endpoint anew by `forecaster endpoints remove` and `add`"
            ) from None

    @cached_property
    def _lock(self) -> Fernet:
        from cryptography.fernet import Fernet

        try:
            return Fernet(self._stated or self._from_file())
        except ValueError:
            raise StoreError(
                f"{self._file} holds no key; bring the file back as it was, or remove it and make "
                "every endpoint anew"
            ) from None

    def _from_file(self) -> str:
        from cryptography.fernet import Fernet

        try:
            if not self._file.exists():
                self._file.parent.mkdir(parents=True, exist_ok=True)
                keyfile.make(self._file, Fernet.generate_key() + b"\n")
            mode = self._file.stat().st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise StoreError(
                    f"{self._file} can be read by others; make a new key, or, if nobody else has "
                    f"seen it, run `chmod 600 {self._file}`"
                )
            return self._file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(
                f"{self._file}, the key of the webhook secrets, cannot be used ({error})"
            ) from error
