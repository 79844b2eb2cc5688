"""Everything that can go wrong and that a person is told about.

::

    ForecasterError                 exit status 1, one line: what, why, what to do
    ├── UsageError                  exit status 2: the words of a command are wrong
    │   ├── WrongValue              one of them cannot be meant; ``field`` says which
    │   └── UnknownName             names the nearest valid ones
    ├── InvalidFiles                files that people edit: every problem at once
    ├── Quarantined                 a reading outside its plausible range; kept, not used
    ├── SourcesFailed               a publisher gave no usable answer; nothing of it was recorded
    ├── FitRejected                 the publication gate was not passed; the last forecast stands
    ├── NothingKnown                no forecast yet, or none at that time
    ├── StoreError                  the database or the state folder
    │   ├── NewerSchema             made by a newer version of this program
    │   ├── Busy                    somebody else holds the lock; says who
    │   ├── ManyWait                as much waits to be worked out as may; later there is room
    │   ├── LeaseLost               another process took over; what this one wrote is refused
    │   └── DamagedFile             a stored file does not match its hash
    └── Interrupted                 stopped by the user; nothing was written

Misuse by a programmer raises ``ValueError`` or ``TypeError`` instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ForecasterError(Exception):
    """Base of all errors that a person is told about."""

    exit_status = 1


class UsageError(ForecasterError):
    """The words of a command are wrong."""

    exit_status = 2


class WrongValue(UsageError):
    """One field cannot be meant: an option of a command, a field of a form or of a document."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


class UnknownName(UsageError):
    """A name that does not exist, with the nearest that do."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str], see: str = "forecaster indicators"
    ) -> None:
        near = nearest(name, known)
        hint = f"nearest: {', '.join(near)}" if near else f"see `{see}`"
        super().__init__(f"no {kind} is called {name!r}; {hint}")
        self.name = name


class InvalidFiles(ForecasterError):
    """Files that people edit have problems; all are listed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Quarantined(ForecasterError):
    """A reading was put aside because it cannot be right."""


class SourcesFailed(ForecasterError):
    """A visit to a source failed; what was known of it stands."""


class FitRejected(ForecasterError):
    """The publication gate was not passed; the last good forecast still stands."""


class NothingKnown(ForecasterError):
    """There is no forecast to show."""


class StoreError(ForecasterError):
    """The database or the state folder cannot be used."""


class NewerSchema(StoreError):
    """The database was made by a newer version of this program."""


class Busy(StoreError):
    """Somebody else holds the lock."""


class ManyWait(StoreError):
    """As much waits to be worked out as may."""


class LeaseLost(StoreError):
    """Another process took over, and what this one wants to write is refused."""


class DamagedFile(StoreError):
    """A stored file is missing or does not match its hash."""


class Interrupted(ForecasterError):
    """Stopped by the user before anything was written."""

    exit_status = 130


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names that resemble ``name``, best first."""
    return get_close_matches(name, list(known), n=3, cutoff=0.5)
