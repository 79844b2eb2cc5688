"""A desk with a past: the embedded record, a forecast a month for a year, one posterior file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from forecaster import asked, settings, watched, worked_out
from forecaster.alerts import evaluate, replay, rules, telling
from forecaster.alerts.book import Book
from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.past import Past
from forecaster.alerts.retry import Outcome
from forecaster.alerts.rules import Moved
from forecaster.belief import QUESTION
from forecaster.posterior import files
from forecaster.scoring import coming
from forecaster.store import alert_facts, alerts, endpoints, forecasts, outbox, readings
from forecaster.store.alerts import NewAlert
from forecaster.store.engine import open_engine, writing
from forecaster.store.migrate import upgrade
from forecaster.store.schema_delivery import deliveries as table
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.wiring import Desk
from tests import analysed, posteriors, synthetic
from tests.predicted import counted, keep

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
NEWEST = "synthetic-0"
WATCHED = ("trade_total", "leader_meetings", "joint_exercises", "gdp_ratio")
DELIVERY = "msg_0"
POSTERIOR = "posteriors/synthetic.nc"
# Days before now, and the headline of the forecast of that day: it rose, fell back, rose again.
PAST = (
    (420, 0.085),
    (366, 0.090),
    (330, 0.102),
    (270, 0.097),
    (240, 0.118),
    (180, 0.126),
    (150, 0.121),
    (90, 0.117),
    (60, 0.124),
    (31, 0.119),
    (8, 0.126),
    (2, 0.129),
    (0, 0.131),
)


def desk(home: Path) -> Desk:
    """Fill an empty state folder; the desk's clock stands at ``NOW``."""
    chosen = settings.load(
        {"FORECASTER_HOME": str(home), "FORECASTER_WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8"}
    )
    found = Desk(chosen, open_engine(chosen.database_url), lambda: NOW)
    upgrade(found.engine)
    readings.add(found.engine, found.embedded(), now=NOW - timedelta(days=500))
    tree = posteriors.posterior()
    tree["summary"] = posteriors.summary_of(synthetic.series())
    sha256 = files.save(tree, home / POSTERIOR)
    worked_out.keep(found, watched.NAME, NEWEST, analysed.watchlist(*WATCHED))
    before: tuple[str, float] | None = None
    with writing(found.engine) as connection:
        for days, mean in PAST:
            moment = NOW - timedelta(days=days, minutes=5)
            document = synthetic.document()
            document["forecast_id"] = f"synthetic-{days}"
            document["as_of"] = document["created_at"] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            document["data_hash"] = f"{days:064x}"
            headline, by = document["headline"], synthetic.interval(mean)
            headline["mean"], headline["lower"], headline["upper"] = mean, by["lower"], by["upper"]
            if before is not None:
                document["explanation"] = synthetic.explanation(
                    before[0], document["forecast_id"], before[1], mean
                )
            before = (document["forecast_id"], mean)
            forecasts.insert(
                connection,
                document,
                kind="provisional" if days == 90 else "published",
                posterior_path=POSTERIOR,
                posterior_sha256=sha256,
            )
    worked_out.keep(found, "what-if", NEWEST, analysed.what_ifs())
    _ask(found)
    worked_out.keep(found, "prior-share", NEWEST, analysed.prior_share())
    _tell(found)
    _predict(found)
    return found


def _ask(desk: Desk) -> None:
    """Two questions about futures of somebody's own, of which the first is answered."""
    for size in ("1.5", "-1.5"):
        text = f'[[what_if]]\nid = "mine"\ntitle = "Mine"\nshift = {{ ru_west = {size} }}\n'
        asked.ask(desk, asked.of_text(desk, text), COMMAND_LINE)
    asked.keep(desk, asked.require(desk, 1), analysed.what_ifs())


def _predict(desk: Desk) -> None:
    """Predictions of some months, made before the record was stored, and their scores."""
    for month in range(1, 11):
        keep(
            desk.engine,
            *(
                counted(f"2025-{month:02d}", name)
                for name in ("joint_exercises", "leader_meetings")
            ),
            counted("2026-12", due=NOW.date() + timedelta(days=40)),
            forecast_id=f"synthetic-{month}",
            made_at=NOW - timedelta(days=660 - 30 * month),
            created_at=NOW - timedelta(days=700),
        )
    coming.score(desk)


def _tell(desk: Desk) -> None:
    """Two endpoints, alerts about late indicators and about the headline, and deliveries."""
    book = Book(desk.engine, desk.settings, desk.clock)
    for name, kind in (("desk-chat", "slack"), ("on-call", "standard")):
        book.add("http://127.0.0.1:9/hook", name, kind, COMMAND_LINE)
    setup = evaluate.prepare(desk.settings)
    name, rule = "headline", rules.with_changes("headline", setup.rules["headline"], {"points": 1})
    assert isinstance(rule, Moved)
    done = replay.run(rule, Past().of(desk.engine, rule.quantity))
    with writing(desk.engine) as connection:
        evaluate.look(connection, setup, NOW)
        for one in done.messages:
            document = alert_facts.document(connection, one.current.id)
            kind, details = telling.of_quantity(setup, name, rule, one, document)
            told = NewAlert(
                *(name, QUESTION, alerts.DESK, one.kind, kind, one.episode, one.at, one.at),
                forecast_id=one.current.id,
                details=details,
            )
            alerts.add(connection, [told])
        to = endpoints.standing(connection, "on-call")
        for name in (DELIVERY, "msg_1", "msg_2"):
            body = json.dumps({"type": "webhook.test", "data": {"summary": "A test."}}).encode()
            made = outbox.put(connection, endpoint=to.id, kind="webhook.test", body=body, now=NOW)
            # Its id is drawn by lot; a page with a known address is needed here.
            copied = select(table).where(table.c.webhook_id == made)
            found = connection.execute(copied).mappings().one()
            row = {"id": found["id"] + 1, "webhook_id": name}
            connection.execute(insert(table).values({**found, **row}))
    answers = iter([Outcome(503, "answered 503", "busy"), Outcome(204, "answered 204")])
    Dispatcher(
        desk.engine, lambda _message, _to: next(answers, Outcome(None, "refused")), desk.clock
    ).run_dry()
