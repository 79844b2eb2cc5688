"""``forecaster reference``: base rates, this pair, and what the readings made of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forecaster.belief import Forecast
from forecaster.posterior import files
from forecaster.store import forecasts
from forecaster.store.engine import writing
from forecaster.wiring import Desk
from priors.reference import draws, transfer
from tests import posteriors, synthetic
from tests.commands.conftest import ROOT, Put, Run


def test_it_shows_rates_by_era_and_ten_years_by_stance(run: Run, home: Path) -> None:
    assert home.is_dir()
    result = run("reference")
    assert result.exit_code == 0, result.output
    text = result.stdout
    assert "would pledge to fight for each other within ten years" in " ".join(text.split())
    assert "Concert of Europe" in text
    assert "Since the Cold War" in text
    assert text.count("% a year (") == 12  # six eras, with a common rival and without
    for name in ("post_1945", "turning", "history", "without", "reverts"):
        assert name in text
    assert "No forecast stands" in text


def test_the_document_is_the_saved_one(run: Run, home: Path) -> None:
    assert home.is_dir()
    found = json.loads(run("reference", "--json").stdout)
    saved = draws.summary()
    assert found["base_rates"] == saved["results"]["base_rates"]
    assert found["table_sha256"] == saved["table_sha256"]
    assert found["standing"] is None
    usual = next(
        one
        for one in found["ten_years"]
        if all(one[key] == value for key, value in found["default"].items())
    )
    assert {key: usual[key] for key in found["pair"]} == found["pair"]
    assert set(found["prior_sets"]) == set(transfer.SETS)


def test_it_needs_no_state_of_ours(run: Run, tmp_path: Path) -> None:
    assert not list(tmp_path.glob("*.sqlite"))
    result = run("reference")
    assert result.exit_code == 0
    assert "forecaster init" in result.stderr


def test_a_forecast_of_other_priors_is_shown_without_comparison(run: Run, put: Put) -> None:
    put("one")
    found = json.loads(run("reference", "--json").stdout)["standing"]
    assert found["forecast_id"] == "one"
    assert found["under"] is None
    assert "other priors" in found["why"]
    assert found["parameters"]["b_T"]["before"] is None
    assert "other priors" in " ".join(run("reference").stdout.split())


def stored(desk: Desk) -> Forecast:
    """A forecast of today's priors, with a posterior file whose draws are made up."""
    document = synthetic.document()
    document["forecast_id"] = "today"
    document["priors_hash"] = desk.priors.digest
    tree = posteriors.posterior()
    shown = tree["shown"].to_dataset()
    for name in ("b_A", "b_T"):
        prior = desk.priors.parameters[name]
        shown[name] = prior.mean + prior.sd * shown[name]
    tree["shown"] = shown
    path = desk.settings.home / "posteriors" / "today.nc"
    sha256 = files.save(tree, path)
    document["headline"]["date"] = "2036-11-30"
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection,
            document,
            kind="published",
            posterior_path="posteriors/today.nc",
            posterior_sha256=sha256,
        )
    return document


def test_the_standing_forecast_is_shown_under_each_set(run: Run, desk: Desk) -> None:
    stored(desk)
    found = json.loads(run("reference", "--json").stdout)["standing"]
    assert found["why"] is None
    assert found["prior_set"] == "reference"
    assert set(found["under"]) == set(transfer.SETS)
    usual = found["under"]["reference"]
    assert usual["effective_draws"] == pytest.approx(posteriors.CHAINS * posteriors.DRAWS)
    before = found["parameters"]["b_T"]["before"]
    assert before["mean"] == desk.priors.parameters["b_T"].mean
    text = run("reference").stdout
    assert "without_wars" in text
    assert "The gain from threat went from" in " ".join(text.split())


def test_a_posterior_that_is_gone_is_said(run: Run, desk: Desk) -> None:
    stored(desk)
    (desk.settings.home / "posteriors" / "today.nc").unlink()
    found = json.loads(run("reference", "--json").stdout)["standing"]
    assert found["under"] is None
    assert "is missing" in found["why"]


def test_it_starts_without_the_model() -> None:
    code = (
        "import sys, jobs.cli; sys.argv = ['forecaster', 'reference', '--json']\n"
        "try:\n    jobs.cli.main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["horizon_years"] == 10
    loaded = set(done.stderr.split())
    assert "priors" in loaded
    assert set() == loaded & {"pymc", "pytensor", "nutpie", "numba", "arviz", "xarray", "pandas"}
