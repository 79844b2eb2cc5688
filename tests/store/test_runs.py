"""What ran, and how it ended."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from forecaster.store import runs
from forecaster.store.runs import Run
from tests.store.support import day


def test_a_run_begins_and_ends(engine: Engine) -> None:
    first = runs.start(engine, "update", {"seed": 1}, day(1))
    second = runs.start(engine, "collect", {}, day(2))
    runs.finish(engine, first, "succeeded", "published", day(3))
    assert runs.recent(engine) == [
        Run(second, "collect", {}, day(2), "running", None, ""),
        Run(first, "update", {"seed": 1}, day(1), "succeeded", day(3), "published"),
    ]
    assert [second] == [run.id for run in runs.recent(engine, limit=1)]


def test_a_run_ends_once(engine: Engine) -> None:
    number = runs.start(engine, "update", {}, day(1))
    runs.finish(engine, number, "failed", "no", day(2))
    for wrong in (number, 99):
        with pytest.raises(ValueError, match=f"run {wrong} does not exist or has ended"):
            runs.finish(engine, wrong, "succeeded", "", day(3))
