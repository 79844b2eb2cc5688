"""A mark that changes whenever anything that pages show has changed."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from forecaster.store import schema, schema_questions, schema_scores
from forecaster.store.engine import reading

#: What tells of a change in each table. The ledger is left out: it moves with every run.
_MARKS = (
    func.max(schema.forecasts.c.id),
    func.max(schema.readings.c.id),
    func.max(schema.quarantine.c.id),
    func.max(schema.resolutions.c.id),
    func.max(schema.runs.c.id),
    func.max(schema.runs.c.finished_at),
    func.max(schema.source_memory.c.visited_at),
    func.max(schema.leads.c.id),
    func.max(schema.leads.c.decided_at),
    func.count(schema.quarantine_decisions.c.id),
    func.max(schema.withdrawals.c.id),
    func.max(schema_scores.predictions.c.id),
    func.max(schema_scores.scores.c.id),
    func.max(schema_questions.questions.c.id),
    func.count(schema_questions.answers.c.id),
)
_QUESTION = select(*(select(mark).scalar_subquery() for mark in _MARKS))


def mark(engine: Engine) -> str:
    """The same text as long as readings, forecasts, judgements and visits are the same."""
    with reading(engine) as connection:
        return "/".join(map(str, connection.execute(_QUESTION).one()))
