"""Futures that people ask a forecast about: written down, waiting, answered by ``analysing``.

Nothing heavy is imported: what is asked on a page or through the API is only noted. The job
``analyse`` opens the draws, works the answer out and stores it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from forecaster import documents, validation, worked_out
from forecaster.errors import InvalidFiles, UnknownName, UsageError
from forecaster.store import questions
from forecaster.store.audit import Actor
from forecaster.store.questions import Answer, New, Question
from forecaster.wiring import Desk
from priors import what_if as files
from priors.what_if import WhatIf

NAME = "own-what-if"
LONGEST = 20_000  # characters of one question
MOST_WAITING = 80  # futures; each takes some seconds of a processor
LONGEST_TITLE, LONGEST_REASON = 120, 2_000
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
    UsageError
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
    UsageError
        If they cannot be meant together.
    """
    _require_short(len(given.model_dump_json(exclude_unset=True)))
    try:
        return files.checked(given.what_if, _shocks(desk))
    except ValueError as error:
        raise _wrong(error) from error


def _shocks(desk: Desk) -> list[str]:
    return [one.id for one in desk.priors.shocks]


def _require_short(length: int) -> None:
    if length > LONGEST:
        raise UsageError(f"what_if: {length:,} characters; expected at most {LONGEST:,}")


def _require_showable(what_ifs: Sequence[WhatIf]) -> None:
    """Refuse what would disguise or swamp what stands beside it on everybody's page."""
    for k, one in enumerate(what_ifs):
        if len(one.title) > LONGEST_TITLE or not one.title.isprintable():
            raise UsageError(
                f"what_if.{k}.title: expected one line of at most {LONGEST_TITLE} characters that "
                "can be seen"
            )
        for text in (one.reason or "", *one.source):
            if len(text) > LONGEST_REASON or not text.replace("\n", "").isprintable():
                raise UsageError(
                    f"what_if.{k}: expected reason and source of at most {LONGEST_REASON:,} "
                    "characters that can be seen"
                )


def _wrong(error: ValueError) -> UsageError:
    lines = [one.removeprefix(": ") for one in validation.lines(error, "", [files.OwnWhatIfs])]
    return UsageError(validation.some(lines, len(lines)))


def ask(desk: Desk, what_ifs: Sequence[WhatIf], who: Actor) -> tuple[Question, bool]:
    """Ask the forecast whose draws hold; the second is False if that was asked of it before.

    Raises
    ------
    UsageError
        If a text in them cannot be shown.
    NothingKnown
        If there is no forecast.
    ManyWait
        If many wait already.
    """
    _require_showable(what_ifs)
    said = [one.model_dump(mode="json", exclude_unset=True) for one in what_ifs]
    new = New(worked_out.published(desk)["forecast_id"], files.digest(what_ifs), said)
    return questions.ask(desk.engine, new, who, most=MOST_WAITING, now=desk.clock())


def meant(question: Question) -> tuple[WhatIf, ...]:
    """The futures of a question, read again.

    Raises
    ------
    ValueError
        If this version of the program takes them no more.
    """
    return files.OwnWhatIfs.model_validate({"what_if": question.what_ifs}).what_if


def require(desk: Desk, number: int) -> Question:
    """A question by its number.

    Raises
    ------
    UnknownName
        If there is none.
    """
    found = questions.one(desk.engine, number)
    if found is None:
        raise UnknownName("question", str(number), (), see="/api/v1/what-if/questions")
    return found


def keep(desk: Desk, question: Question, document: Document) -> None:
    """Store the answer."""
    said = {**document, "forecast_id": question.forecast_id}
    questions.answer(desk.engine, question.id, Answer(said, None), now=desk.clock())


def give_up(desk: Desk, question: Question, why: str) -> None:
    """Note that there will be no answer, and why; the same may be asked again."""
    questions.answer(desk.engine, question.id, Answer(None, why), now=desk.clock())


def document(desk: Desk, question: Question) -> Document:
    """A question with its answer: ``state`` is ``waiting``, ``answered`` or ``unanswered``."""
    found = questions.answered(desk.engine, question.id)
    state = "unanswered"
    if found is None:
        state = "waiting"
    elif found.document is not None:
        state = "answered"
    return {
        **listed(question),
        "state": state,
        "why": None if found is None else found.why,
        "what_ifs": question.what_ifs,
        "answer": None if found is None else found.document,
    }


def page(
    desk: Desk, limit: int, *, before: int | None = None, by: datetime | None = None
) -> tuple[list[Document], int | None]:
    """Questions asked by a moment, newest first, and the number before which the rest begins."""
    found = questions.recent(desk.engine, limit + 1, before=before, by=by)
    return [listed(one) for one in found[:limit]], found[limit - 1].id if found[limit:] else None


def listed(question: Question) -> Document:
    """What a list says of a question."""
    return {
        "id": question.id,
        "forecast_id": question.forecast_id,
        "asked_at": documents.moment(question.asked_at),
        "asked_by": question.asked_by,
        "titles": [str(one["title"]) for one in question.what_ifs],
    }
