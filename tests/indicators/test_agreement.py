"""Two publishers of one thing: where they differ, it is said in words, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from indicators import catalogue
from indicators.agreement import Pair, disagreements, load

CLOSE = Pair(a="one", b="two", compare="relative", bound=0.1, reason="Both count the same.")
SEEN = Pair(a="one", b="two", compare="presence", least=2, reason="It would be in the news.")
DAYS = {f"2026-02-{day:02d}": 0.0 for day in range(1, 29)}


def test_the_declared_pairs_are_of_the_catalogue_and_of_different_publishers() -> None:
    known = catalogue()
    pairs = load()

    assert {name for pair in pairs for name in (pair.a, pair.b)} <= known.keys()
    assert len({(pair.a, pair.b) for pair in pairs}) == len(pairs)
    assert {pair.compare for pair in pairs} == {"relative", "presence"}
    assert all(known[pair.a].publisher.name != known[pair.b].publisher.name for pair in pairs)
    for pair in pairs:
        if pair.compare == "relative":
            assert known[pair.a].unit.split()[0] == known[pair.b].unit.split()[0], pair


def test_the_embedded_histories_agree() -> None:
    values = {
        name: {one.period.text: one.value for one in indicator.history}
        for name, indicator in catalogue().items()
    }

    assert disagreements(load(), values) == ()


def test_the_latest_common_period_counts_and_is_told_in_words() -> None:
    values = {"one": {"2024": 50.0, "2025": 100.0, "2026": 1.0}, "two": {"2024": 1.0, "2025": 80.0}}
    (found,) = disagreements([CLOSE], values)

    assert found.period.text == "2025"
    assert found.words == (
        "one gives 100 and two 80 for 2025: 20.0% apart, where 10.0% is allowed. "
        "Both count the same."
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"one": {"2025": 1.0}},
        {"one": {"2025": 1.0}, "two": {"2024": 9.0}},
        {"one": {"2025": 100.0}, "two": {"2025": 90.0}},
        {"one": {"2025": 0.0}, "two": {"2025": 0.0}},
        {"one": {"2025": 9.0, "2025-12": 1.0}, "two": {"2025": 1.0, "2025-12": 1.0}},
    ],
    ids=["none", "one", "no common period", "at the bound", "zeros", "a month after its year"],
)
def test_no_disagreement(values: dict[str, dict[str, float]]) -> None:
    assert disagreements([CLOSE], values) == ()


@pytest.mark.parametrize(
    ("one", "two", "told"),
    [
        ({"2026-02": 2.0}, DAYS, 1),
        ({"2026-02": 2.0}, {"2026-02": 0.0}, 1),
        ({"2026-02": 1.0}, DAYS, 0),
        ({"2026-02": 2.0}, DAYS | {"2026-02-20": 1.0}, 0),
        ({"2026-02": 2.0}, {day: n for day, n in DAYS.items() if day != "2026-02-20"}, 0),
        ({"2026": 2.0}, DAYS, 0),
        ({"2026-01": 2.0, "2026-02": 0.0}, DAYS | {"2026-01": 0.0}, 0),
    ],
    ids=["days", "month", "too few", "seen", "a day is missing", "a year", "the month before"],
)
def test_silence_where_the_other_counts(
    one: dict[str, float], two: dict[str, float], told: int
) -> None:
    found = disagreements([SEEN], {"one": one, "two": two})

    assert len(found) == told
    if told:
        assert found[0].words == "one counts 2 in 2026-02, two not one. It would be in the news."


AMOUNTS = st.floats(-1e6, 1e6)


@given(AMOUNTS, AMOUNTS)
def test_agreement_goes_both_ways(one: float, other: float) -> None:
    here = disagreements([CLOSE], {"one": {"2025": one}, "two": {"2025": other}})
    there = disagreements([CLOSE], {"one": {"2025": other}, "two": {"2025": one}})

    assert bool(here) is bool(there)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a = "x"\nb = "y"\ncompare = "relative"', "needs a bound"),
        ('a = "x"\nb = "y"\ncompare = "presence"\nbound = 0.1', "has none"),
        ('a = "x"\nb = "x"\ncompare = "presence"', "cannot be compared with itself"),
        ('a = "x"\nb = "y"\ncompare = "presence"\nbond = 0.1', "Extra inputs"),
    ],
)
def test_a_pair_that_means_nothing_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "agreement.toml"
    path.write_text(f'[[pair]]\n{text}\nreason = "r"\n')
    with pytest.raises(ValidationError, match=why):
        load(path)
