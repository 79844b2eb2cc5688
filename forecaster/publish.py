"""The one transaction that publishes: a forecast and everything that must exist with it.

The alerts that it gives rise to, and the messages that carry them, are written with it: they exist
if and only if it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from forecaster.alerts import evaluate
from forecaster.alerts.telling import Setup
from forecaster.belief import Forecast, Kind
from forecaster.errors import StoreError
from forecaster.store import alert_facts, forecasts, predictions
from forecaster.store.engine import writing
from forecaster.store.handle import Engine
from forecaster.store.instants import from_text
from forecaster.store.predictions import HINDCAST, LIVE, Prediction


@contextmanager
def leaving_no_file(engine: Engine, forecast_id: str, file: Path) -> Iterator[None]:
    """Remove the file of a forecast whose row could not be stored."""
    try:
        yield
    except StoreError:
        with suppress(StoreError):  # a server that was lost may have stored the row all the same
            if forecasts.posterior_of(engine, forecast_id) is None:
                file.unlink(missing_ok=True)
        raise


def publish(  # noqa: PLR0913 - a forecast, its file, and what else happens with it
    engine: Engine,
    document: Forecast,
    *,
    kind: Kind,
    posterior_path: str,
    posterior_sha256: str,
    alerting: Setup,
    now: datetime,
    predicted: Sequence[Prediction] = (),
) -> None:
    """Store a forecast; its posterior file is on disk already, and this row is its commit.

    ``predicted`` is what it says of readings to come; what a refused fit says of them is not kept.
    One that comes to stand is judged by the rules of ``alerting``, and so is a refused one.
    """
    with writing(engine) as connection:
        before = alert_facts.standing(connection)
        forecasts.insert(
            connection,
            document,
            kind=kind,
            posterior_path=posterior_path,
            posterior_sha256=posterior_sha256,
        )
        if kind != "rejected":
            predictions.insert_within(
                connection,
                predicted,
                forecast_id=document["forecast_id"],
                kind=LIVE if kind in forecasts.STANDS else HINDCAST,
                made_at=from_text(document["as_of"]),
                created_at=from_text(document["created_at"]),
            )
        if kind in forecasts.STANDS:
            standing = alert_facts.standing(connection)
            if standing is not None and standing["forecast_id"] == document["forecast_id"]:
                evaluate.published(connection, alerting, standing, before, now)
        elif kind == "rejected" and document["status"] != "hindcast":
            evaluate.rejected(connection, alerting, now)
