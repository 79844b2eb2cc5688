"""Fit the reference class, judge the fit as the live model's is judged, and save what is kept."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

import numpy as np
import nutpie
import xarray as xr
from threadpoolctl import threadpool_limits

from forecaster.belief import Diagnostics
from forecaster.model.fit import Effort
from forecaster.model.reference import graph
from forecaster.model.reference.arrays import Arrays
from forecaster.posterior import gate
from priors.reference import draws
from priors.reference.covariates import EFFECTS, SHIFTING
from priors.reference.draws import Draws
from priors.reference.stances import Stances
from priors.reference.table import CAUSES

TARGET_ACCEPT = 0.95
KEPT = 600
USUAL = Effort(draws=2000, tune=800)


@dataclass(frozen=True)
class Fit:
    """What came out.

    ``draws`` are thinned evenly over all chains; ``posterior`` has them all.
    """

    posterior: xr.Dataset
    draws: Draws
    diagnostics: Diagnostics
    seconds: float
    cpu_seconds: float


class Compiled:
    """The compiled model of one set of eras; cells of a table are swapped in."""

    def __init__(self, arrays: Arrays, n_eras: int) -> None:
        started = perf_counter()
        with warnings.catch_warnings():
            # Numba and PyTensor speak of their own caches here; nothing of it concerns a result.
            warnings.simplefilter("ignore")
            model = graph.build(arrays, n_eras)
            self._model: Any = nutpie.compile_pymc_model(model, backend="numba")
        self.seconds = perf_counter() - started

    def sample(self, arrays: Arrays, stances: Stances, seed: int, effort: Effort) -> Fit:
        """NUTS draws. The same table, stances, code, seed and platform give the same draws."""
        started, before = perf_counter(), process_time()
        model = self._model.with_data(**{f"data_{name}": one for name, one in arrays.items()})
        with threadpool_limits(1, "blas"):
            tree = nutpie.sample(
                model,
                draws=effort.draws,
                tune=effort.tune,
                chains=effort.chains,
                cores=effort.cores,
                seed=seed,
                target_accept=TARGET_ACCEPT,
                save_warmup=False,
                progress_bar=False,
            )
        seconds, cpu_seconds = perf_counter() - started, process_time() - before
        posterior = tree["posterior"].to_dataset()
        stats = tree["sample_stats"].to_dataset()[["diverging", "energy", "n_steps"]]
        judged = xr.DataTree.from_dict(
            {
                "shown": xr.Dataset({"rate": _pair_log_rate(posterior)}),
                "posterior": posterior[[name for name in SHOWN if name in posterior]],
                "sample_stats": stats,
            }
        )
        return Fit(
            posterior, _kept(posterior, stances), gate.diagnose(judged), seconds, cpu_seconds
        )


SHOWN = (
    *("log_rate", "effect", "shift", "shift_sd", "era_sd"),
    *("frailty", "extra", "members_sd", "members_shape"),
)


def _pair_log_rate(posterior: xr.Dataset) -> xr.DataArray:
    """Log rate of a pair's own part in changes: beginning one or being taken along."""
    return xr.DataArray(posterior["log_rate"] + np.log1p(posterior["extra"]))


def _kept(posterior: xr.Dataset, stances: Stances) -> Draws:
    rate = _flat(_pair_log_rate(posterior))
    eras = [one.id for one in stances.era]
    numbers = {
        f"log_rate.{cause}.{era}": rate[:, c, e]
        for c, cause in enumerate(CAUSES)
        for e, era in enumerate(eras)
    }
    effect, shift = _flat(posterior["effect"]), _flat(posterior["shift"])
    numbers |= {f"effect.{name}": effect[:, place] for place, name in enumerate(EFFECTS)}
    spread = _flat(posterior["shift_sd"])
    for place, name in enumerate(SHIFTING):
        numbers |= {f"shift.{name}.{era}": shift[:, place, e] for e, era in enumerate(eras)}
        numbers[f"shift_sd.{name}"] = spread[:, place]
    for name in ("era_sd", "frailty"):
        each = _flat(posterior[name])
        numbers |= {f"{name}.{cause}": each[:, c] for c, cause in enumerate(CAUSES)}
    n = len(rate)
    chosen = np.linspace(0, n - 1, min(KEPT, n)).round().astype(int)
    return draws.rounded(Draws({name: values[chosen] for name, values in numbers.items()}))


def _flat(array: xr.DataArray) -> np.ndarray:
    values = np.asarray(array.values, dtype=np.float64)
    return values.reshape(-1, *values.shape[2:])
