"""What a person decides about leads and about values set aside, with what follows from it.

A decision and the readings that follow are stored in one transaction. Who comes second changes
nothing and is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from forecaster.store import leads, quarantine, readings
from forecaster.store.engine import writing
from forecaster.store.leads import Settled
from forecaster.store.quarantine import Judgement
from forecaster.store.readings import NewReading
from forecaster.store.records import Written


def settle_lead(
    engine: Engine,
    number: int,
    how: Settled,
    following: Sequence[NewReading] = (),
    *,
    now: datetime,
) -> Written | None:
    """Settle a lead; None if somebody has done so already."""
    with writing(engine) as connection:
        if not leads.settle_within(connection, number, how, now=now):
            return None
        return readings.add_within(connection, following, now=now)


def judge_quarantined(
    engine: Engine,
    number: int,
    judgement: Judgement,
    following: Sequence[NewReading] = (),
    *,
    now: datetime,
) -> Written | None:
    """Judge a value in quarantine; None if somebody has done so already."""
    with writing(engine) as connection:
        if not quarantine.judge_within(connection, number, judgement, now=now):
            return None
        return readings.add_within(connection, following, now=now)
