"""What is watched is told the same way on every page."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.posterior import watching
from forecaster.sources import STATES


@pytest.mark.parametrize(
    ("value", "short", "whole"),
    [
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (245.2, "245.2", "245.2"),
        (228.105, "228.1", "228.105"),
        (1234.56, "1,235", "1,234.56"),
        (-1234567.0, "−1,234,567", "−1,234,567"),
        (-0.396, "−0.396", "−0.396"),
        (1e-7, "1e-07", "1e-07"),
    ],
)
def test_values(value: float, short: str, whole: str) -> None:
    assert (watching.amount(value), watching.exactly(value)) == (short, whole)


@given(st.floats(-1e9, 1e9, allow_subnormal=False))
def test_an_exact_value_can_be_read_back(value: float) -> None:
    text = watching.exactly(value).replace(",", "").replace("−", "-")
    assert float(text) == pytest.approx(value, rel=1e-11)


def test_signs() -> None:
    assert watching.effect(1) == "raises it"
    assert watching.effect(-1) == "lowers it"


@pytest.mark.parametrize(
    ("state", "days", "text"),
    [
        ("fresh", 0, "fresh"),
        ("late", 1, "late, 1 day"),
        ("late", 1200, "late, 1,200 days"),
        ("late", None, "late, no reading yet"),
        ("manual", 7, "added by hand"),
        ("failed", None, "failed"),
        ("retired", 3, "retired"),
    ],
)
def test_states(state: str, days: int | None, text: str) -> None:
    assert state in STATES
    assert watching.lateness(state, days) == text


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        (("monthly", 1, 45), "Monthly, out 1 day after the month; late 45 days after that"),
        (("yearly", 0, 1), "Yearly, out at once; late 1 day after that"),
        (("daily", 2, 3), "Daily, out 2 days after the day; late 3 days after that"),
        (("irregular", 5, 400), "Irregular; late 400 days after the last period"),
    ],
)
def test_rhythms(stated: tuple[str, int, int], text: str) -> None:
    assert watching.rhythm(*stated) == text


def test_transformations() -> None:
    def said(transform: str, *, rate: bool = False, counted: bool = False) -> str:
        return watching.read_as(transform, -0.5, 1.2, rate=rate, counted=counted)

    assert said("log", rate=True) == (
        "Read as its logarithm by the month, in standard units: −0.50 is zero, 1.20 is one unit."
    )
    assert said("logit_percent").startswith("Read as its log odds, in")
    assert said("identity").startswith("Read as the value itself, in")
    assert said("identity", counted=True) == "Read as a count of events, with their usual level."


def test_windows() -> None:
    first, last = date(2022, 1, 1), date(2026, 5, 31)
    assert watching.window(first, last, goes_on=False) == "1 Jan 2022 to 31 May 2026"
    assert watching.window(first, last, goes_on=True) == (
        "from 1 Jan 2022 on, confirmed to 31 May 2026"
    )


@pytest.mark.parametrize(
    ("shown", "total", "text"),
    [
        (101, 101, "101 indicators"),
        (12, 101, "12 of 101 indicators"),
        (0, 101, "None of 101 indicators"),
        (1, 1, "1 indicator"),
    ],
)
def test_how_many_are_shown(shown: int, total: int, text: str) -> None:
    assert watching.shown_of(shown, total, "indicator") == text


@pytest.mark.parametrize(
    ("stretch", "text"),
    [
        ((1, 0, 0), "No readings"),
        ((1, 1, 1), "1 reading"),
        ((1, 70, 70), "70 readings, the newest first"),
        ((101, 200, 5000), "101 to 200 of 5,000 readings, the newest first"),
        ((201, 201, 201), "201 to 201 of 201 readings, the newest first"),
    ],
)
def test_which_are_shown(stretch: tuple[int, int, int], text: str) -> None:
    assert watching.newest_of(*stretch, "reading") == text


@pytest.mark.parametrize(
    ("contraction", "text"),
    [
        (0.312, "31 %"),
        (0.004, "under 1 %"),
        (0.0, "none"),
        (-0.004, "none"),
        (-0.11, "none; it grew"),
    ],
)
def test_what_readings_took_away(contraction: float, text: str) -> None:
    assert watching.taken(contraction) == text


def test_constraints_nobody_watches() -> None:
    assert watching.without_indicators(0, 15) == "All 15 have indicators."
    assert watching.without_indicators(1, 15) == "1 of 15 has no indicators."
    assert watching.without_indicators(2, 15) == "2 of 15 have no indicators."


def test_the_constraints_together() -> None:
    assert watching.strength_sentence(0.12, 0.774) == (
        "On balance the constraints hold the two apart: their mean strength is 0.12, and it is "
        "above zero with a probability of 77 %."
    )
    assert "do not hold the two apart: their mean strength is −0.05" in (
        watching.strength_sentence(-0.05, 0.4)
    )
