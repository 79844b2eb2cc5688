"""What the command line changes stands in the audit log, as what the API changes does."""

from __future__ import annotations

from datetime import date

import pytest

from forecaster.store import audit, visits
from forecaster.store.leads import NewLead
from forecaster.store.visits import Brought
from forecaster.wiring import Desk
from tests.commands.conftest import NOW, Run

URL = "https://example.org/release"
RECORD = ("record", "trade_total", "--period", "2026-03", "--source", URL)


def done(run: Run, desk: Desk, *words: str) -> list[tuple[str, str, str, str]]:
    """Run a command, and give the lines that it added to the log."""
    before = len(audit.entries(desk.engine))
    run(*words)
    added = audit.entries(desk.engine)
    added = added[: len(added) - before]
    return [(one.who, one.how, one.action, one.object) for one in added]


@pytest.fixture
def waiting(desk: Desk) -> Desk:
    """With two leads, numbered 1 and 2."""
    found = [
        NewLead("kremlin", "leader_meetings", f"visit-{day}", date(2026, 9, day), "A visit",
                f"{URL}/{day}", "the title speaks of talks")
        for day in (3, 9)
    ]  # fmt: skip
    brought = Brought("kremlin", ["leader_meetings"], "value", {}, leads=found)
    visits.store(desk.engine, brought, now=NOW)
    return desk


def by_command(action: str, what: str) -> list[tuple[str, str, str, str]]:
    return [("command line", "command", action, what)]


def test_a_reading(run: Run, desk: Desk) -> None:
    line = by_command("reading.record", "trade_total 2026-03")
    assert line == done(run, desk, *RECORD, "--value", "21.5")
    assert {"value": "21.5"} == audit.entries(desk.engine)[0].details
    assert [] == done(run, desk, *RECORD, "--value", "21.5")  # nothing was changed


def test_a_resolution(run: Run, desk: Desk) -> None:
    words = ("resolve", "balancing", "--date", "2026-11-01", "--source", URL)
    line = by_command("resolution.record", "balancing 2026-11-01")
    assert line == done(run, desk, *words)
    assert [] == done(run, desk, *words)


def test_leads(run: Run, waiting: Desk) -> None:
    confirmed = done(run, waiting, "leads", "confirm", "1", "--counted", "--note", "in the paper")
    assert by_command("lead.confirm", "1") == confirmed
    told = audit.entries(waiting.engine)[0].details
    assert {"counted": True, "note": "in the paper"} == told
    assert by_command("lead.dismiss", "2") == done(run, waiting, "leads", "dismiss", "2")
    assert [] == done(run, waiting, "leads", "dismiss", "2")


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_quarantine(run: Run, desk: Desk, decision: str) -> None:
    aside = done(run, desk, *RECORD, "--value", "1000000")
    assert by_command("reading.record", "trade_total 2026-03") == aside
    words = ("quarantine", decision, "1", "--reason", "somebody looked")
    assert by_command(f"quarantine.{decision}", "1") == done(run, desk, *words)
    assert {"reason": "somebody looked"} == audit.entries(desk.engine)[0].details
