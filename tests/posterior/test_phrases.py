"""What is said of many forecasts at once: plurals, zeros, tiny amounts, reversed signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.posterior import phrases, words

probabilities = st.floats(0, 1)


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.13321, "13.32"),
        (0.0, "under 0.01"),
        (0.00009, "under 0.01"),
        (0.0001, "0.01"),
        (0.99995, "over 99.99"),
        (1.0, "over 99.99"),
        (0.9999, "99.99"),
    ],
)
def test_two_decimals_never_say_never_or_surely(probability: float, text: str) -> None:
    assert words.fine(probability) == text


@given(probabilities, probabilities)
def test_a_fine_interval_names_one_number_only_where_both_ends_read_the_same(
    one: float, other: float
) -> None:
    lower, upper = sorted((one, other))
    text = words.fine_interval(lower, upper)
    assert (" to " in text) == (words.fine(lower) != words.fine(upper))


@pytest.mark.parametrize(
    ("mcse", "text"),
    [
        (0.0, "none"),
        (0.00001, "under 0.01 points"),
        (0.002, "0.20 points"),
        (0.0321, "3.21 points"),
    ],
)
def test_monte_carlo_error_is_in_points(mcse: float, text: str) -> None:
    assert words.error(mcse) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (0.0, "Unchanged since 22 Nov 2025"),
        (0.004, "▲ 0.4 points since 22 Nov 2025"),
        (-0.004, "▼ 0.4 points since 22 Nov 2025"),
        (-0.00001, "▼ under 0.1 points since 22 Nov 2025"),
    ],
)
def test_a_move_has_its_sign_and_its_beginning(change: float, text: str) -> None:
    assert phrases.moved_since(change, "2025-11-22T06:10:00Z") == text


@pytest.mark.parametrize(
    ("published", "provisional", "text"),
    [
        (0, 0, "No forecasts."),
        (1, 0, "1 forecast."),
        (0, 1, "1 forecast, provisional."),
        (0, 2, "2 forecasts, all provisional."),
        (1, 1, "2 forecasts, 1 of them provisional."),
        (9000, 1200, "10,200 forecasts, 1,200 of them provisional."),
    ],
)
def test_forecasts_are_counted(published: int, provisional: int, text: str) -> None:
    assert phrases.said_so_far(published, provisional) == text


def test_refused_fits_are_counted() -> None:
    assert phrases.turned_away(0) == "No fit was turned away."
    assert phrases.turned_away(1).startswith("1 fit did not pass the gate; it was")
    assert phrases.turned_away(1200).startswith("1,200 fits did not pass the gate; they were")


def test_hindcasts_are_called_what_they_are() -> None:
    assert phrases.made_later(0, 20) == ""
    assert phrases.made_later(1, 20).startswith("1 hindcast: made later")
    assert phrases.made_later(20, 20).startswith("20 hindcasts: made later")
    assert "listed" not in phrases.made_later(20, 20)
    assert phrases.made_later(21, 20).endswith(" The newest 20 are listed.")


def test_thinning_is_told_only_where_it_happened() -> None:
    assert phrases.thinned(400, 400) == ""
    assert phrases.thinned(398, 10_000).startswith("Of 10,000 forecasts 398 are drawn")


@pytest.mark.parametrize(
    ("amount", "readings", "text"),
    [
        (0, 0, ""),
        (1, 1, "The tick is the one reading recorded in this time; it opens its indicator."),
        (3, 3, "Ticks: the 3 readings recorded in this time; each opens its indicator."),
        (1, 5, "5 readings were recorded in this time; the tick opens the last."),
        (
            90,
            2779,
            "2,779 readings were recorded in this time; each tick opens the last of its stretch.",
        ),
    ],
)
def test_ticks_say_how_many_readings_they_stand_for(amount: int, readings: int, text: str) -> None:
    assert phrases.ticks(amount, readings) == text


def test_one_forecast_is_the_beginning_of_a_line() -> None:
    said = phrases.line_begins(0.004, 0.0, 0.02, "2026-11-22T06:10:00Z")
    assert said.startswith(
        "The line begins here: under 1 % (under 1 to 2), as known 22 Nov 2026 06:10 UTC."
    )
