"""A count recorded after its window's confirmed days counts, and moves nothing that is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from forecaster.model import design
from forecaster.model.grid import month_index
from forecaster.model.observed import Known, Observation, observations
from indicators import Period, catalogue
from priors import load

EVIDENCE = {i: one for i, one in catalogue().items() if one.role == "evidence"}
LAST = month_index(date(2027, 2, 1))


@dataclass(frozen=True)
class Reading:
    indicator: str
    period: str
    period_start: date
    period_end: date
    value: float


def reading(name: str, text: str, value: float) -> Known:
    period = Period.parse(text)
    return Reading(name, text, period.start, period.end, value)


def observed(*readings: Known, last: int = LAST) -> dict[str, list[Observation]]:
    return observations(readings, EVIDENCE, last)


@pytest.mark.parametrize(
    ("name", "text"),
    [("leader_meetings", "2026-10"), ("joint_exercises", "2026-09"), ("pm_meetings", "2026")],
)
def test_a_new_reading_joins_the_open_window(name: str, text: str) -> None:
    found = observed(reading(name, text, 1.0))

    (one,) = found[name]
    assert one.window == len(EVIDENCE[name].coverage) - 1
    assert (one.raw, one.last) == (1.0, month_index(Period.parse(text).end))


def test_a_recorded_zero_counts_and_an_unrecorded_month_is_missing() -> None:
    found = observed(
        reading("leader_meetings", "2026-09", 0.0), reading("leader_meetings", "2026-11", 1.0)
    )

    assert [(one.period, one.raw) for one in found["leader_meetings"]] == [
        ("2026-09", 0.0),
        ("2026-11", 1.0),
    ]


def test_a_closed_window_stays_closed() -> None:
    assert observed(reading("friction", "2023", 2.0)) == {}
    assert observed(reading("leader_meetings", "1985-01", 1.0)) == {}


def test_a_new_reading_moves_neither_the_usual_level_nor_what_was_seen_before() -> None:
    before = [
        reading(name, row.period.text, row.value)
        for name in ("leader_meetings", "joint_patrols")
        for row in EVIDENCE[name].history
    ]
    new = reading("leader_meetings", "2026-10", 4.0)
    older, newer = observed(*before), observed(*before, new)
    one, two = (design.build(seen, EVIDENCE, load(), LAST + 1) for seen in (older, newer))

    np.testing.assert_array_equal(one.data["usual"], two.data["usual"])
    assert newer["leader_meetings"][:-1] == older["leader_meetings"]
    assert newer["joint_patrols"] == older["joint_patrols"]


@pytest.mark.parametrize("name", ["leader_meetings", "joint_patrols", "pm_meetings"])
def test_the_usual_level_ends_where_the_window_was_confirmed(name: str) -> None:
    """However late the day: the months of the open end never enter."""
    frame = design.build({}, EVIDENCE, load(), LAST + 1)
    row = frame.data["usual"][frame.coords["counter"].index(name)]

    assert row.sum() == pytest.approx(1.0)
    assert np.flatnonzero(row)[-1] == month_index(EVIDENCE[name].coverage[-1].last)


def test_counts_of_days_are_their_month_until_the_month_is_known() -> None:
    days = [reading("leader_meetings", f"2026-10-{day}", 1.0) for day in ("05", "21")]
    month = reading("leader_meetings", "2026-10", 3.0)

    (early,) = observed(*days)["leader_meetings"]
    (later,) = observed(*days, month)["leader_meetings"]
    assert (early.period, early.raw) == ("2026-10", 2.0)
    assert (later.period, later.raw) == ("2026-10", 3.0)
