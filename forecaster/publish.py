"""The one transaction that publishes: a forecast and everything that must exist with it."""

from __future__ import annotations

from forecaster.belief import Forecast, Kind
from forecaster.store import forecasts
from forecaster.store.engine import writing
from forecaster.store.handle import Engine


def publish(
    engine: Engine, document: Forecast, *, kind: Kind, posterior_path: str, posterior_sha256: str
) -> None:
    """Store a forecast; its posterior file is on disk already, and this row is its commit."""
    with writing(engine) as connection:
        forecasts.insert(
            connection,
            document,
            kind=kind,
            posterior_path=posterior_path,
            posterior_sha256=posterior_sha256,
        )
