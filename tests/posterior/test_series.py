"""What pages read of a posterior file, and what files of earlier versions lack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from forecaster.errors import DamagedFile
from forecaster.posterior import files, schema, series
from tests import posteriors

STAMPS = {
    "schema_version": schema.SCHEMA_VERSION,
    "as_of": "2026-11-22T06:10:00Z",
    "data_hash": "0" * 64,
    "priors_hash": "1" * 64,
    "model_version": "made up",
    "random_seed": 1,
}


@pytest.fixture
def tree() -> xr.DataTree:
    found = posteriors.posterior(draws=10)
    found.attrs.update(STAMPS)
    return found


@pytest.fixture
def old(tree: xr.DataTree) -> xr.DataTree:
    """As it was saved before readings were looked back on."""
    return tree.drop_nodes("fitted")


def test_readings_come_by_indicator_in_their_order(tree: xr.DataTree, tmp_path: Path) -> None:
    path = tmp_path / "one.nc"
    found = series.load(path, files.save(tree, path))
    assert {
        "leader_meetings": {
            "periods": ["2026-08", "2026-09"],
            "observed": [0.0, 2.0],
            "mean": [1.0, 3.0],
            "q05": [0.0, 2.0],
            "q95": [3.0, 5.0],
            "factor_mean": [2.0, 4.0],
            "factor_q05": [0.0, 2.0],
            "factor_q95": [4.0, 6.0],
            "left_out": {
                "mean": [1.5, 3.5],
                "q05": [-1.0, 1.0],
                "q95": [4.0, 6.0],
                "pareto_k": [0.2, 0.9],
            },
        },
        "trade_total": {
            "periods": ["2025"],
            "observed": [228.1],
            "mean": [229.1],
            "q05": [228.1],
            "q95": [231.1],
            "factor_mean": [230.1],
            "factor_q05": [228.1],
            "factor_q95": [232.1],
            "left_out": {"mean": [None], "q05": [None], "q95": [None], "pareto_k": [None]},
        },
    } == found["fitted"]


def test_a_file_of_an_earlier_version_is_read_without_them(
    old: xr.DataTree, tmp_path: Path
) -> None:
    path = tmp_path / "one.nc"
    digest = files.save(old, path)
    found = series.load(path, digest)
    assert "fitted" not in found
    assert found["months"] == list(posteriors.MONTHS)
    schema.check(files.load(path, digest), "one.nc")


def test_a_file_from_before_readings_were_left_out_is_read_without_that(
    tree: xr.DataTree, tmp_path: Path
) -> None:
    less = tree["fitted"].to_dataset().drop_vars(["left_out", "pareto_k"])
    tree["fitted"] = xr.DataTree(less)
    assert schema.violations(tree) == ["fitted/left_out is missing", "fitted/pareto_k is missing"]
    assert schema.violations(tree, saved=True) == []
    path = tmp_path / "one.nc"
    found = series.load(path, files.save(tree, path))["fitted"]
    assert found["leader_meetings"]["mean"] == [1.0, 3.0]
    assert "left_out" not in found["leader_meetings"]


def test_no_readings_at_all_are_read_too(tree: xr.DataTree, tmp_path: Path) -> None:
    tree["fitted"] = xr.DataTree(tree["fitted"].to_dataset().isel(reading=slice(0)))
    assert schema.violations(tree) == []
    path = tmp_path / "one.nc"
    assert series.load(path, files.save(tree, path))["fitted"] == {}


def test_a_new_posterior_has_them(tree: xr.DataTree, old: xr.DataTree) -> None:
    assert schema.violations(tree) == []
    assert schema.violations(old) == ["group fitted is missing"]
    assert schema.violations(old, saved=True) == []


def test_other_groups_are_never_optional(tree: xr.DataTree) -> None:
    for group in schema.GROUPS.keys() - schema.LATER:
        less = tree.drop_nodes(group)
        assert f"group {group} is missing" in schema.violations(less, saved=True)
        with pytest.raises(DamagedFile, match=rf"one\.nc .* group {group} is missing"):
            schema.check(less, "one.nc")


@pytest.mark.parametrize("saved", [False, True])
def test_what_is_said_of_readings_is_checked(tree: xr.DataTree, *, saved: bool) -> None:
    said = tree["fitted"].to_dataset()
    tree["fitted"] = xr.DataTree(said.assign_coords(observed=("reading", [0.0, np.nan, 1.0])))
    assert schema.violations(tree, saved=saved) == [
        "fitted/observed has values that are not finite"
    ]
    tree["fitted"] = xr.DataTree(said.drop_vars("period"))
    assert schema.violations(tree, saved=saved) == ["fitted/period is missing"]
    tree["fitted"] = xr.DataTree(said.assign(predictive=-said["predictive"]))
    assert schema.violations(tree, saved=saved) == [
        "fitted/predictive has an interval that ends before it begins"
    ]
    tree["fitted"] = xr.DataTree(said.assign(left_out=-said["left_out"]))
    assert schema.violations(tree, saved=saved) == [
        "fitted/left_out has an interval that ends before it begins"
    ]
