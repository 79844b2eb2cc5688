"""From draws to the numbers of a document: each with the error of the simulation behind it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecaster.alerts import measures, quantities
from forecaster.belief import Forecast
from forecaster.posterior import summary
from tests import posteriors, synthetic


@pytest.fixture(scope="module")
def document() -> Forecast:
    tree = posteriors.posterior(draws=250)
    shown = tree["shown"].to_dataset()
    found = synthetic.document()
    found["horizons"] = summary.horizons(shown, date(2026, 11, 22))
    found["hazards"] = summary.hazards(shown)
    found["factors"] = summary.factors(shown)
    found["constraints"] = summary.constraints(tree, {}, {})
    return found


@pytest.mark.parametrize("name", quantities.UNITS)
def test_every_number_that_a_rule_can_watch_states_its_own_error(
    document: Forecast, name: str
) -> None:
    found = quantities.of(name, document)
    assert found is not None
    spread = (found.interval["upper"] - found.interval["lower"]) / 3.29
    # A thousand independent draws: a thirtieth of the spread, more or less.
    assert 0.5 * spread / np.sqrt(1000) < found.interval["mcse"] < 3 * spread / np.sqrt(1000)
    assert found.interval["mcse"] == measures.error(found.interval, document["diagnostics"])


def test_draws_that_hang_together_have_a_larger_error() -> None:
    rng = np.random.default_rng(1)
    free = rng.standard_normal((4, 500))
    slow = np.cumsum(free, axis=1) / np.sqrt(500)
    told = [summary.with_error(one) for one in (free, slow * free.std() / slow.std())]
    assert told[1]["mcse"] > 4 * told[0]["mcse"]
    assert summary.with_error(np.full((4, 500), 0.3))["mcse"] == 0.0
