"""What a saved posterior must hold: groups, variables and dimensions, checked on save and load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from forecaster.belief import FACTORS, FAMILIES, SCENARIOS
from forecaster.errors import DamagedFile

if TYPE_CHECKING:
    import xarray as xr

SCHEMA_VERSION = 1
_SAMPLE = ("chain", "draw")
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "shown": {
        "scenarios": (*_SAMPLE, "horizon", "scenario"),
        "alliance_by": (*_SAMPLE, "horizon"),
        "hazard": (*_SAMPLE, "hazard_name"),
        "hazard_path": (*_SAMPLE, "year"),
        "factor": (*_SAMPLE, "factor_name"),
        "factor_path": (*_SAMPLE, "factor_name", "year"),
        "level": (*_SAMPLE, "family"),
        "sub_level": (*_SAMPLE, "sub"),
        "kappa": (*_SAMPLE, "family"),
        "kappa_bar": _SAMPLE,
        "c_R": _SAMPLE,
        "c_C": _SAMPLE,
        "b_A": _SAMPLE,
        "b_T": _SAMPLE,
        "b_al": _SAMPLE,
    },
    "summary": {
        "factor": ("statistic", "factor_name", "month"),
        "level": ("statistic", "family", "month"),
        "hazard": ("statistic", "month"),
        "scenario_mean": ("ahead", "scenario"),
        "alliance_by": ("statistic", "ahead"),
    },
    "contraction": {"kappa": ("family",), "kappa_bar": (), "c_R": (), "b_A": ()},
    "posterior": {"x": (*_SAMPLE, "coordinate")},
    "sample_stats": {"diverging": _SAMPLE, "energy": _SAMPLE},
    "state": {
        **dict.fromkeys(("west", "east", "own"), _SAMPLE),
        **dict.fromkeys(("west_origin", "east_origin", "own_origin"), _SAMPLE),
        **dict.fromkeys(("families", "families_origin"), (*_SAMPLE, "family")),
        **dict.fromkeys(("rho", "own_sd", "contrast", "strain", "usual_gap"), _SAMPLE),
    },
    "fitted": {
        "factor_alone": ("statistic", "reading"),
        "predictive": ("statistic", "reading"),
        "indicator": ("reading",),
        "period": ("reading",),
        "observed": ("reading",),
        "left_out": ("statistic", "reading"),
        "pareto_k": ("reading",),
    },
}
# What came later: files that were saved before lack it and are read all the same.
LATER = frozenset({"state", "fitted", "fitted/left_out", "fitted/pareto_k"})
# Not a number where nothing can be said: a lone reading has no others to predict it.
GAPS = frozenset({"fitted/left_out", "fitted/pareto_k"})
ATTRIBUTES = ("schema_version", "as_of", "data_hash", "priors_hash", "model_version", "random_seed")
_NAMES = {"factor_name": FACTORS, "family": FAMILIES, "scenario": SCENARIOS}


def violations(tree: xr.DataTree, *, saved: bool = False) -> list[str]:
    """Everything that is missing, misshapen or not finite; all at once.

    A tree that was ``saved``, perhaps long ago, may lack what came later.
    """
    found = [f"attribute {name} is missing" for name in ATTRIBUTES if name not in tree.attrs]
    version = tree.attrs.get("schema_version")
    if version is not None and int(version) != SCHEMA_VERSION:
        found.append(f"schema version {version}; this program reads {SCHEMA_VERSION}")
    for group, variables in GROUPS.items():
        if group in tree.children:
            dataset = tree[group].dataset
            later = {name for name in variables if f"{group}/{name}" in LATER}
            excused = later - {str(name) for name in dataset.variables} if saved else set()
            wanted = {name: dims for name, dims in variables.items() if name not in excused}
            found += _misshapen(group, dataset, wanted)
        elif not (saved and group in LATER):
            found.append(f"group {group} is missing")
    return found + (_impossible(tree) if not found else [])


def _misshapen(group: str, dataset: xr.Dataset, variables: dict[str, tuple[str, ...]]) -> list[str]:
    found = []
    for name, dims in variables.items():
        if name not in dataset:
            found.append(f"{group}/{name} is missing")
        elif dataset[name].dims != dims:
            found.append(f"{group}/{name} has dimensions {dataset[name].dims}; expected {dims}")
        elif f"{group}/{name}" not in GAPS and not _finite(dataset[name].values):
            found.append(f"{group}/{name} has values that are not finite")
    for dim, names in _NAMES.items():
        if dim in dataset.coords and tuple(map(str, dataset[dim].values)) != names:
            found.append(f"{group}: {dim} names other things than {', '.join(names)}")
    return found


def _finite(values: np.ndarray) -> bool:
    """Whether every value is a finite number, or a text."""
    return values.dtype.kind in "TUO" or bool(np.isfinite(values).all())


def _impossible(tree: xr.DataTree) -> list[str]:
    """Invariants of the probabilities, in every draw, and of intervals."""
    shown = tree["shown"].to_dataset()
    found = []
    total = shown["scenarios"].sum("scenario").values
    if np.abs(total - 1.0).max() > 1e-6:
        found.append(f"scenarios sum to 1 only within {np.abs(total - 1.0).max():.2g}")
    by = shown["alliance_by"].values
    if (np.diff(by, axis=-1) < -1e-9).any():
        found.append("P(alliance by date) falls somewhere")
    if (shown["scenarios"].sel(scenario="alliance").values - by > 1e-9).any():
        found.append("P(alliance in force) exceeds P(alliance by date) somewhere")
    fitted: Mapping[Any, Any] = {}
    if "fitted" in tree.children:
        fitted = tree["fitted"].to_dataset().data_vars
    for name in ("factor_alone", "predictive", "left_out"):
        if name not in fitted:
            continue
        said = fitted[name]
        if (said.sel(statistic="q05") > said.sel(statistic="q95")).any():
            found.append(f"fitted/{name} has an interval that ends before it begins")
    return found


def check(tree: xr.DataTree, what: str) -> None:
    """Refuse a saved tree that breaks the schema.

    Raises
    ------
    DamagedFile
        Naming ``what`` and every violation.
    """
    problems = violations(tree, saved=True)
    if problems:
        raise DamagedFile(f"{what} is not a posterior of this program: {'; '.join(problems)}")
