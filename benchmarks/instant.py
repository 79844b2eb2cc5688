"""Is a provisional forecast what the fit will say? Twenty readings, each weighed and then fitted.

    python -m benchmarks.instant --cases 20        about two minutes a case; goes on where it ended

One fit knows what was known at the end of 2024. Each case adds one reading that became known later:
the draws of that fit are weighed by it, and a fit of the same readings is made as well. All cases
share the draws of the one fit, so what is wrong with these by chance is wrong in all of them:
differences are not independent of each other.

The state and ``cases-ID.json`` are kept in a folder; a case that is there is not made again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from forecaster import opened, settings, update, weighing
from forecaster.belief import Forecast, Kind
from forecaster.knowing import MODEL_VERSION
from forecaster.model.fit import Effort
from forecaster.model.grid import month_index
from forecaster.model.infer import infer
from forecaster.model.moment import Moment
from forecaster.posterior import gate, reweighed, summary
from forecaster.store import forecasts, readings
from forecaster.store.engine import open_engine
from forecaster.store.migrate import upgrade
from forecaster.store.readings import StoredReading
from forecaster.weighing import Unreliable
from forecaster.wiring import Desk

KNOWN = datetime(2024, 12, 31, tzinfo=UTC)
CASES = 20
ATTEMPTS = 5  # seeds until the gate lets the first fit through
FOLDER = Path(__file__).parents[1] / "build" / "instant"
Figures = dict[str, Any]


def desk(folder: Path, effort: Effort | None = None) -> Desk:
    """A state with the embedded record; made if it is not there."""
    chosen = settings.load({"FORECASTER_HOME": str(folder)})
    if effort is not None:
        chosen = replace(
            chosen, draws=effort.draws, tune=effort.tune, chains=effort.chains, cores=effort.cores
        )
    folder.mkdir(parents=True, exist_ok=True)
    found = Desk(chosen, open_engine(chosen.database_url))
    if not (folder / settings.DATABASE_NAME).exists():
        upgrade(found.engine)
        readings.add(found.engine, found.embedded(), now=found.clock())
    return found


def base(here: Desk, *, trial: bool = False) -> Forecast:
    """The fit of what was known then; made if it is not there. A trial takes one that was refused.

    Raises
    ------
    RuntimeError
        If the gate refused it at every seed.
    """
    kinds: tuple[Kind, ...] = ("hindcast", "rejected") if trial else ("hindcast",)
    for seed in range(ATTEMPTS + 1):
        if seed > 0:
            update.run(here, as_of=KNOWN, seed=seed)
        made = [
            one
            for one in forecasts.history(here.engine, kinds=kinds)
            if (one.priors_hash, one.model_version) == (here.priors.digest, MODEL_VERSION)
        ]
        found = forecasts.get(here.engine, made[-1].forecast_id) if made else None
        if found is not None:
            return found
    raise RuntimeError(f"the gate refused {ATTEMPTS} fits of what was known at {KNOWN:%Y-%m-%d}")


def coming(here: Desk, moment: Moment) -> list[StoredReading]:
    """The next reading of each indicator, of those that the fit's months can hold."""
    known = {(one.indicator, one.period) for one in moment.readings}
    names = {name for name, _ in known}
    found: dict[str, StoredReading] = {}
    for one in sorted(readings.as_known(here.engine, here.clock()), key=lambda one: one.known_at):
        new = one.indicator in names and (one.indicator, one.period) not in known
        if new and one.known_at > KNOWN and month_index(one.period_start) < moment.n_months:
            found.setdefault(one.indicator, one)
    return list(found.values())


def chosen(found: list[StoredReading], cases: int) -> list[StoredReading]:
    """Evenly over the order in which they became known."""
    places = np.linspace(0, len(found) - 1, min(cases, len(found))).round().astype(int)
    return [found[place] for place in dict.fromkeys(places.tolist())]


def case(here: Desk, start: Forecast, moment: Moment, more: StoredReading) -> Figures:
    """One reading: weighed, and fitted unless the weights leave it to the fit."""
    end = Moment((*moment.readings, more), moment.situation)
    about: Figures = {"indicator": more.indicator, "period": more.period, "value": more.value}
    began = time.perf_counter()
    try:
        with threadpool_limits(1, "blas"):
            found = weighing.weigh(here, start, end)
            world = weighing.world(here, found, start["random_seed"])
            quick = reweighed.numbers(start, found.saved, world.now, found.weights)["headline"]
    except Unreliable as why:
        return about | {"fell_back": str(why), "k_hat": why.k_hat, "ess": why.ess}
    about |= {"seconds": time.perf_counter() - began, "k_hat": found.k_hat, "ess": found.ess}
    effort = here.settings
    tree = infer(
        end.readings,
        here.catalogue,
        here.priors,
        end.situation,
        seed=start["random_seed"],
        effort=Effort(effort.draws, effort.tune, effort.chains, effort.cores),
    )
    fit = summary.headline(summary.horizons(tree["shown"].to_dataset(), end.situation.as_of))
    return about | {
        "was": start["headline"]["mean"],
        "provisional": quick["mean"],
        "provisional_mcse": quick["mcse"],
        "fit": fit["mean"],
        "fit_mcse": fit["mcse"],
        "passed": gate.diagnose(tree)["passed"],
    }


def run(folder: Path, cases: int, effort: Effort | None = None) -> Iterator[Figures]:
    """Every case, those of the folder first."""
    here = desk(folder, effort)
    start = base(here, trial=effort is not None)
    moment = opened.side(here, start).moment
    file = folder / f"cases-{start['forecast_id']}.json"
    kept: dict[str, Figures] = json.loads(file.read_text()) if file.exists() else {}
    for more in chosen(coming(here, moment), cases):
        if more.indicator not in kept:
            kept[more.indicator] = case(here, start, moment, more)
            part = file.with_suffix(".part")
            part.write_text(json.dumps(kept, indent=1))
            part.replace(file)
        yield kept[more.indicator]


def figures(found: list[Mapping[str, Any]]) -> Figures:
    """How many were weighed, and how far these were off, in points and standard errors."""
    weighed = [one for one in found if "fell_back" not in one]
    off = [100.0 * (one["provisional"] - one["fit"]) for one in weighed]
    errors = [100.0 * np.hypot(one["provisional_mcse"], one["fit_mcse"]) for one in weighed]
    in_errors = [float(abs(a) / b) for a, b in zip(off, errors, strict=True)]
    return {
        "cases": len(found),
        "weighed": len(weighed),
        "off_points_max": max((abs(one) for one in off), default=0.0),
        "off_points_mean": float(np.mean(off)) if off else 0.0,
        "off_errors_max": max(in_errors, default=0.0),
        "within_two": sum(one <= 2.0 for one in in_errors),
        "k_hat_max": max((one["k_hat"] for one in weighed), default=0.0),
        "ess_min": min((one["ess"] for one in weighed), default=0.0),
        "seconds_max": max((one["seconds"] for one in weighed), default=0.0),
        "rows": [dict(one) for one in found],
    }


def measure(cases: int = CASES, folder: Path = FOLDER, effort: Effort | None = None) -> Figures:
    """The figures of so many cases."""
    return figures(list(run(folder, cases, effort)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Hold provisional forecasts against fits.")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where all this is kept")
    parser.add_argument("--draws", type=int, help="a trial: draws and tuning steps of each chain")
    asked = parser.parse_args()
    effort = None if asked.draws is None else Effort(asked.draws, asked.draws, 4, 2)
    for one in run(asked.folder, asked.cases, effort):
        print(json.dumps(one), flush=True)
    print(json.dumps(figures(list(run(asked.folder, asked.cases, effort))), indent=1))


if __name__ == "__main__":
    main()
