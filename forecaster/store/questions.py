"""What people ask a forecast: futures of their own. Answers are worked out, and kept elsewhere."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert, select

from forecaster.store import audit
from forecaster.store.audit import Actor, Entry
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema_questions import questions as table


class Question(NamedTuple):
    """Some futures, asked about of one forecast; ``digest`` is of what they say."""

    id: int
    forecast_id: str
    digest: str
    asked_at: datetime
    asked_by: str
    what_ifs: list[dict[str, Any]]


_COLUMNS = [table.c[name] for name in (*Question._fields[:-1], "body")]


def ask(  # noqa: PLR0913 - the facts of one question, and who asks
    engine: Engine,
    forecast_id: str,
    digest: str,
    what_ifs: list[dict[str, Any]],
    who: Actor,
    *,
    now: datetime,
) -> tuple[Question, bool]:
    """Note a question, and whether it is new: the same one, of the same forecast, is there once."""
    same = select(*_COLUMNS).where(table.c.forecast_id == forecast_id, table.c.digest == digest)
    with writing(engine) as connection:
        for row in connection.execute(same):
            return _question(row), False
        number = next_number(connection, table)
        found = Question(number, forecast_id, digest, now, who.name, what_ifs)
        values = {**found._asdict(), "body": json.dumps(what_ifs, ensure_ascii=False)}
        values.pop("what_ifs")
        connection.execute(insert(table).values(**values))
        details = {"forecast": forecast_id, "what_ifs": [one["id"] for one in what_ifs]}
        line = Entry(who, "what_if.ask", str(number), details)
        audit.write_within(connection, line, now=now)
        return found, True


def one(engine: Engine, number: int) -> Question | None:
    """A question by its number."""
    with reading(engine) as connection:
        row = connection.execute(select(*_COLUMNS).where(table.c.id == number)).one_or_none()
    return None if row is None else _question(row)


def recent(engine: Engine, limit: int) -> list[Question]:
    """The newest questions, newest first."""
    with reading(engine) as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(table.c.id.desc()).limit(limit)).all()
    return [_question(row) for row in rows]


def _question(row: Any) -> Question:
    facts = row._asdict()
    return Question(what_ifs=json.loads(facts.pop("body")), **facts)
