"""Killed between any two steps, nothing is lost, and nothing comes under a second id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.alerts.conftest import HERE, Installation
from tests.alerts.crash import ENDPOINTS, STEPS
from tests.alerts.receiver import Receiver

KILLS, MESSAGES = 30, 60


@pytest.mark.slow
def test_every_committed_message_arrives_under_its_one_id(
    here: Installation, receiver: Receiver
) -> None:
    secrets = [here.add(receiver.url, f"e{number}") for number in range(ENDPOINTS)]
    arguments = [str(here.settings.home), str(MESSAGES), str(KILLS), "1"]
    told = subprocess.run(
        [sys.executable, "-m", "tests.alerts.crash", *arguments],
        env={**os.environ, "FORECASTER_WEBHOOK_ALLOW_CIDRS": HERE},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found = json.loads(told.stdout)
    assert sum(found["kills"].values()) > KILLS // 2
    assert set(STEPS) >= set(found["kills"])
    committed = found["committed"]
    assert {"delivered"} == set(committed.values())
    came = receiver.believed(secrets)
    assert set(committed) == {one.headers["webhook-id"] for one in came}
    # Bodies are unlike each other: one that came under two ids would show here.
    ids = defaultdict(set)
    for one in came:
        ids[one.body].add(one.headers["webhook-id"])
    assert Counter({1: len(committed)}) == Counter(len(each) for each in ids.values())
