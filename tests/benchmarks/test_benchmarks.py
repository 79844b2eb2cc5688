"""The benchmark's pages and parts work; how long anything takes is not judged here."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from benchmarks import belief, blocks, instant, parts, peer, process, promises, race, run, textbook
from forecaster.posterior import words
from forecaster.store.ledger import Run, Status
from tests import synthetic

ROOT = Path(__file__).parents[2]
PAGE = "before\n<!-- belief:begin -->\nold\n<!-- belief:end -->\nafter\n"
FIT = {
    "seed": 1,
    "seconds": 61.0,
    "peak_bytes": 9e8,
    "rhat_max": 1.006,
    "ess_bulk_min": 612.0,
    "ess_tail_min": 540.0,
    "divergences": 0,
    "bfmi_min": 0.8,
    "n_draws": 4000,
    "passed": True,
}
FIGURES = {
    "update": {
        "date": "2026-11-22",
        "fits": [FIT],
        "seconds_median": 61.0,
        "seconds_max": 61.0,
        "peak_bytes_max": 9e8,
        "passed": 1,
    },
    "textbook": {
        "date": "2026-11-21",
        "attempts": [{"passed": False, "cut_off": True, "seconds": 1200.0, "draws": 0}],
        "seconds": 1200.0,
        "lower_bound": True,
        "update_seconds": 61.0,
        "ratio": 1200.0 / 61.0,
    },
}


def test_a_block_is_filled_and_the_rest_is_left() -> None:
    once = blocks.fill(PAGE, "belief", r"new \1")
    assert once == "before\n<!-- belief:begin -->\nnew \\1\n<!-- belief:end -->\nafter\n"
    assert blocks.fill(once, "belief", r"new \1") == once
    with pytest.raises(ValueError, match="measured:begin"):
        blocks.fill(PAGE, "measured", "new")


@pytest.mark.parametrize("name", ["belief", "measured"])
def test_the_readme_has_the_blocks(name: str) -> None:
    assert "new" in blocks.fill(blocks.README.read_text(), name, "new")


def test_belief_says_what_the_document_says() -> None:
    document = synthetic.document()
    said = belief.belief(document)
    for day in ("31 Dec 2026", "30 Nov 2027", "30 Nov 2036", "30 Nov 2046"):
        assert f"\n| {day} | " in said
    assert "As known on 22 Nov 2026" in said
    assert "13 % (1 to 42)" in said
    assert "`western_reaction/non_alignment`" in said
    assert "1 of the 2 parameters behind the forecast: `b_T`" in said
    assert document["definition"] in said
    families = document["constraints"]["families"]
    for name, one in families.items():
        (row,) = [line for line in said.splitlines() if line.startswith(f"| {words.title(name)} |")]
        assert row.endswith(f"| {belief.ASSUMED if one['assumed'] else belief.DATA} |")


def test_measured_names_machine_days_and_what_is_missing() -> None:
    results = {"machine": process.machine(), "figures": FIGURES}
    said = promises.measured(results)
    assert "21 Nov 2026 to 22 Nov 2026" in said
    assert "at least 20 times (at least 1,200 s against 61 s" in said
    names = (
        "show store jobs calibration collect by_itself desk delivery instant news backtest "
        "workers bare"
    )
    assert f"Not measured yet: {', '.join(f'`{one}`' for one in names.split())}." in said


def test_a_promise_that_a_lower_bound_leaves_open_is_undecided() -> None:
    found = FIGURES["textbook"] | {"ratio": 4.0}
    (row,) = promises.rows({"textbook": found})
    assert row.kept is None


def test_figures_of_another_machine_are_dropped() -> None:
    before = {"machine": process.machine() | {"cores": 0}, "figures": {"show": {}}}
    assert list(run.merged(before, FIGURES)["figures"]) == ["update", "textbook"]
    before["machine"] = process.machine()
    assert "show" in run.merged(before, FIGURES)["figures"]


def test_results_name_no_host_and_no_folder() -> None:
    said = " ".join(str(value) for value in process.machine().values())
    assert os.uname().nodename not in said
    assert "/" not in said


def test_store_part_gives_its_figures(tmp_path: Path) -> None:
    found = parts.store(parts.Bench(home=tmp_path, rows=500))
    assert found["rows"] == 500
    assert min(found[key] for key in found) > 0


def test_a_race_doubles_nothing_and_loses_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"FORECASTER_LEASE_SECONDS": "2"}
    found = race.race(tmp_path, environment, due_times=8, processes=2)
    assert (0, 0, 2) == (found["doubled"], found["lost"], found["processes"])
    assert found["due_times"] >= found["succeeded"] > 8
    kept = [row.kept for row in promises.rows({"jobs": found})]
    assert [True, True] == kept


def test_a_race_notices_what_is_lost() -> None:
    now = datetime(2026, 11, 22, 6, tzinfo=UTC)

    def row(job: str, second: int, status: Status = "succeeded") -> Run:
        moment = now + timedelta(seconds=second)
        return Run(1, job, moment, status, "", 1, "x", 1, now, now, None, now)

    rows = [row(name, second) for name in race.NAMES for second in (0, 1, 3)]
    assert len(race.NAMES) == race._lost(rows)
    assert len(race.NAMES) + 1 == race._lost([*rows, row("tidy", 4, "missed")])


def test_a_process_is_timed_and_stopped_in_the_end(tmp_path: Path) -> None:
    environment = dict(os.environ)
    said = process.run([sys.executable, "-c", "print(7)"], environment, tmp_path)
    assert (said.code, said.stdout) == (0, "7\n")
    assert said.peak_bytes > 1e6
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert process.run(sleep, environment, tmp_path, limit=0.5).code < 0


def test_the_peer_is_judged_like_a_forecast() -> None:
    rng = np.random.default_rng(1)

    def posterior(draws: int, shift: float = 0.0) -> xr.Dataset:
        noise = rng.standard_normal((2, draws, 3)) + shift * np.arange(2)[:, None, None]
        return xr.Dataset(dict.fromkeys(textbook.WATCHED, (("chain", "draw", "k"), noise)))

    assert peer.judge(posterior(1000))["passed"]
    assert not peer.judge(posterior(1000, shift=3.0))["passed"]
    assert peer.judge(posterior(10)) == {"draws": 10, "passed": False}
    assert peer.judge(posterior(0)) == {"draws": 0, "passed": False}
    broken = posterior(1000)
    broken["factor"][0, 700:] = np.nan
    assert peer.judge(broken)["draws"] == 700


def test_help() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", "--help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "--seeds" in shown.stdout


def test_provisional_forecasts_are_held_against_fits() -> None:
    case = {
        "k_hat": 0.3, "ess": 900.0, "seconds": 2.0, "was": 0.24,
        "provisional": 0.25, "provisional_mcse": 0.004, "fit": 0.246, "fit_mcse": 0.003,
    }  # fmt: skip
    found = instant.figures([case, {**case, "fit": 0.259}, {"fell_back": "k-hat", "k_hat": 0.8}])

    assert (found["cases"], found["weighed"], found["within_two"]) == (3, 2, 2)
    assert found["off_points_max"] == pytest.approx(0.9)
    assert found["off_errors_max"] == pytest.approx(1.8)
    assert found["off_points_mean"] == pytest.approx(-0.25)
    rows = promises.rows({"instant": {**found, "record_seconds": 2.1}})
    assert [row.kept for row in rows] == [False, True, True]  # two of three are too few


def test_the_cases_lie_evenly_among_what_became_known() -> None:
    found = [object() for _ in range(36)]
    assert instant.chosen(found, 4) == [found[k] for k in (0, 12, 23, 35)]  # type: ignore[arg-type]
    assert instant.chosen(found[:3], 20) == found[:3]  # type: ignore[arg-type]


def test_a_backtest_is_held_to_its_fits_its_time_and_its_scores() -> None:
    found = {
        "fits": 22,
        "standing": 22,
        "workers": 2,
        "seconds": 900.0,
        "sampling_seconds": 1500.0,
        "scores": {
            "overall": {
                "readings": 800,
                "skill": {"no_change": {"mean": 0.05, "lower": -0.01, "upper": 0.1}},
                "coverage": {"90": {"mean": 0.91, "lower": 0.89, "upper": 0.93}},
            }
        },
    }
    rows = promises.rows({"backtest": found})
    assert [row.kept for row in rows] == [True, False, True]
    assert rows[0].measured == "22 stand; 15 min, 0.60 times the sampling of 25 min"
    rows = promises.rows({"backtest": {**found, "standing": 21, "scores": {"overall": None}}})
    assert [row.kept for row in rows] == [False]


def test_two_workers_are_held_to_what_two_are_worth() -> None:
    held = [promises.rows({"workers": {"times": times}}) for times in (1.69, 1.7)]
    assert [[row.kept for row in rows] for rows in held] == [[False], [True]]
