"""Time the textbook version: one call of ``pm.sample``, then the gate.

    python -m benchmarks.peer --draws 1000 --limit 1200 --seed 1

prints one JSON document; FORECASTER_HOME holds the readings.

``pm.sample`` chooses nutpie by itself as long as it is given no callback, so time is called by an
alarm that looks to it like Ctrl-C; what was drawn by then is still looked at.
"""

from __future__ import annotations

import argparse
import json
import signal
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np
import pymc as pm
from arviz_stats.base import array_stats

from benchmarks.textbook import WATCHED, build, gather
from forecaster import settings
from forecaster.posterior.gate import ESS_MIN, RHAT_MAX
from forecaster.wiring import open_desk

FEWEST = 50  # draws a chain below which nothing can be said


def judge(posterior: Any) -> dict[str, Any]:
    """R-hat and effective draws of what is watched, as the publication gate takes them."""
    if posterior.sizes["draw"] < FEWEST:
        return {"draws": int(posterior.sizes["draw"]), "passed": False}
    columns = []
    for name in WATCHED:
        values = np.asarray(posterior[name].values, dtype=np.float64)
        columns.append(values.reshape(*values.shape[:2], -1))
    draws = np.concatenate(columns, axis=2)
    # A chain that was stopped earlier than another is filled up with NaN.
    whole = np.isfinite(draws).all(axis=(0, 2))
    draws = draws[:, : draws.shape[1] if whole.all() else int(np.argmin(whole))]
    if draws.shape[1] < FEWEST:
        return {"draws": int(draws.shape[1]), "passed": False}
    draws = draws[:, :, draws.std(axis=(0, 1)) > 1e-12]
    axes = {"chain_axis": 0, "draw_axis": 1}
    rhat = float(array_stats.rhat(draws, **axes).max())
    bulk = float(array_stats.ess(draws, method="bulk", **axes).min())
    tail = float(array_stats.ess(draws, method="tail", prob=(0.05, 0.95), **axes).min())
    return {
        "chains": int(draws.shape[0]),
        "draws": int(draws.shape[1]),
        "rhat_max": rhat,
        "ess_bulk_min": bulk,
        "ess_tail_min": tail,
        "passed": rhat <= RHAT_MAX and min(bulk, tail) >= ESS_MIN,
    }


def attempt(limit: float, draws: int, seed: int) -> dict[str, Any]:
    """One call of ``pm.sample``, cut off after ``limit`` seconds."""
    started, rung = perf_counter(), []

    def ring(*_: object) -> None:
        rung.append(True)
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit)
    found: dict[str, Any] = {"draws": 0, "passed": False}
    try:
        world = gather(open_desk(settings.load()), datetime.now(UTC))
        with build(world) as model:
            found["parameters"] = int(sum(np.prod(one.shape.eval()) for one in model.free_RVs))
            tree = pm.sample(
                draws, random_seed=seed, var_names=list(WATCHED), progressbar=False, quiet=True
            )
        signal.setitimer(signal.ITIMER_REAL, 0)
        found |= judge(tree["posterior"])
        found["divergences"] = int(tree["sample_stats"]["diverging"].values.sum())
    except KeyboardInterrupt:
        if not rung:
            raise
    return found | {"cut_off": bool(rung), "seconds": perf_counter() - started}


def main() -> None:
    parser = argparse.ArgumentParser(description="The textbook version of the model, timed.")
    parser.add_argument("--limit", type=float, default=1200.0, help="seconds")
    parser.add_argument("--draws", type=int, default=1000, help="draws kept per chain")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(json.dumps(attempt(chosen.limit, chosen.draws, chosen.seed)))


if __name__ == "__main__":
    main()
