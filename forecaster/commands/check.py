"""``forecaster check``: everything that people edit is valid, and the rooms fit together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from forecaster import settings
from forecaster.commands import speak
from forecaster.errors import InvalidFiles
from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.wiring import Desk

#: What a room above this one has people edit: the problems of it, by the settings.
FURTHER: list[Callable[[settings.Settings], list[str]]] = []


def check() -> None:
    """Check every file that people edit. Tell all problems at once, and the unused claims."""
    from forecaster.alerts import rules
    from forecaster.store.engine import open_engine
    from forecaster.wiring import Desk

    chosen = settings.load()
    for name in settings.unknown_variables():
        speak.remark(f"{name}: no setting reads this variable; see `forecaster settings`")
    desk = Desk(chosen, open_engine(chosen.database_url))  # files only: no database is touched
    found = [
        *problems(desk),
        *rules.problems(chosen.alerts),
        *(line for one in FURTHER for line in one(chosen)),
    ]
    if found:
        found.append(f"{words.count(len(found), 'problem')}; nothing was changed")
        raise InvalidFiles(found)
    _tell(desk)


def problems(desk: Desk) -> list[str]:
    """Every problem of the catalogue, its histories and the priors, and between them."""
    from forecaster import validation

    found: list[str] = []
    for read in (lambda: desk.catalogue, lambda: desk.priors):
        try:
            read()
        except InvalidFiles as error:
            found += error.problems
    if found:
        return found  # what follows would only repeat them
    return [
        *validation.of_records(desk.catalogue),
        *validation.between_rooms(desk.catalogue, desk.priors),
    ]


def _tell(desk: Desk) -> None:
    used = {claim for one in desk.catalogue.values() for claim in one.informs.claims}
    unused = desk.priors.unused_claims(used)
    n_readings = sum(len(one.history) for one in desk.catalogue.values())
    speak.say(
        f"valid: {words.count(len(desk.catalogue), 'indicator')}, "
        f"{words.count(n_readings, 'reading')}, "
        f"{words.count(len(desk.priors.parameters), 'parameter')} "
        f"(prior set {desk.priors.set_name})"
    )
    if not unused:
        speak.say("every claim of the papers is used")
        return
    speak.say(f"{words.count(len(unused), 'claim')} that nothing uses:")
    for key in unused:
        speak.paragraph(f"{key}: {desk.priors.claims[key].paraphrase}", indent="  ")
