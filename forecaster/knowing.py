"""What was known at a time, as a fit takes it: readings, resolutions, and the hash of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from forecaster import __version__
from forecaster.errors import NothingKnown
from forecaster.model.observed import Known, data_hash
from forecaster.model.situation import Situation
from forecaster.posterior import words
from forecaster.store import readings, resolutions
from forecaster.store.readings import StoredReading
from forecaster.wiring import Desk

MODEL_VERSION = f"{__version__}+live.1"


@dataclass(frozen=True)
class Knowledge:
    """Readings of evidence indicators, how things stand, and the hash of all that."""

    readings: list[StoredReading]
    situation: Situation
    said: str


def known(desk: Desk, at: datetime, *, recorded_by: datetime | None = None) -> Knowledge:
    """What was known at a time; with ``recorded_by`` only what was stored here by then.

    Raises
    ------
    NothingKnown
        If no reading was.
    """
    found = evidence(desk, at, recorded_by=recorded_by)
    happened = resolutions.as_known(desk.engine, at, recorded_by=recorded_by)
    marks = [[one.scenario, one.date.isoformat()] for one in happened]
    left: date | None = next((one.date for one in happened if one.scenario != "retreat"), None)
    in_force = happened[-1].scenario if happened else "retreat"
    return Knowledge(found, Situation(at.date(), in_force, left), _hash(found, marks))


def evidence(
    desk: Desk, at: datetime, *, recorded_by: datetime | None = None
) -> list[StoredReading]:
    """Readings of evidence indicators, as known at a time.

    Raises
    ------
    NothingKnown
        If there is none.
    """
    found = [
        one
        for one in readings.as_known(desk.engine, at, recorded_by=recorded_by)
        if (indicator := desk.catalogue.get(one.indicator)) is not None
        and indicator.role == "evidence"
    ]
    if not found:
        raise NothingKnown(
            f"no reading is known as of {words.moment(at)}; run `forecaster init` to load the "
            "embedded record"
        )
    return found


def _hash(found: Iterable[Known], marks: list[list[str]]) -> str:
    return hashlib.sha256(json.dumps([data_hash(found), marks]).encode()).hexdigest()
