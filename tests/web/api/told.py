"""A desk that has told something: two endpoints, alerts, and deliveries in several states."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from forecaster.alerts import evaluate
from forecaster.alerts.book import Book
from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.retry import Outcome
from forecaster.belief import Forecast
from forecaster.publish import publish
from forecaster.store import endpoints, forecasts, outbox
from forecaster.store.engine import writing
from forecaster.wiring import Desk
from tests import synthetic
from tests.alerts.rules.support import document
from tests.store.support import Somebody

WHO = Somebody("an operator", "command")
NOWHERE = "http://127.0.0.1:9/hook?key=secret"  # nobody listens there
MOVES = (0.131, 0.19, 0.131, 0.19)
ANSWER = "the receiver's own words"


GONE = "0" * 64  # of a file that is not there


def book(desk: Desk) -> Book:
    return Book(desk.engine, desk.settings, desk.clock)


def move(desk: Desk, mean: float, days: float) -> Forecast:
    """A forecast of so many days before now comes to stand; the rules are asked."""
    at = desk.clock() - timedelta(days=days)
    found, before = document(f"moved-{days:g}", at, mean), forecasts.standing(desk.engine)
    if before is not None:
        found["explanation"] = synthetic.explanation(
            before["forecast_id"], found["forecast_id"], before["headline"]["mean"], mean
        )
    path = "posteriors/one.nc"
    posterior = desk.settings.home / path
    sha256 = hashlib.sha256(posterior.read_bytes()).hexdigest() if posterior.exists() else GONE
    publish(
        desk.engine,
        found,
        kind="published",
        posterior_path=path,
        posterior_sha256=sha256,
        alerting=evaluate.prepare(desk.settings),
        now=at,
    )
    return found


def fill(desk: Desk) -> list[str]:
    """Endpoints ``desk`` and ``chat``, and what they were told; gives the ids of deliveries."""
    for name, kind in (("desk", "standard"), ("chat", "slack")):
        book(desk).add(NOWHERE, name, kind, WHO)
    for at, mean in enumerate(MOVES):
        move(desk, mean, 7.9 - 2 * at)
    answers = iter([Outcome(204, "answered 204", ANSWER), Outcome(503, "answered 503", ANSWER)])
    Dispatcher(
        desk.engine,
        lambda _message, _endpoint: next(answers, Outcome(None, "refused", ANSWER)),
        desk.clock,
    ).run_dry()
    book(desk).disable("chat", WHO)
    book(desk).enable("chat", WHO)
    return [one.webhook_id for one in outbox.deliveries(desk.engine)]


def attempt(desk: Desk, answer: str) -> None:
    """One more delivery, whose receiver answers this."""
    with writing(desk.engine) as connection:
        one = endpoints.standing(connection, "desk")
        endpoints.change(connection, one.id, paused_until=None, failing_since=None, failures=0)
        outbox.put(connection, endpoint=one.id, kind="webhook.test", body=b"{}", now=desk.clock())
    sent = Dispatcher(desk.engine, lambda _m, _e: Outcome(200, "answered 200", answer), desk.clock)
    sent.run_dry()
