"""Measure what the README promises, and write it there.

    python benchmarks/run.py                 all but `bare`; about an hour
    python benchmarks/run.py --bare          that too: `make run` from a fresh clone
    python benchmarks/run.py --only update   one part; the other figures stay as they were
    python benchmarks/run.py --quick         a trial of some minutes; nothing is written

Figures go to ``benchmarks/results.json`` and into the README's block "measured". It ends with
code 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import blocks, parts, process, promises
from forecaster.commands import speak

RESULTS = Path(__file__).with_name("results.json")
QUICK_LIMIT, QUICK_ROWS, QUICK_SEEDS, QUICK_WORLDS = 60.0, 10_000, 2, 4


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Measure what the README promises.")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few seeds, short limits; FORECASTER_* settings count; nothing is written",
    )
    parser.add_argument("--seeds", type=int, help="updates are run at seeds 1 to N (default 10)")
    parser.add_argument("--only", choices=list(parts.PARTS), help="one part")
    parser.add_argument(
        "--limit", type=float, help="seconds that the textbook version gets (default 1200)"
    )
    parser.add_argument("--bare", action="store_true", help="also `make run` from a fresh clone")
    chosen = parser.parse_args(words)
    if chosen.seeds is not None and chosen.seeds < 1:
        parser.error("--seeds: expected 1 or more")
    return chosen


def names(chosen: argparse.Namespace) -> list[str]:
    """The parts to run."""
    if chosen.only:
        return [chosen.only]
    return [name for name in parts.PARTS if name != "bare" or chosen.bare]


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the parts; one that fails is told and left out."""
    quick, figures = chosen.quick, {}
    with tempfile.TemporaryDirectory() as folder:
        bench = parts.Bench(
            home=Path(folder),
            seeds=chosen.seeds or (QUICK_SEEDS if quick else 10),
            limit=chosen.limit or (QUICK_LIMIT if quick else 1200.0),
            rows=QUICK_ROWS if quick else 100_000,
            worlds=QUICK_WORLDS if quick else 80,
            draft=quick,
        )
        for name in names(chosen):
            print(f"{name} ...", file=sys.stderr, flush=True)
            try:
                found = parts.PARTS[name](bench)
            except parts.Failed as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            figures[name] = {"date": datetime.now(UTC).date().isoformat(), **found}
    return figures


def merged(before: dict[str, Any] | None, figures: dict[str, Any]) -> dict[str, Any]:
    """New figures over the old ones of the same machine."""
    machine = process.machine()
    same = before is not None and before["machine"] == machine
    old = before["figures"] if before is not None and same else {}
    today = datetime.now(UTC).date().isoformat()
    return {"date": today, "machine": machine, "figures": old | figures}


def main() -> int:
    chosen = arguments()
    figures = measure(chosen)
    rows = promises.rows(figures)
    body = [[one.what, one.promised, one.measured, promises.SAID[one.kept]] for one in rows]
    speak.table(["what", "promised", "measured", "kept"], body)
    if figures and not chosen.quick:
        before = json.loads(RESULTS.read_text()) if RESULTS.exists() else None
        results = merged(before, figures)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        blocks.write("measured", promises.measured(results))
    broken = any(one.kept is False for one in rows)
    return int(broken or len(figures) < len(names(chosen)))


if __name__ == "__main__":
    sys.exit(main())
