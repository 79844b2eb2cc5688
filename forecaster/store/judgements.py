"""What a person decides about leads and about values set aside, with what follows from it.

A decision, the readings that follow and the line of the audit log are stored in one transaction.
Who comes second changes nothing and is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from forecaster.store import audit, leads, quarantine, readings
from forecaster.store.audit import Entry
from forecaster.store.engine import writing
from forecaster.store.leads import Settled
from forecaster.store.quarantine import Judgement
from forecaster.store.readings import NewReading
from forecaster.store.records import Written


def settle_lead(  # noqa: PLR0913 - the decision, and who is behind it
    engine: Engine,
    number: int,
    how: Settled,
    following: Sequence[NewReading] = (),
    *,
    now: datetime,
    entry: Entry | None = None,
) -> Written | None:
    """Settle a lead; None if somebody has done so already."""
    with writing(engine) as connection:
        if not leads.settle_within(connection, number, how, now=now):
            return None
        audit.note_within(connection, entry, now=now)
        return readings.add_within(connection, following, now=now)


def judge_quarantined(  # noqa: PLR0913 - the decision, and who is behind it
    engine: Engine,
    number: int,
    judgement: Judgement,
    following: Sequence[NewReading] = (),
    *,
    now: datetime,
    entry: Entry | None = None,
) -> Written | None:
    """Judge a value in quarantine; None if somebody has done so already."""
    with writing(engine) as connection:
        if not quarantine.judge_within(connection, number, judgement, now=now):
            return None
        audit.note_within(connection, entry, now=now)
        return readings.add_within(connection, following, now=now)
