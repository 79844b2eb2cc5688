"""A resolution is recorded with its day and source."""

from __future__ import annotations

from datetime import date

import pytest

from forecaster.commands import resolve
from forecaster.errors import UsageError
from forecaster.store import resolutions
from forecaster.wiring import Desk
from tests.commands.conftest import NOW, Run

URL = "https://example.org/treaty"


def test_a_resolution_is_kept_and_told_twice_is_nothing(desk: Desk) -> None:
    said = resolve.store(desk, "alliance", "2026-11-20", URL)
    again = resolve.store(desk, "alliance", "2026-11-20", URL)
    (found,) = resolutions.as_known(desk.engine, NOW)

    assert said.startswith("recorded: alliance in force from 20 Nov 2026")
    assert "nothing was added" in again
    assert (found.scenario, found.date, found.source) == ("alliance", date(2026, 11, 20), URL)


@pytest.mark.parametrize(
    ("scenario", "day", "source", "why"),
    [
        ("allianse", "2026-11-20", URL, "nearest: alliance"),
        ("war", "2026-11-20", URL, "there are: retreat"),
        ("alliance", "2026-11-23", URL, "future"),
        ("alliance", "1991-12-31", URL, "before 1 Jan 1992"),
        ("alliance", "2026", URL, "is no day"),
        ("alliance", "2026-11-31", URL, "is no day"),
        ("alliance", "2026-11-20", "hearsay", "no web address"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    desk: Desk, scenario: str, day: str, source: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        resolve.store(desk, scenario, day, source)
    assert resolutions.as_known(desk.engine, NOW) == []


def test_the_command_says_what_to_do_next(home: object, run: Run) -> None:
    assert home
    done = run("resolve", "balancing", "--date", "2026-10-01", "--source", URL)

    assert done.exit_code == 0
    assert "run `forecaster update`" in done.stdout
