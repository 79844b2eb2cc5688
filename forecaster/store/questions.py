"""What people ask a forecast, futures of their own, and what was answered."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, insert, select

from forecaster.errors import ManyWait
from forecaster.store import audit
from forecaster.store.audit import Actor, Entry
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_questions import answers, questions

Document = dict[str, Any]


class Question(NamedTuple):
    """Some futures, asked about of one forecast; ``digest`` is of what they say."""

    id: int
    forecast_id: str
    digest: str
    asked_at: datetime
    asked_by: str
    what_ifs: list[Document]


class Answer(NamedTuple):
    """What came of a question: a document, or why there can be none."""

    document: Document | None
    why: str | None


class New(NamedTuple):
    """A question as it is asked."""

    forecast_id: str
    digest: str
    what_ifs: list[Document]


_COLUMNS = [questions.c[name] for name in (*Question._fields[:-1], "body")]
_OPEN = select(*_COLUMNS).where(questions.c.id.not_in(select(answers.c.id)))


def ask(engine: Engine, new: New, who: Actor, *, most: int, now: datetime) -> tuple[Question, bool]:
    """Note a question, and whether it is new.

    The same one of the same forecast is there once, unless the first could not be answered.

    Raises
    ------
    ManyWait
        If with it more than ``most`` futures would wait for an answer.
    """
    unanswered = select(answers.c.id).where(answers.c.body.is_(None))
    same = select(*_COLUMNS).where(
        questions.c.forecast_id == new.forecast_id,
        questions.c.digest == new.digest,
        questions.c.id.not_in(unanswered),
    )
    with writing(engine) as connection:
        for row in connection.execute(same.order_by(questions.c.id.desc()).limit(1)):
            return _question(row), False
        wait = sum(len(_question(row).what_ifs) for row in connection.execute(_OPEN))
        if wait + len(new.what_ifs) > most:
            raise ManyWait(
                f"{wait} futures wait for the job `analyse`, and at most {most} may; ask again "
                "once it has answered"
            )
        number = next_number(connection, questions)
        found = Question(number, new.forecast_id, new.digest, now, who.name, new.what_ifs)
        values = found._asdict()
        values["body"] = json.dumps(values.pop("what_ifs"), ensure_ascii=False)
        connection.execute(insert(questions).values(**values))
        details = {"forecast": new.forecast_id, "what_ifs": [one["id"] for one in new.what_ifs]}
        line = Entry(who, "what_if.ask", str(number), details)
        audit.write_within(connection, line, now=now)
        return found, True


def answer(engine: Engine, number: int, said: Answer, *, now: datetime) -> bool:
    """Store what came of a question; False if that is there already, which then stays."""
    there = select(answers.c.id).where(answers.c.id == number)
    document = said.document
    with writing(engine) as connection:
        if connection.execute(there).first() is not None:
            return False
        connection.execute(
            insert(answers).values(
                id=number,
                answered_at=now,
                why=said.why,
                body=None
                if document is None
                else json.dumps(document, ensure_ascii=False, allow_nan=False),
            )
        )
    return True


def one(engine: Engine, number: int) -> Question | None:
    """A question by its number."""
    with reading(engine) as connection:
        row = connection.execute(select(*_COLUMNS).where(questions.c.id == number)).one_or_none()
    return None if row is None else _question(row)


def answered(engine: Engine, number: int) -> Answer | None:
    """What came of a question; None while it waits."""
    columns = select(answers.c.body, answers.c.why).where(answers.c.id == number)
    with reading(engine) as connection:
        row = connection.execute(columns).one_or_none()
    return None if row is None else Answer(json.loads(row.body) if row.body else None, row.why)


def waiting(engine: Engine) -> list[Question]:
    """The questions without an answer, those first that were asked first."""
    return _read(engine, _OPEN.order_by(questions.c.id))


def recent(
    engine: Engine, limit: int, *, before: int | None = None, by: datetime | None = None
) -> list[Question]:
    """The newest questions, newest first: before a number, and asked by a moment, where given."""
    statement = select(*_COLUMNS).order_by(questions.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(questions.c.id < before)
    if by is not None:
        statement = statement.where(questions.c.asked_at <= by)
    return _read(engine, statement)


def _read(engine: Engine, statement: Select[Any]) -> list[Question]:
    with reading(engine) as connection:
        return [_question(row) for row in connection.execute(statement)]


def _question(row: Any) -> Question:
    facts = row._asdict()
    return Question(what_ifs=json.loads(facts.pop("body")), **facts)
