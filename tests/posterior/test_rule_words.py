"""A rule says in words what it watches, whatever it watches."""

from __future__ import annotations

from typing import Any

import pytest

from forecaster.alerts import documents, rules
from forecaster.posterior import rule_words

MOVED = {"when": "moved", "running": 1, "quantity": "alliance_by@10y"}


def test_the_rules_of_the_desk() -> None:
    told = {
        name: rule_words.watches(documents.rule(name, one))
        for name, one in rules.read(None).items()
    }
    assert told == {
        "headline": "an alliance within 10 years, by 3 points or more",
        "headline_drift": "an alliance within 10 years, by 0.02 bits or more, within 31 days",
        "likely": "an alliance within 10 years, above 20 %, 2 forecasts in a row",
        "stale": "every indicator",
        "failing": "every source, 3 failures in a row",
        "rejected": "every fit, 2 refusals in a row",
        "revised": "every indicator, by 5 % or more",
        "resolution": "every scenario",
    }


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (MOVED | {"points": 1.0}, "an alliance within 10 years, by 1 point or more"),
        (
            MOVED | {"quantity": "retreat@1y", "points": 2.5},
            "retreat in force in 1 year, by 2.5 points or more",
        ),
        (
            MOVED | {"quantity": "balancing@year_end", "bits": 0.1},
            "balancing in force at the end of the year, by 0.1 bits or more",
        ),
        (
            MOVED | {"when": "crossed", "quantity": "hazard.alliance", "below": 2.0},
            "the rate into alliance, below 2 % a year",
        ),
        (
            MOVED | {"quantity": "strength.all", "units": 0.5, "within": "1h"},
            "the mean strength of the constraints, by 0.5 units or more, within 1 hour",
        ),
        ({"when": "stale", "indicators": ["a", "b"]}, "a, b"),
    ],
)
def test_any_rule(rule: dict[str, Any], said: str) -> None:
    assert rule_words.watches(rule) == said
