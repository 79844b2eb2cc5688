"""``forecaster reference``: base rates, this pair, and what the readings made of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forecaster import reference
from forecaster.belief import Forecast
from forecaster.posterior import files
from forecaster.posterior import phrases_reference as say
from forecaster.store import forecasts
from forecaster.store.engine import writing
from forecaster.wiring import Desk
from priors.reference import draws, scoring, table, transfer
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


def test_the_scores_are_the_saved_ones_with_calibration(run: Run, home: Path) -> None:
    assert home.is_dir()
    found = json.loads(run("reference", "--json").stdout)["skill"]
    saved = json.loads((table.HERE / "skill.json").read_text())
    assert found["detectable"] == scoring.splits().detectable
    assert found["fits"]["count"] == len(saved["fits"])
    for one, kept in zip(found["schemes"], saved["schemes"], strict=True):
        assert one["over_logistic"] == kept["over_logistic"]
        for model in say.MODELS:
            bins = [dict(row) for row in one[model]["calibration"]]
            assert [row.pop("finding") for row in bins] == list(
                map(reference.calibrated, kept[model]["calibration"])
            )
            assert {**one[model], "calibration": bins} == kept[model]


def test_the_text_has_every_skill_and_every_bin(run: Run, home: Path) -> None:
    assert home.is_dir()
    lines = [" ".join(line.split()) for line in run("reference").stdout.splitlines()]
    for one in json.loads((table.HERE / "skill.json").read_text())["schemes"]:
        for which, title in say.COMPARISONS.items():
            (line,) = (line for line in lines if line.startswith(f"{one['scheme']} {title} "))
            for score in ("log", "brier"):
                row = one[which][score]
                assert f"{say.score(row)} {row['finding']}" in line
        for pair in zip(*(one[model]["calibration"] for model in say.MODELS), strict=True):
            told = " ".join(
                f"{row['expected']:.1f}{'*' * say.outside([row | judged(row)])} "
                f"{row['pair_years']:,} {row['pledges']} ({say.band(row)})"
                for row in pair
            )
            assert f"{say.bounds(pair[0])} {told}" in lines


def judged(row: dict[str, float]) -> dict[str, str]:
    return {"finding": reference.calibrated(row)}


@pytest.mark.parametrize(
    ("expected", "pledges", "finding"),
    [
        (0.1, 0, "no pledge came"),
        (2.9, 5, "too few expected"),
        (3.0, 5, "within the band"),
        (9.0, 5, "within the band"),
        (9.1, 5, "too many expected"),
    ],
)
def test_a_bin_is_judged_by_its_band_and_not_without_one(
    expected: float, pledges: int, finding: str
) -> None:
    lower, upper = (3.0, 9.0) if pledges else (0.0, 0.0)
    row = {"expected": expected, "pledges": pledges, "lower": lower, "upper": upper}
    assert reference.calibrated(row) == finding


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
