"""What was recorded and not looked at: it came in after the last update began."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Engine, func, select

from forecaster.store.engine import reading
from forecaster.store.instants import to_text
from forecaster.store.schema import readings, resolutions, runs


class Unseen(NamedTuple):
    """How many of each."""

    readings: int
    resolutions: int


def since_last_update(engine: Engine) -> Unseen:
    """Readings and resolutions stored since an update last began, however it ended."""
    with reading(engine) as connection:
        began = connection.execute(
            select(func.max(runs.c.started_at)).where(runs.c.kind == "update")
        ).scalar()
        new_readings = select(func.count()).select_from(readings)
        new_resolutions = select(func.count()).select_from(resolutions)
        if began is not None:
            new_readings = new_readings.where(readings.c.recorded_at > to_text(began))
            new_resolutions = new_resolutions.where(resolutions.c.recorded_at > began)
        return Unseen(
            connection.execute(new_readings).scalar_one(),
            connection.execute(new_resolutions).scalar_one(),
        )
