"""Calibration at size: what even ranks are, and that it goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import calibration, promises, sbc
from forecaster.model.basis import Array


def _worlds(ranks: Array) -> list[dict[str, Any]]:
    """Ranks (world, quantity) as the file has them, of made-up quantities."""
    names = ["b_A", "ru_west month 400", "level asymmetry", "hazard alliance"]
    names += ["alliance in ten years"]
    return [
        {"seed": k, "divergences": 0, "ranks": dict(zip(names, row, strict=True))}
        for k, row in enumerate(ranks.tolist(), 1)
    ]


def _even(rng: np.random.Generator) -> Array:
    return rng.integers(0, calibration.KEPT + 1, (300, 5)) / calibration.KEPT


def test_even_ranks_pass_and_those_of_a_narrow_fit_do_not() -> None:
    even = _even(np.random.default_rng(3))
    narrow, biased = even.copy(), even.copy()
    narrow[:, 0] = np.clip(0.5 + 1.4 * (even[:, 0] - 0.5), 0.0, 1.0)  # truths pile up at the ends
    biased[:, 4] = even[:, 4] ** 1.5

    fine = sbc.judge(_worlds(even))
    assert (fine.rejected, fine.worlds, fine.quantities) == ([], 300, 5)
    assert sbc.judge(_worlds(narrow)).rejected == ["b_A"]
    assert sbc.judge(_worlds(biased)).rejected == ["alliance in ten years"]


def test_by_chance_one_in_a_hundred_sets_is_rejected() -> None:
    rng = np.random.default_rng(5)
    found = [bool(sbc.judge(_worlds(_even(rng))).rejected) for _ in range(200)]
    assert sum(found) <= 7  # 2 expected; 7 or fewer with probability 0.999


def test_ranks_of_another_model_count_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "reduced.jsonl"
    assert sbc.read(file) == []
    row = json.dumps({"seed": 1, "divergences": 0, "ranks": {"b_A": 0.5}})
    file.write_text(json.dumps(sbc.fingerprint()) + f"\n{row}\n")
    assert [one["seed"] for one in sbc.read(file)] == [1]
    file.write_text(json.dumps(sbc.fingerprint() | {"priors": "others"}) + f"\n{row}\n")
    assert sbc.read(file) == []


def test_the_bench_says_how_many_worlds_are_missing_and_what_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sbc, "HERE", tmp_path)
    monkeypatch.setitem(sbc.WANTED, "reduced", 300)
    rng = np.random.default_rng(8)
    biased = _even(rng)
    biased[:, 4] = biased[:, 4] ** 1.5

    def kept(size: str, ranks: Array) -> None:
        lines = [json.dumps(one) for one in _worlds(ranks)]
        (tmp_path / f"{size}.jsonl").write_text("\n".join([json.dumps(sbc.fingerprint()), *lines]))

    kept("reduced", _even(rng))
    kept("full", _even(rng)[:40])
    rows = promises.rows({"calibration": sbc.figures()})
    assert [True, None, True] == [row.kept for row in rows]
    assert rows[1].what == "ranks of 5 quantities, 40 of 200 worlds of full size"
    kept("full", biased)
    (*_, full, _) = promises.rows({"calibration": sbc.figures()})
    assert full.kept is False
    assert "rejected: alliance in ten years" in full.measured


def test_the_full_size_has_every_indicator_that_a_world_can_be_made_of() -> None:
    full = set(sbc.names_of("full"))
    assert set(sbc.names_of("reduced")) < full
    assert len(full) >= 60
    assert "treaties_statements" not in full


@pytest.mark.slow
def test_a_few_worlds_are_covered_and_it_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smallest honest size: the same worlds and fits as of ``make calibrate``, four of them."""
    monkeypatch.setattr(sbc, "HERE", tmp_path)
    file = tmp_path / "reduced.jsonl"
    sbc.go_on("reduced", 2, workers=1, seconds=600.0)
    before = file.read_text()
    sbc.go_on("reduced", 4, workers=1, seconds=600.0)
    assert file.read_text().startswith(before)
    assert [one["seed"] for one in sbc.read(file)] == [1, 2, 3, 4]
    found = sbc.judge(sbc.read(file))
    assert found.quantities == 58
    assert found.rejected == []
    # Of a thousand worlds, no four had a coverage beyond 81 to 96 %, or a mean rank beyond 0.43
    # to 0.58.
    assert 0.8 < found.coverage["all"][0] < 0.98
    ranks = [rank for one in sbc.read(file) for rank in one["ranks"].values()]
    assert abs(np.mean(ranks) - 0.5) < 0.1
