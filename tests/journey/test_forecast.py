"""The way of a reading: recorded, fitted, published, shown; and what a bad fit leaves standing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forecaster.belief import FAMILIES, SCENARIOS
from forecaster.posterior import files
from forecaster.store import forecasts
from forecaster.store.engine import open_engine

COMMAND = (sys.executable, "-c", "from jobs.cli import main; main()")
REPORT_LIMIT = 2_000_000


def forecaster(home: Path, *words: str, **settings: int) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    chosen = {f"FORECASTER_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "FORECASTER_HOME": str(home), **chosen}
    return subprocess.run(
        [*COMMAND, *words], env=environment, capture_output=True, text=True, check=False
    )


def document(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with the embedded record, one reading by hand, and one published forecast."""
    folder = tmp_path_factory.mktemp("journey")
    assert forecaster(folder, "init").returncode == 0
    recorded = forecaster(
        folder, "record", "trade_total", "--period", "2026-03", "--value", "21.5",
        "--source", "https://example.org/customs",
    )  # fmt: skip
    assert recorded.returncode == 0, recorded.stderr
    updated = forecaster(folder, "update")
    assert updated.returncode == 0, updated.stderr
    return folder


@pytest.mark.slow
def test_a_forecast_is_published_and_sums_to_one(home: Path) -> None:
    shown = document(forecaster(home, "show", "--json"))

    assert shown["status"] == "published"
    assert shown["diagnostics"]["passed"]
    assert len(shown["horizons"]) == 6
    passages = [row["alliance_by"]["mean"] for row in shown["horizons"]]
    assert passages == sorted(passages)
    for row in shown["horizons"]:
        means = {name: row["scenarios"][name]["mean"] for name in SCENARIOS}
        assert sum(means.values()) == pytest.approx(1.0, abs=1e-6)
        assert means["alliance"] <= row["alliance_by"]["mean"] + 1e-9
        assert row["alliance_by"]["lower"] <= row["alliance_by"]["mean"]
        assert row["alliance_by"]["mean"] <= row["alliance_by"]["upper"]
    assert set(shown["constraints"]["families"]) == set(FAMILIES)
    assert shown["headline"]["mean"] == shown["horizons"][4]["alliance_by"]["mean"]


@pytest.mark.slow
def test_history_looks_as_a_historian_would_have_it(home: Path) -> None:
    """Face validity: relations that every account of the pair agrees on."""
    report = home / "report.html"
    assert forecaster(home, "report", "--output", str(report)).returncode == 0
    assert report.stat().st_size < REPORT_LIMIT

    engine = open_engine(f"sqlite:///{home / 'forecaster.sqlite'}")
    shown = document(forecaster(home, "show", "--json"))
    found = forecasts.posterior_of(engine, shown["forecast_id"])
    assert found is not None
    shown_group = files.load(home / found[0], found[1])["shown"].to_dataset()
    path = shown_group["factor_path"]

    def rises(factor: str, earlier: str, later: str) -> float:
        values = path.sel(factor_name=factor)
        years = {str(year)[:4]: year for year in values["year"].values}
        change = values.sel(year=years[later]) - values.sel(year=years[earlier])
        return float((change > 0).mean())

    assert rises("alignment", "2005", "2024") > 0.9
    assert rises("ru_west", "2013", "2014") > 0.9
    assert rises("ru_west", "2021", "2022") > 0.9
    assert rises("cn_us", "2017", "2021") > 0.9
    assert rises("asymmetry", "1995", "2009") > 0.9


@pytest.mark.slow
def test_nothing_new_changes_nothing(home: Path) -> None:
    before = document(forecaster(home, "history", "--json"))
    again = forecaster(home, "update")

    assert again.returncode == 0
    assert "nothing is new" in again.stdout
    assert document(forecaster(home, "history", "--json")) == before


@pytest.mark.slow
def test_a_rejected_fit_leaves_the_last_forecast_standing(home: Path) -> None:
    before = document(forecaster(home, "show", "--json"))
    poor = forecaster(home, "update", "--force", draws=50, tune=100, chains=2)

    assert poor.returncode == 1
    assert "ESS" in poor.stderr
    after = document(forecaster(home, "show", "--json"))
    assert after["forecast_id"] == before["forecast_id"]
    assert after["status"] == "stale"
