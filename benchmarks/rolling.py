"""A backtest of 22 years, and whether two workers are worth two.

    python -m benchmarks.rolling

The backtest runs as the command does it, by two processes, in a state that is kept in
``build/rolling``: what is there is not fitted again. `race` has some small fits made by one worker
and by two, each on one core.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import instant, process
from forecaster import crew, knowing
from forecaster.model.fit import Effort
from forecaster.wiring import Desk

FOLDER = Path(__file__).parents[1] / "build" / "rolling"
KEPT = "figures.json"
YEARS = (2005, 2026)
RACE = range(2010, 2014)
WORKERS = 2
SMALL = Effort(draws=150, tune=150, cores=1)
SEED = 1
Figures = dict[str, Any]


class Broken(Exception):
    """It could not be measured; the text says why."""


def backtest(home: Path, environment: Mapping[str, str], words: list[str]) -> Figures:
    """What the command says, and its seconds from start to end."""
    here = {**environment, "FORECASTER_HOME": str(home)}
    home.mkdir(parents=True, exist_ok=True)
    begun = process.run([*process.command(), "init"], here)
    done = process.run([*process.command(), "backtest", *words, "--json"], here)
    if begun.code != 0 or not done.stdout.strip():
        said = (begun.stderr + done.stderr).strip().splitlines()
        raise Broken(said[-1] if said else f"it ended with code {done.code} and said nothing")
    return {**json.loads(done.stdout), "seconds": done.seconds}


def measure(
    environment: Mapping[str, str], years: tuple[int, int] = YEARS, folder: Path = FOLDER
) -> Figures:
    """The whole backtest and its scores."""
    before = _kept(folder)
    words = ["--from", str(years[0]), "--to", str(years[1]), "--workers", str(WORKERS)]
    found = backtest(folder, environment, words)
    states = [one["state"] for one in found["fits"]]
    figures: Figures = {
        "fits": len(states),
        "standing": sum(one in {"fitted", "stood"} for one in states),
        "rows": [
            {"as_of": one["as_of"], "state": one["state"], "headline": one["headline"]}
            for one in found["fits"]
        ],
    }
    if "stood" in states and before is not None:  # what took how long was measured when it was made
        figures |= {key: before[key] for key in ("seconds", "sampling_seconds", "workers")}
    else:
        figures |= {key: found[key] for key in ("seconds", "sampling_seconds")}
        figures["workers"] = WORKERS
    (folder / KEPT).write_text(json.dumps(figures))
    return figures | {"scores": _scores(folder, environment)}


def _kept(folder: Path) -> Figures | None:
    file = folder / KEPT
    found: Figures | None = json.loads(file.read_text()) if file.exists() else None
    return found


def _scores(home: Path, environment: Mapping[str, str]) -> Figures:
    """The board of what the hindcasts predicted."""
    here = {**environment, "FORECASTER_HOME": str(home)}
    done = process.run([*process.command(), "score", "--hindcasts", "--json"], here)
    if done.code != 0:
        raise Broken(done.stderr.strip().splitlines()[-1])
    found: Figures = json.loads(done.stdout)
    return found


def race() -> Figures:
    """The same four small fits by one worker of one core and by two, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        here = instant.desk(Path(folder))
        tasks = [_task(here, year) for year in RACE]
    crew.warm(tasks[0])
    seconds = {}
    for workers in (1, 2):
        began = time.perf_counter()
        with crew.processes(workers) as pool:
            for _ in pool.map(crew.fit, tasks):
                pass
            seconds[str(workers)] = time.perf_counter() - began
    return {"seconds": seconds, "times": seconds["1"] / seconds["2"]}


def _task(here: Desk, year: int) -> crew.Task:
    seen = knowing.known(here, datetime(year, 1, 1, tzinfo=UTC))
    known = tuple(seen.readings)
    return crew.Task(known, here.catalogue, here.priors, seen.situation, SEED, SMALL)


def main() -> None:
    sys.stdout.write(json.dumps(measure(dict(os.environ)), indent=1) + "\n")


if __name__ == "__main__":
    main()
