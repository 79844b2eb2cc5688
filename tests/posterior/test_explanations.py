"""Parts put together: they add up in log-odds and in points, whatever is left over."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.belief import Explanation
from forecaster.posterior import explanations, news_words
from forecaster.posterior.explanations import Ends, Known, Weighed, chained, document

TITLES = {"leader_meetings": "Meetings of the presidents", "trade_total": "Trade"}
GOOD = Weighed("from", 0.2, 2000.0)
PROBABILITIES = st.floats(1e-4, 1.0 - 1e-4)
PARTS = st.lists(
    st.builds(
        Known,
        st.sampled_from(["reading", "revision"]),
        st.sampled_from(["leader_meetings", "trade_total", "a", "b"]),
        st.floats(-2.0, 2.0, allow_subnormal=False),  # of these points would be none
        st.floats(0.0, 0.5),
    ),
    max_size=6,
    unique_by=lambda one: (one.kind, one.indicator),
)
RESTS = st.sampled_from(["priors", "model", "noise"])


def adds_up(found: Explanation) -> None:
    parts, change = found["parts"], found["change"]
    assert sum(one["log_odds"] for one in parts) == pytest.approx(change["log_odds"], abs=1e-9)
    assert sum(one["points"] for one in parts) == pytest.approx(change["points"], abs=1e-9)


@given(PROBABILITIES, PROBABILITIES, PARTS, RESTS, st.floats(0.0, 1.0))
def test_parts_add_up(
    before: float,
    after: float,
    parts: list[Known],
    rest: Literal["priors", "model", "noise"],
    sd: float,
) -> None:
    found = document(Ends("a", "b", before, after), parts, sd, GOOD, rest=rest, titles=TITLES)

    adds_up(found)
    assert all(one["lower"] <= one["points"] <= one["upper"] for one in found["parts"])
    signs = {(one["points"] > 0) == (one["log_odds"] > 0) for one in found["parts"]}
    assert signs <= {True}
    assert [one["kind"] for one in found["parts"]].count("noise") == 1


@given(st.lists(PROBABILITIES, min_size=2, max_size=5), PARTS, RESTS)
def test_steps_add_up(
    means: list[float], parts: list[Known], rest: Literal["priors", "model", "noise"]
) -> None:
    steps = [
        document(Ends(str(k), str(k + 1), a, b), parts, 0.1, GOOD, rest=rest, titles=TITLES)
        for k, (a, b) in enumerate(pairwise(means))
    ]
    found = chained(steps, TITLES)

    adds_up(found)
    assert (found["from"], found["to"]) == ("0", str(len(steps)))
    assert found["values"] == [means[0], means[-1]]
    assert found["steps"] == len(steps)
    assert found["noise_bound"]["log_odds"] == pytest.approx(0.2 * len(steps) ** 0.5)


def test_a_step_must_begin_where_the_last_one_ended() -> None:
    one = document(Ends("a", "b", 0.1, 0.2), [], 0.1, GOOD, rest="noise", titles={})
    with pytest.raises(ValueError, match="follow"):
        chained([one, one], {})
    with pytest.raises(ValueError, match="follow"):
        chained([], {})
    assert chained([one], {}) is one


def test_the_largest_stands_first_and_noise_last() -> None:
    parts = [
        Known("time", None, 0.3, 0.0),
        Known("revision", "trade_total", 0.1, 0.0),
        Known("reading", "trade_total", -0.02, 0.0),
        Known("reading", "leader_meetings", 0.05, 0.0),
    ]
    found = document(Ends("a", "b", 0.1, 0.2), parts, 0.1, GOOD, rest="noise", titles=TITLES)

    assert [(one["kind"], one["indicator"]) for one in found["parts"]] == [
        ("reading", "leader_meetings"),
        ("reading", "trade_total"),
        ("revision", "trade_total"),
        ("time", None),
        ("noise", None),
    ]


@pytest.mark.parametrize(
    ("weighed", "noise_sd", "reliable", "doubt"),
    [
        (GOOD, 0.5, "yes", ""),
        (Weighed("to", 0.71, 900.0), 0.5, "no", "k-hat of the weights is 0.71"),
        (GOOD, 0.01, "no", "exceeds its bound of 0.020"),
        (None, 0.5, "no", ""),
    ],
)
def test_what_cannot_be_relied_on_is_marked(
    weighed: Weighed | None, noise_sd: float, reliable: str, doubt: str
) -> None:
    parts = [Known("reading", "trade_total", 0.1, 0.01)]
    found = document(
        Ends("a", "b", 0.1, 0.12), parts, noise_sd, weighed, rest="noise", titles=TITLES
    )

    assert found["reliable"] is (reliable == "yes")
    assert len(found["doubts"]) == bool(doubt)
    assert all(doubt in text for text in found["doubts"])


def test_where_model_or_priors_changed_the_rest_is_theirs_and_no_doubt() -> None:
    found = document(Ends("a", "b", 0.1, 0.4), [], 0.01, GOOD, rest="model", titles=TITLES)

    assert [(one["kind"], one["log_odds"]) for one in found["parts"]] == [
        ("model", pytest.approx(found["change"]["log_odds"])),
        ("noise", 0.0),
    ]
    assert found["reliable"]
    assert found["parts"][1]["upper"] > 0.0


def test_it_is_said_in_words() -> None:
    parts = [
        Known("reading", "leader_meetings", 0.08, 0.01),
        Known("reading", None, -0.03, 0.01),
        Known("revision", "unheard_of", 0.001, 0.01),
    ]
    found = document(Ends("a", "b", 0.1, 0.105), parts, 0.1, GOOD, rest="noise", titles=TITLES)

    assert found["summary"] == (
        "▲ 0.5 points, from 10.00 to 10.50 %. New readings: Meetings of the presidents, "
        "▲ 0.7 points; What is in force, ▼ 0.3 points."
    )
    assert news_words.label(found["parts"][2], TITLES) == "Revised readings: unheard_of"
    assert (
        news_words.noise_sentence(found) == "Noise of the draws may come to 1.8 points either way."
    )
    assert news_words.sum_sentence(found).startswith(
        "The parts add up to the change: ▲ 0.5 points, 0.054 in log-odds"
    )


def test_nothing_and_unsplit_are_said_as_well() -> None:
    still = document(Ends("a", "b", 0.1, 0.1), [], 0.0, GOOD, rest="noise", titles={})
    assert still["summary"] == (
        "Unchanged, from 10.00 to 10.00 %. No part moved it by as much as 0.05 points."
    )
    unsplit = document(Ends("a", "b", 0.1, 0.2), [], 0.1, None, rest="noise", titles={})
    assert unsplit["summary"].endswith("no draws of the two forecasts could be opened.")
    assert news_words.steps_sentence(still) == ""
    assert news_words.steps_sentence({**still, "steps": 3}) == (
        "Added up over 3 forecasts, step by step."
    )
    assert explanations.QUANTITY == still["quantity"]
