"""The headline under another prior, from the draws that are there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecaster.errors import DamagedFile
from forecaster.posterior import files, restated
from forecaster.posterior.restated import Standing
from priors import Normal, Prior
from tests import posteriors

DATE = "2036-11-30"


def normal(mean: float, sd: float = 1.0) -> Normal:
    return Normal(
        distribution="normal",
        mean=mean,
        sd=sd,
        title="t",
        reason="r",
        source=("s",),
        date=date(2026, 1, 1),
    )


def priors(b_A: float, b_T: float = 0.0) -> dict[str, Prior]:  # noqa: N803 - the equations' letters
    return {"b_A": normal(b_A), "b_T": normal(b_T)}


def world(n: int = 40_000) -> Standing:
    """No data: the draws are those of the prior, and the headline follows the base rate."""
    rng = np.random.default_rng(1)
    b_a, b_t = rng.standard_normal(n), rng.standard_normal(n)
    return Standing(1.0 / (1.0 + np.exp(-b_a - 0.5 * b_t)), {"b_A": b_a, "b_T": b_t})


def test_the_same_prior_changes_nothing() -> None:
    one = world()
    found = one.under(priors(0.0), priors(0.0))
    assert found is not None
    assert found.mean == pytest.approx(float(one.headline.mean()))
    assert found.effective == pytest.approx(len(one.headline))


def test_without_data_it_is_what_the_other_prior_says() -> None:
    found = world().under(priors(0.0), priors(0.6, 0.4))
    rng = np.random.default_rng(2)
    b_a, b_t = rng.normal(0.6, 1.0, 40_000), rng.normal(0.4, 1.0, 40_000)
    wanted = 1.0 / (1.0 + np.exp(-b_a - 0.5 * b_t))
    assert found is not None
    assert found.mean == pytest.approx(float(wanted.mean()), abs=0.01)
    assert found.lower == pytest.approx(float(np.quantile(wanted, 0.05)), abs=0.03)
    assert found.upper == pytest.approx(float(np.quantile(wanted, 0.95)), abs=0.03)
    assert found.sound


def test_a_prior_far_away_is_called_unsound() -> None:
    found = world(4000).under(priors(0.0), priors(6.0))
    assert found is not None
    assert not found.sound
    assert found.effective < 400


def test_a_posterior_file_gives_its_draws(tmp_path: Path) -> None:
    tree = posteriors.posterior()
    path = tmp_path / "one.nc"
    sha256 = files.save(tree, path)
    found = restated.load(path, sha256, DATE)
    shown = tree["shown"].to_dataset()
    wanted = shown["alliance_by"].sel(horizon=DATE).values.ravel()
    assert found.headline == pytest.approx(wanted)
    assert found.parameters["b_T"] == pytest.approx(shown["b_T"].values.ravel())


def test_a_changed_file_and_an_unknown_date_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.nc"
    sha256 = files.save(posteriors.posterior(), path)
    with pytest.raises(DamagedFile, match="not what was written"):
        restated.load(path, "0" * 64, DATE)
    with pytest.raises(DamagedFile, match="not a posterior"):
        restated.load(path, sha256, "1999-12-31")
