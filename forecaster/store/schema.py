"""The tables as the queries see them; ``migrations/`` makes them, a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from forecaster.store.columns import Day, Instant, Plain

# Every migration by its number, oldest first. A database that bears another one is newer than us.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")


metadata = MetaData()

# The one large table: days and moments are text here, because a type for each would cost a second
# per 100 000 rows; readings.py turns them.
readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("indicator", String(48), nullable=False),
    Column("period", String(10), nullable=False),
    Column("period_start", Plain(10), nullable=False),
    Column("period_end", Plain(10), nullable=False),
    Column("value", Double, nullable=False),
    Column("published_at", Plain(27)),
    Column("known_at", Plain(27), nullable=False),
    Column("recorded_at", Plain(27), nullable=False),
    Column("vintage", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("origin", String(8), nullable=False),
    Column("note", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("chain", String(64), nullable=False),
    UniqueConstraint("indicator", "period", "vintage", name="readings_vintage"),
    Index(
        "readings_as_known",
        "indicator",
        "period_start",
        "period_end",
        "known_at",
        "vintage",
        "recorded_at",  # so that the index alone answers what was stored by then
    ),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("indicator", String(48), nullable=False, index=True),
    Column("period", String(10), nullable=False),
    Column("period_start", Day, nullable=False),
    Column("period_end", Day, nullable=False),
    Column("value", Double),  # null: not a number
    Column("published_at", Instant),
    Column("known_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("origin", String(8), nullable=False),
    Column("note", Text, nullable=False),
    Column("why", Text, nullable=False),
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("forecast_id", String(64), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("data_hash", Text, nullable=False),
    Column("priors_hash", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("random_seed", BigInteger, nullable=False),
    Column("headline_date", Day, nullable=False),
    Column("headline_mean", Double, nullable=False),
    Column("headline_lower", Double, nullable=False),
    Column("headline_upper", Double, nullable=False),
    Column("document", Text, nullable=False),
    Column("posterior_path", Text),
    Column("posterior_sha256", String(64)),
    Column("last_reading", Integer, nullable=False),  # 0 where there was none
    Column("chain", String(64), nullable=False),  # of that reading
    Index("forecasts_standing", "as_of", "created_at", "id", "kind"),
)

resolutions = Table(
    "resolutions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("scenario", String(16), nullable=False),
    Column("date", Day, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("details", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("finished_at", Instant),
    Column("message", Text, nullable=False),
)

# What publishers answered: one row a question, its body in a file named by the hash.
fetches = Table(
    "fetches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", String(32), nullable=False),
    Column("question", String(64), nullable=False),
    Column("method", String(8), nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Integer),  # null: no whole answer came
    Column("content_type", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("sha256", String(64)),
    Column("bytes", Integer),
    Column("fetched_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unchanged", Boolean, nullable=False),
    Column("error", Text, nullable=False),
    Index("fetches_question", "source", "question", "id"),
)

# One row a source, overwritten by each visit: a note to itself, not a record.
source_memory = Table(
    "source_memory",
    metadata,
    Column("source", String(32), primary_key=True),
    Column("indicators", Text, nullable=False),  # JSON, so that `show` need not load the sources
    Column("memory", Text, nullable=False),  # JSON, as the last good visit left it
    Column("visited_at", Instant, nullable=False),
    Column("result", String(16), nullable=False),
    Column("error", Text, nullable=False),
    Column("warnings", Text, nullable=False),  # JSON
    Column("succeeded_at", Instant),
    Column("last_fetch", Integer),  # the newest fetch that a good visit has read
    Column("failures", Integer, nullable=False),  # since then
    Column("not_before", Instant),  # the server asked us to stay away
)

leads = Table(
    "leads",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", String(32), nullable=False),
    Column("indicator", String(48), nullable=False),
    Column("key", Text, nullable=False),
    Column("day", Day, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("decision", String(16)),  # null: nobody has judged it
    Column("decided_at", Instant),
    Column("note", Text, nullable=False),
    UniqueConstraint("source", "indicator", "key", name="leads_told_once"),
)

quarantine_decisions = Table(
    "quarantine_decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # that of the quarantined row
    Column("decision", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
)

# A value that its publisher took back; from `known_at` on no earlier vintage stands.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("indicator", String(48), nullable=False),
    Column("period", String(10), nullable=False),
    Column("period_start", Plain(10), nullable=False),
    Column("period_end", Plain(10), nullable=False),
    Column("known_at", Plain(27), nullable=False),
    Column("recorded_at", Plain(27), nullable=False),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("withdrawals_as_known", "indicator", "period_start", "period_end", "known_at"),
)
