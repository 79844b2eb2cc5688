"""The state folder and the commands of the tests of commands serve here too."""

from __future__ import annotations

from tests.commands.conftest import desk, home, prepared, put, run, start

__all__ = ["desk", "home", "prepared", "put", "run", "start"]
