"""Fit the reference class to the counts and save its posterior: `make reference`.

    python -m benchmarks.reference_fit [--seed N] [--count FOLDER]

Writes draws_all.csv, draws_without.csv and fit.json into priors/reference. A fit that fails the
gate changes nothing. With --count the table is counted anew from the dyad-year tables in FOLDER.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecaster.model.reference.arrays import arrays, keeps
from forecaster.model.reference.fit import USUAL, Compiled, Fit
from forecaster.posterior import gate
from priors.reference import counting, draws, stances, table
from priors.reference.results import results
from priors.reference.stances import WARS, Wars


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--count", type=Path, metavar="FOLDER", help="count the table anew")
    words.add_argument("--output", type=Path, default=table.HERE, help="where results go")
    asked = words.parse_args()
    counted = table.read() if asked.count is None else counting.count(asked.count)
    if asked.count is not None or asked.output != table.HERE:
        asked.output.mkdir(parents=True, exist_ok=True)
        table.write(counted, asked.output)
    stated = stances.load()
    given = {wars: arrays(counted, stated, keeps(wars)) for wars in WARS}
    compiled = Compiled(given["all"], len(stated.era))
    print(f"compiled in {compiled.seconds:.0f} s")
    fits: dict[Wars, Fit] = {}
    for wars in WARS:
        fits[wars] = compiled.sample(given[wars], stated, asked.seed, USUAL)
        print(f"{wars}: {fits[wars].seconds:.0f} s, {judged(fits[wars])}")
    if not all(one.diagnostics["passed"] for one in fits.values()):
        print("the gate stays shut; nothing was written", file=sys.stderr)
        return 1
    document: dict[str, Any] = {
        "schema_version": draws.SCHEMA_VERSION,
        "created_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "random_seed": asked.seed,
        "table_sha256": table.digest(asked.output),
        "stances_sha256": draws.digest_of(stances.HERE / "stances.toml"),
        "draws_sha256": {
            wars: draws.write(one.draws, wars, stated, asked.output) for wars, one in fits.items()
        },
        "seconds": {
            "compile": round(compiled.seconds, 1),
            **{wars: round(one.seconds, 1) for wars, one in fits.items()},
            **{f"{wars}_cpu": round(one.cpu_seconds, 1) for wars, one in fits.items()},
        },
        "diagnostics": {wars: one.diagnostics for wars, one in fits.items()},
        "results": results({wars: one.draws for wars, one in fits.items()}, counted, stated),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (asked.output / draws.SUMMARY).write_text(text, encoding="utf-8")
    return 0


def judged(fit: Fit) -> str:
    found = fit.diagnostics
    shut = "; ".join(gate.failures(found)) or "passed"
    return (
        f"R-hat {found['rhat_max']:.4f}, ESS {found['ess_bulk_min']:.0f} bulk and "
        f"{found['ess_tail_min']:.0f} tail, {found['divergences']} divergences: {shut}"
    )


if __name__ == "__main__":
    sys.exit(main())
