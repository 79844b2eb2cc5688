"""Futures that people ask a forecast about: written down, waiting, answered by ``analysing``.

Nothing heavy is imported: what is asked on a page or through the API is only noted. The job
``analyse`` opens the draws, a minute's work, and keeps the answer as a file beside the analyses.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forecaster import documents, kept_files, validation, worked_out
from forecaster.errors import Busy, InvalidFiles, UnknownName, WrongValue
from forecaster.store import questions
from forecaster.store.audit import Actor
from forecaster.store.questions import Question
from forecaster.wiring import Desk
from priors import what_if as files
from priors.what_if import WhatIf

NAME = "own-what-if"
FIELD = "what_if"  # of a form, of a TOML, of a document
LONGEST = 20_000  # characters of one question
MOST_WAITING = 10
LOOKED_AT = 100  # of the newest: one that is older was answered long ago
FORGOTTEN = "unanswered"
Document = dict[str, Any]


def of_file(desk: Desk, path: Path) -> tuple[WhatIf, ...]:
    """The futures of a file of somebody's own.

    Raises
    ------
    InvalidFiles
        With every problem: file, key, what was expected, the nearest valid name.
    """
    try:
        return files.own(path.read_text(encoding="utf-8"), _shocks(desk))
    except (OSError, ValueError) as error:
        error.add_note(path.name)
        raise InvalidFiles(validation.lines(error, str(path.parent), [files.OwnWhatIfs])) from error


def of_text(desk: Desk, text: str) -> tuple[WhatIf, ...]:
    """The same of a TOML that somebody typed.

    Raises
    ------
    WrongValue
        With every problem: key, what was expected, the nearest valid name.
    """
    _require_short(len(text))
    try:
        return files.own(text, _shocks(desk))
    except ValueError as error:
        raise _wrong(error) from error


def of_document(desk: Desk, given: files.OwnWhatIfs) -> tuple[WhatIf, ...]:
    """The same of a document, each of whose futures can be meant by itself.

    Raises
    ------
    WrongValue
        If they cannot be meant together.
    """
    _require_short(len(given.model_dump_json()))
    try:
        return files.checked(given.what_if, _shocks(desk))
    except ValueError as error:
        raise _wrong(error) from error


def _shocks(desk: Desk) -> list[str]:
    return [one.id for one in desk.priors.shocks]


def _require_short(length: int) -> None:
    if length > LONGEST:
        raise WrongValue(FIELD, f"{length:,} characters; expected at most {LONGEST:,}")


def _require_plain(what_ifs: Sequence[WhatIf]) -> None:
    for one in what_ifs:
        text = "".join((one.title, one.reason or "", *one.source))
        if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
            raise WrongValue(FIELD, f"{one.id} holds a control character; write plain text")


def _wrong(error: ValueError) -> WrongValue:
    lines = [one.removeprefix(": ") for one in validation.lines(error, "", [files.OwnWhatIfs])]
    return WrongValue(FIELD, "; ".join(lines))


def ask(desk: Desk, what_ifs: Sequence[WhatIf], who: Actor) -> tuple[Question, bool]:
    """Ask the forecast whose draws hold; the second is False if that was asked of it before.

    Raises
    ------
    WrongValue
        If a text in them cannot be shown.
    NothingKnown
        If there is no forecast.
    Busy
        If many questions wait.
    """
    _require_plain(what_ifs)
    forecast_id = worked_out.published(desk)["forecast_id"]
    open_ones = waiting(desk)
    digest = files.digest(what_ifs)
    again = any(one.digest == digest and one.forecast_id == forecast_id for one in open_ones)
    if len(open_ones) >= MOST_WAITING and not again:
        raise Busy(
            f"{len(open_ones)} questions wait for the job `analyse`; ask again once it has "
            "answered them"
        )
    said = [one.model_dump(mode="json", exclude_unset=True) for one in what_ifs]
    return questions.ask(desk.engine, forecast_id, digest, said, who, now=desk.clock())


def meant(question: Question) -> tuple[WhatIf, ...]:
    """The futures of a question, read again."""
    return tuple(WhatIf.model_validate(one) for one in question.what_ifs)


def require(desk: Desk, number: int) -> Question:
    """A question by its number.

    Raises
    ------
    UnknownName
        If there is none.
    """
    found = questions.one(desk.engine, number)
    if found is None:
        raise UnknownName("question", str(number), (), see="/what-if")
    return found


def waiting(desk: Desk) -> list[Question]:
    """The questions without an answer, those first that were asked first."""
    newest = questions.recent(desk.engine, LOOKED_AT)
    return [one for one in reversed(newest) if answer(desk, one) is None]


def keep(desk: Desk, question: Question, document: Document) -> None:
    """Store the answer; one that cannot be written is worked out again."""
    said = {
        **document,
        "forecast_id": question.forecast_id,
        "what_ifs_hash": question.digest,
    }
    kept_files.write(_file(desk, question), said)


def give_up(desk: Desk, question: Question, why: str) -> None:
    """Note that there will be no answer, and why."""
    keep(desk, question, {FORGOTTEN: why})


def answer(desk: Desk, question: Question) -> Document | None:
    """What was kept of the answer; None while the question waits."""
    same = {"forecast_id": question.forecast_id, "what_ifs_hash": question.digest}
    return kept_files.read(_file(desk, question), same)


def _file(desk: Desk, question: Question) -> Path:
    # After a restored backup a number may stand for another question.
    name = f"{question.id}-{question.digest[:16]}"
    return kept_files.analysis(desk.settings.home, NAME, name)


def document(desk: Desk, question: Question) -> Document:
    """A question with its answer: ``state`` is ``waiting``, ``answered`` or ``unanswered``."""
    found = answer(desk, question)
    why = None if found is None else found.get(FORGOTTEN)
    answered = found is not None and why is None
    return {
        **listed(question),
        "state": "answered" if answered else "waiting" if found is None else FORGOTTEN,
        "why": why,
        "what_ifs": question.what_ifs,
        "answer": found if answered else None,
    }


def listed(question: Question) -> Document:
    """What a list says of a question."""
    return {
        "id": question.id,
        "forecast_id": question.forecast_id,
        "asked_at": documents.moment(question.asked_at),
        "asked_by": question.asked_by,
        "titles": [str(one["title"]) for one in question.what_ifs],
    }
