"""Simulation-based calibration at size, in as many sittings as it takes.

    python -m benchmarks.sbc --size full --worlds 200
    python -m benchmarks.sbc --size reduced --worlds 1000 --minutes 30
    python -m benchmarks.sbc --figures       what has been measured, as JSON

World by world (``calibration.rank``) the ranks go into a file beside this one, which says of which
model, priors and catalogue they are; another of these begins a new file. Ranks of a calibrated
fit are even: each quantity is tested against that (Kolmogorov and Smirnov), and none may be
rejected at 1 % after Holm's correction for their number. What has been measured stands in
``docs/reference/calibration.md``, which this writes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import kstest

from benchmarks import calibration
from forecaster.knowing import MODEL_VERSION
from forecaster.model.basis import Array
from forecaster.model.fit import Effort
from indicators.catalogue import digest
from priors import load
from tests.model import worlds

HERE = Path(__file__).parent / "calibration"
PAGE = Path(__file__).parents[1] / "docs/reference/calibration.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LEVEL = 0.01
#: One chain, all of its draws: ranks need no check of chains against each other. The few effective
#: draws of the slowest quantities, some 40, move a cumulative share of ranks by 1 % at most.
EFFORT = Effort(draws=calibration.KEPT, tune=300, chains=1, cores=1)
Rank = Callable[[int], dict[str, Any]]
WANTED = {"full": 200, "reduced": 1000}


@dataclass(frozen=True)
class Verdict:
    """What many worlds say; ``rejected`` lists quantities whose ranks are not even."""

    worlds: int
    quantities: int
    divergences: int
    coverage: dict[str, list[float]]
    mean_rank: dict[str, list[float]]
    rejected: list[str]
    worst: str
    worst_p: float


def names_of(size: str) -> tuple[str, ...]:
    """The indicators of a size.

    A capped weight is no way in which readings come about, so that no world can be made of it:
    indicators with one are left out.
    """
    if size == "reduced":
        return worlds.CHOSEN
    return tuple(
        name
        for name, one in worlds.shipped().items()
        if one.role == "evidence" and one.observation.weight == 1.0
    )


def fingerprint() -> dict[str, str]:
    """Of what the ranks are."""
    return {
        "model_version": MODEL_VERSION,
        "priors": load().digest,
        "catalogue": digest(worlds.shipped()),
        "worlds": worlds.WAY,
    }


def read(file: Path) -> list[dict[str, Any]]:
    """The worlds that were fitted, of this model, priors and catalogue; none of others."""
    if not file.exists():
        return []
    first, *rest = file.read_text().splitlines()
    return [json.loads(line) for line in rest] if json.loads(first) == fingerprint() else []


def go_on(size: str, n_worlds: int, workers: int, seconds: float, effort: Effort = EFFORT) -> None:
    """Fit the worlds that are missing, one line of the file each, until time is up."""
    file = HERE / f"{size}.jsonl"
    done = read(file)
    if not done:
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(fingerprint()) + "\n")
    seen = {one["seed"] for one in done}
    missing = (seed for seed in range(1, n_worlds + 1) if seed not in seen)
    ends = time.monotonic() + seconds
    work = partial(calibration.rank, names=names_of(size), effort=effort)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for number, one in enumerate(_ranked(pool, work, missing, workers, ends), len(seen) + 1):
            with file.open("a") as out:
                out.write(json.dumps(one) + "\n")
            sys.stderr.write(f"{size}: {number} of {n_worlds} worlds\n")


def _ranked(
    pool: ProcessPoolExecutor, work: Rank, missing: Iterator[int], workers: int, ends: float
) -> Iterator[dict[str, Any]]:
    """Ranks as they come; no more are asked for than there are workers, and none after ``ends``."""
    asked = {pool.submit(work, seed) for seed in islice(missing, workers)}
    while asked:
        ready = next(as_completed(asked))
        asked.remove(ready)
        yield ready.result()
        if time.monotonic() < ends:
            asked |= {pool.submit(work, seed) for seed in islice(missing, 1)}


def judge(found: list[dict[str, Any]]) -> Verdict:
    """Whether the ranks of every quantity are even."""
    said = calibration.judged(found)
    names = sorted(found[0]["ranks"])
    ranks = np.array([[one["ranks"][name] for name in names] for one in found])
    p_values = uneven(ranks)
    order = np.argsort(p_values)
    bounds = LEVEL / (len(names) - np.arange(len(names)))
    passed = np.flatnonzero(p_values[order] > bounds)
    rejected = order[: passed[0]] if len(passed) else order
    worst = int(order[0])
    return Verdict(
        worlds=len(found),
        quantities=len(names),
        divergences=said["divergences"],
        coverage=said["coverage"],
        mean_rank=said["mean_rank"],
        rejected=[names[k] for k in rejected],
        worst=names[worst],
        worst_p=float(p_values[worst]),
    )


def uneven(ranks: Array) -> Array:
    """P-values of evenness by column of ``ranks`` (world, quantity), each rank within its step."""
    kept = calibration.KEPT
    rng = np.random.default_rng(1)
    spread = (np.round(ranks * kept) + rng.random(ranks.shape)) / (kept + 1.0)
    return np.array([kstest(column, "uniform").pvalue for column in spread.T])


def told(size: str, one: Verdict, day: str) -> list[str]:
    """What has been measured, in lines of the page."""
    mean, error = one.coverage["all"]
    verdict = (
        "no quantity is rejected" if not one.rejected else f"rejected: {', '.join(one.rejected)}"
    )
    return [
        f"**{size.capitalize()} size**, {one.worlds:,} of {WANTED[size]:,} worlds, {day}: "
        f"{one.quantities} quantities, {one.divergences} divergences. At 1 % after correction "
        f"{verdict}; the least even is `{one.worst}` (p = {one.worst_p:.2g}). Of the truths "
        f"{100 * mean:.1f} % (± {100 * error:.1f}) lie in the 90 % intervals: "
        + ", ".join(
            f"{kind} {100 * value[0]:.1f}" for kind, value in one.coverage.items() if kind != "all"
        )
        + ".",
        "",
    ]


def figures() -> dict[str, dict[str, Any]]:
    """What the worlds of each size say, where there are any."""
    return {size: {**asdict(one), "wanted": WANTED[size]} for size, one in _verdicts().items()}


def _verdicts() -> dict[str, Verdict]:
    kept = {size: read(HERE / f"{size}.jsonl") for size in WANTED}
    return {size: judge(found) for size, found in kept.items() if len(found) > 1}


def write() -> None:
    """Put what has been measured into the page."""
    lines: list[str] = []
    for size, one in _verdicts().items():
        lines += told(size, one, datetime.now(UTC).date().isoformat())
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    PAGE.write_text(
        before + BEGIN + "\n" + "\n".join(lines or ["Nothing yet.", ""]) + END + rest.split(END)[1]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulation-based calibration, resumable.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--size", choices=sorted(WANTED))
    what.add_argument("--figures", action="store_true")
    parser.add_argument("--worlds", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    chosen = parser.parse_args()
    if chosen.figures:
        sys.stdout.write(json.dumps(figures()))
        return
    wanted = chosen.worlds or WANTED[chosen.size]
    go_on(chosen.size, wanted, chosen.workers, 60.0 * chosen.minutes)
    write()


if __name__ == "__main__":
    main()
