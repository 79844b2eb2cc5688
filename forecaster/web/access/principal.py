"""Who asks, and what they may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from forecaster.settings import SCOPES

How = Literal["open", "token", "session", "proxy", "command"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: a name, what it may do, and how it is known.

    ``number`` is that of the token behind a token or session.
    """

    name: str
    scopes: frozenset[str]
    how: How
    number: int | None = None

    @property
    def known(self) -> bool:
        """Whether it has said who it is."""
        return self.how != "open"

    @property
    def identity(self) -> str:
        """One text for one identity; a token and the sessions begun with it are the same one."""
        return f"{self.how}:{self.name}" if self.number is None else f"token:{self.number}"

    def may(self, scope: str) -> bool:
        """Whether a scope is among its own; none includes another."""
        return scope in self.scopes


#: Whoever asks without saying who, where that opens nothing.
NOBODY = Principal("nobody", frozenset(), "open")
#: The same on this machine: anyone may read.
ANYONE = Principal("anyone", frozenset({"read"}), "open")
#: Who works at the command line has the state folder itself.
COMMAND_LINE = Principal("command line", frozenset(SCOPES), "command")
