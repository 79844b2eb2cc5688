"""Killed writers lose nothing they had acknowledged, and leave nothing half."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine, text

from forecaster.store import chain, readings
from forecaster.store.engine import reading
from tests.store.crash import BATCH
from tests.store.support import NOW

CYCLES = {"sqlite": 40, "postgresql": 15}  # there a writer takes longer to connect


def test_no_acknowledged_reading_is_lost(url: str, engine: Engine) -> None:
    cycles = CYCLES[engine.dialect.name]
    told = subprocess.run(
        [sys.executable, "-m", "tests.store.crash", url, str(cycles), "1"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    acknowledged = json.loads(told.stdout)
    assert cycles == len(acknowledged)
    stored = Counter(one.indicator for one in readings.as_known(engine, NOW))
    assert {BATCH} == set(stored.values())
    batches = Counter(int(name[1:].partition("_")[0]) for name in stored)
    for writer, count in enumerate(acknowledged):
        # One batch may have been stored without the time to say so.
        assert count <= batches[writer] <= count + 1
    with reading(engine) as connection:
        assert [] == chain.problems(connection)
        if engine.dialect.name == "sqlite":
            assert "ok" == connection.execute(text("PRAGMA integrity_check")).scalar()
