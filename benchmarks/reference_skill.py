"""How well the reference class would have foretold pledges: `make skill`.

    python -m benchmarks.reference_skill [--quick]

The splits are those of priors/reference/splits.toml. Writes priors/reference/skill.json. The fits
of the hierarchical model here have fewer draws than the one that is saved; how each did is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np

from forecaster.model.fit import Effort
from forecaster.model.reference.arrays import arrays
from forecaster.model.reference.fit import Compiled, Fit
from priors.distribution import Draws as Numbers
from priors.reference import draws, rates, scoring, stances, table
from priors.reference.covariates import values
from priors.reference.scoring import Cases, Split
from priors.reference.stances import Stances

EFFORT = Effort(draws=500, tune=500, chains=2)
OUTPUT = table.HERE / "skill.json"
MODELS = ("hierarchical", "logistic")
LOSSES = {"log": scoring.log_loss, "brier": scoring.brier_loss}


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--quick", action="store_true", help="one split of each; nothing is written")
    asked = words.parse_args()
    started = perf_counter()
    stated, eras, counted = scoring.splits(), stances.load(), table.read()
    every = list(scoring.every_split(stated, eras))
    if asked.quick:
        every = list({one.scheme: one for one in every}.values())
    whole = arrays(counted, eras, lambda _: True, ("pledge",))
    compiled = Compiled(whole, len(eras.era))
    judged: dict[str, list[tuple[Cases, dict[str, Numbers]]]] = defaultdict(list)
    fits = []
    for split in every:
        learned = scoring.cases(counted, split.learns)
        here = scoring.cases(counted, split.judged)
        fit = compiled.sample(
            arrays(counted, eras, split.learns, ("pledge",)), eras, stated.seed, EFFORT
        )
        fits.append(
            {
                "split": f"{split.scheme}, {split.name}",
                "rhat_max": round(fit.diagnostics["rhat_max"], 4),
                "divergences": fit.diagnostics["divergences"],
            }
        )
        judged[split.scheme].append(
            (
                here,
                {
                    "base": scoring.base_rate(learned, here),
                    "logistic": scoring.logistic(learned, here),
                    "hierarchical": foretold(fit, eras, split, here),
                },
            )
        )
        print(f"{split.scheme}, {split.name}: {fit.seconds:.0f} s")
    document = {
        "created_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "splits_date": stated.date.isoformat(),
        "splits_sha256": draws.digest_of(table.HERE / "splits.toml"),
        "table_sha256": table.digest(),
        "seconds": round(perf_counter() - started),
        "fits": fits,
        "schemes": [scored(name, parts, stated) for name, parts in judged.items()],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if asked.quick:
        print(text)
    else:
        OUTPUT.write_text(text, encoding="utf-8")
    return 0


def foretold(fit: Fit, eras: Stances, split: Split, here: Cases) -> Numbers:
    """P(a pledge in the year), for each case: the mean over the draws."""
    shape = fit.draws.numbers["frailty.pledge"]
    found: dict[Any, float] = {}
    result = np.empty(len(here.cells))
    for place, cell in enumerate(here.cells):
        era = split.era(cell.year)
        key = (era, values("pledge", cell))
        if key not in found:
            log_rate = rates.log_rate(fit.draws, eras, "pledge", cell, era)
            found[key] = float(-np.expm1(-rates.effective(log_rate, shape)).mean())
        result[place] = found[key]
    return result


def scored(
    scheme: str, parts: list[tuple[Cases, dict[str, Numbers]]], stated: scoring.Splits
) -> dict[str, Any]:
    """All splits of a scheme taken together."""
    whole = scoring.together([one for one, _ in parts])
    p = {name: np.concatenate([one[name] for _, one in parts]) for name in ("base", *MODELS)}
    found: dict[str, Any] = {
        "scheme": scheme,
        "splits": len(parts),
        "pair_years": int(whole.pair_years.sum()),
        "pledges": int(whole.pledges.sum()),
        "treaties": int(whole.treaty.shape[1]),
    }
    found["over_logistic"] = compared(whole, p["hierarchical"], p["logistic"], stated)
    for name in MODELS:
        rows = compared(whole, p[name], p["base"], stated)
        bins = [
            {key: round(value, 4) for key, value in asdict(one).items()}
            for one in scoring.calibration(whole, p[name], stated)
        ]
        found[name] = {**rows, "calibration": bins}
    return found


def compared(of: Cases, p: Numbers, base: Numbers, stated: scoring.Splits) -> dict[str, Any]:
    """Skill of one over the other by both scores, with what may be said of it."""
    rows: dict[str, Any] = {}
    for kind, loss in LOSSES.items():
        one = scoring.skill(of, p, base, loss, stated)
        rows[kind] = {key: round(value, 4) for key, value in asdict(one).items()}
        rows[kind]["finding"] = one.finding(stated.detectable)
    return rows


if __name__ == "__main__":
    sys.exit(main())
