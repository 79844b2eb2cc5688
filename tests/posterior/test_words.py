"""Numbers and judgements are said the same way everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.belief import Headline, Words
from forecaster.posterior import words

probabilities = st.floats(0, 1)
changes = st.floats(-1, 1)
TERMS = [term for _, term in words.LIKELIHOOD] + [words.CERTAIN]


@pytest.mark.parametrize(
    ("probability", "term"),
    [
        (0.0, "almost no chance"),
        (0.0499, "almost no chance"),
        (0.05, "very unlikely"),
        (0.13, "very unlikely"),
        (0.20, "unlikely"),
        (0.45, "roughly even chance"),
        (0.55, "likely"),
        (0.80, "very likely"),
        (0.95, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_likelihood_terms_begin_where_icd_203_puts_them(probability: float, term: str) -> None:
    """A term holds from its lower edge up to, not including, its upper one."""
    assert words.likelihood(probability) == term


@pytest.mark.parametrize("probability", [-0.01, 1.01, float("nan"), 13.0])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    """Per cent given for a fraction is an error, not a certainty."""
    with pytest.raises(ValueError, match="0 to 1"):
        words.likelihood(probability)


@given(probabilities, probabilities)
def test_likelihood_never_falls(one: float, other: float) -> None:
    """A higher probability never gets a weaker term."""
    low, high = sorted((one, other))
    assert TERMS.index(words.likelihood(low)) <= TERMS.index(words.likelihood(high))


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.1332, "13 %"),
        (0.01, "1 %"),
        (0.0099999, "under 1 %"),
        (0.0, "under 1 %"),
        (0.99, "99 %"),
        (0.9950, "over 99 %"),
        (1.0, "over 99 %"),
    ],
)
def test_percentages_read_as_people_say_them(probability: float, text: str) -> None:
    """Whole numbers; nothing is said to be impossible or certain."""
    assert words.percent(probability) == text


@given(probabilities)
def test_a_percentage_is_within_half_a_point(probability: float) -> None:
    """The figure said is the figure meant."""
    match = re.fullmatch(r"(under |over )?(\d{1,2}) %", words.percent(probability))
    assert match is not None
    if match[1] is None:
        assert abs(int(match[2]) - 100 * probability) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (0.014, 0.44, "1 to 44"),
        (0.004, 0.44, "under 1 to 44"),
        (0.97, 0.999, "97 to over 99"),
        (0.131, 0.134, "13"),
        (0.0, 0.001, "under 1"),
    ],
)
def test_intervals_are_said_in_words(lower: float, upper: float, text: str) -> None:
    """``1 to 44``, never a plus-minus."""
    assert words.interval(lower, upper) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (0.0041, "▲ 0.4 points"),
        (-0.0041, "▼ 0.4 points"),
        (0.00001, "▲ under 0.1 points"),
        (-0.00001, "▼ under 0.1 points"),
        (0.0, "unchanged"),
        (0.0996, "▲ 10 points"),
        (-0.25, "▼ 25 points"),
    ],
)
def test_changes_are_points(change: float, text: str) -> None:
    """Percentage points with a direction; a change too small to write is still told."""
    assert words.points(change) == text


@given(changes)
def test_reversing_a_change_reverses_only_the_arrow(change: float) -> None:
    """Up and down are said alike."""
    there, back = words.points(change), words.points(-change)
    assert there.translate(str.maketrans("▲▼", "▼▲")) == back


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "no readings"), (1, "1 reading"), (2, "2 readings"), (1200, "1,200 readings")],
)
def test_plurals(amount: int, text: str) -> None:
    """None, one, several."""
    assert words.count(amount, "reading") == text


def test_an_irregular_plural_is_given() -> None:
    """Where an s is not enough, the plural is stated."""
    assert words.count(3, "family", "families") == "3 families"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.50"), (-0.5, "\N{MINUS SIGN}0.50"), (-0.001, "0.00"), (0.0, "0.00")],
)
def test_plain_figures_have_a_true_minus_and_no_negative_zero(value: float, text: str) -> None:
    """Typography, not arithmetic."""
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("yearly", "text"),
    [(0.019, "1.9 % a year"), (0.0004, "under 0.1 % a year"), (0.0, "under 0.1 % a year")],
)
def test_rates_keep_one_decimal(yearly: float, text: str) -> None:
    """A hazard of 0.6 % a year must not read as under 1 %."""
    assert words.rate(yearly) == text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("2036-11-30", "by the end of November 2036"),
        ("2026-12-31", "by the end of 2026"),
        ("2036-02-29", "by the end of February 2036"),
        ("2036-10-17", "by 17 Oct 2036"),
    ],
)
def test_deadlines(when: str, text: str) -> None:
    """The end of a month or year is called that."""
    assert words.by_date(when) == text


def test_moments_are_utc() -> None:
    """Whatever zone comes in, UTC is said."""
    assert words.moment("2026-11-22T08:10:00+02:00") == "22 Nov 2026 06:10 UTC"
    assert words.moment("2026-11-02T06:10:00Z") == "2 Nov 2026 06:10 UTC"


@given(
    probabilities,
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(-1, 1),
)
def test_likelihood_and_confidence_never_share_a_sentence(
    probability: float, watch: tuple[int, int], contraction: float
) -> None:
    """ICD 203: the one is about the event, the other about our knowledge."""
    current, expected = watch
    said = words.words(probability, current=current, expected=expected, contraction=contraction)
    headline: Headline = {
        "quantity": "alliance_by",
        "date": "2036-11-30",
        "mean": probability,
        "lower": 0.0,
        "upper": 1.0,
    }
    about_event = words.headline_sentence(headline, said)
    about_us = words.confidence_sentence(said)
    assert said["likelihood"] in about_event
    assert "onfidence" not in about_event
    assert not any(term in about_us for term in [*TERMS, "likely"])
    assert about_us.endswith(".")
    assert about_us.count(".") == 1


@pytest.mark.parametrize(
    ("current", "contraction", "level", "reason"),
    [
        (27, 0.7, "high", "readings leave only 30 %"),
        (27, 0.3, "moderate", "readings leave 70 %"),
        (27, 0.1, "low", "readings leave 90 %"),
        (27, -0.2, "low", "over 99 %"),
        (20, 0.7, "moderate", "20 of 27 indicators"),
        (3, 0.7, "low", "3 of 27 indicators"),
        (3, 0.1, "low", "of the spread"),
    ],
)
def test_the_weaker_ground_sets_confidence(
    current: int, contraction: float, level: str, reason: str
) -> None:
    """Much data about little, or little data about much: both are low."""
    got, why = words.confidence(current=current, expected=27, contraction=contraction)
    assert got == level
    assert reason in why


def test_nothing_to_watch_is_low_confidence() -> None:
    """No indicators at all is not full coverage."""
    assert words.confidence(current=0, expected=0, contraction=0.9)[0] == "low"


def test_more_readings_than_indicators_is_a_mistake() -> None:
    """Counts that cannot be are refused."""
    with pytest.raises(ValueError, match="28 of 27"):
        words.confidence(current=28, expected=27, contraction=0.5)


@pytest.mark.parametrize(
    ("likelihood", "sentence"),
    [
        ("very unlikely", "An alliance by the end of November 2036 is very unlikely."),
        (
            "almost no chance",
            "There is almost no chance of an alliance by the end of November 2036.",
        ),
        (
            "roughly even chance",
            "There is a roughly even chance of an alliance by the end of November 2036.",
        ),
    ],
)
def test_the_headline_is_grammatical(likelihood: str, sentence: str) -> None:
    """Each term finds its sentence."""
    headline: Headline = {
        "quantity": "alliance_by",
        "date": "2036-11-30",
        "mean": 0.1,
        "lower": 0.0,
        "upper": 1.0,
    }
    said: Words = {"likelihood": likelihood, "confidence": "low", "confidence_reason": "x"}
    assert words.headline_sentence(headline, said) == sentence


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "nothing"),
        (1, "under 1 kB"),
        (999, "under 1 kB"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_951, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (23_400_000_000, "23 GB"),
        (7 * 10**15, "7,000 TB"),
    ],
)
def test_sizes_are_said_in_the_fitting_unit(amount: int, said: str) -> None:
    assert words.size(amount) == said


def test_unknown_ids_still_read_as_words() -> None:
    """A sub-constraint without an entry is shown without underscores."""
    assert words.title("neighbour_opinion") == "Neighbour opinion"
    assert words.title("cn_us") == "China against the United States"
