"""Ask every rule, for every endpoint, within the transaction that gave it something to judge.

What is decided is stored, what may be told by now goes to the outbox, and all of it exists if and
only if the caller's transaction does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from forecaster.alerts import rules
from forecaster.alerts.rules import Rejected
from forecaster.alerts.telling import Setup
from forecaster.alerts.turn import Turn
from forecaster.belief import Forecast
from forecaster.settings import Settings
from forecaster.store import alert_facts, alerts
from forecaster.store.alerts import Acknowledged
from forecaster.store.handle import Connection


def prepare(settings: Settings, titles: Mapping[str, str] | None = None) -> Setup:
    """The rules and what they need, of one installation.

    Raises
    ------
    InvalidFiles
        If the rules cannot be read.
    """
    return Setup(rules.read(settings.alerts), settings.desk_url, titles or {})


def joined(connection: Connection, setup: Setup, endpoint: int, now: datetime) -> None:
    """An endpoint has just been made: it hears of what happens from now on, and of all of that."""
    Turn(connection, setup, now).begin(endpoint)


def published(
    connection: Connection,
    setup: Setup,
    document: Forecast,
    before: Forecast | None,
    now: datetime,
) -> None:
    """A forecast has just come to stand; ``before`` stood until then."""
    turn = Turn(connection, setup, now)
    turn.numbers(before, document)
    turn.conditions(Rejected)
    turn.release()


def rejected(connection: Connection, setup: Setup, now: datetime) -> None:
    """The gate has just refused a fit."""
    turn = Turn(connection, setup, now)
    turn.conditions(Rejected)
    turn.release()


def look(connection: Connection, setup: Setup, now: datetime) -> int:
    """Judge all that changes without a forecast; returns how many messages went to the outbox."""
    turn = Turn(connection, setup, now)
    turn.withdraw()
    turn.numbers(alert_facts.standing(connection), None)
    turn.conditions()
    turn.events()
    return turn.release()


def acknowledged(
    connection: Connection,
    setup: Setup,
    known: Acknowledged,
    now: datetime,
) -> None:
    """Somebody knows of a forecast: note it, and measure moves from there.

    Raises
    ------
    ValueError
        If no such forecast was published.
    """
    document = alert_facts.document(connection, known.forecast_id)
    if document is None:
        raise ValueError(f"no forecast {known.forecast_id!r} was published")
    alerts.acknowledge(connection, known)
    turn = Turn(connection, setup, now)
    turn.acknowledge(document, known.endpoint, known.rule)
    turn.release()
