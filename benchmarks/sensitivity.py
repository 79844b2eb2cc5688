"""The headline under every prior set and other half-lives, from the same readings.

    python -m benchmarks.sensitivity            writes docs/sensitivity.md

What no reading decides is shown, not chosen in silence. FORECASTER_HOME holds the readings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import xarray as xr

from benchmarks import blocks
from forecaster import settings
from forecaster.model import elicit
from forecaster.model.fit import Effort
from forecaster.model.infer import infer
from forecaster.model.situation import Situation
from forecaster.posterior import gate, summary, words
from forecaster.store import readings
from forecaster.store.readings import StoredReading
from forecaster.wiring import Desk, open_desk
from priors import Priors, load
from priors.load import set_names

PAGE = Path(__file__).parents[1] / "docs" / "sensitivity.md"
EFFORT = Effort(draws=1000, tune=500)
HALF_LIVES = (5.0, 20.0, 40.0)
SEED = 1
COLUMNS = ["priors", "alliance by then", "`balancing` then", "rate now", "gate"]


def known(desk: Desk, at: datetime) -> list[StoredReading]:
    """Evidence as known at a time."""
    kept = {name for name, one in desk.catalogue.items() if one.role == "evidence"}
    return [one for one in readings.as_known(desk.engine, at) if one.indicator in kept]


def variants(desk: Desk) -> Iterator[tuple[str, Priors]]:
    """What is compared, by name: the sets, then other half-lives of the reference set."""
    for name in set_names():
        chosen = load(name)
        if chosen.elicitation is not None:
            day = chosen.elicitation.date
            then = known(desk, datetime(day.year, day.month, day.day, tzinfo=UTC))
            chosen = elicit.solve(then, desk.catalogue, chosen, seed=SEED)
        yield f"set `{name}`", chosen
    base = load()
    for years in HALF_LIVES:
        other = base.parameters["half_life"].model_copy(update={"value": years})
        changed = base.replace({"half_life": other})
        yield f"set `reference`, factors with a half-life of {years:g} years", changed


def row(name: str, tree: xr.DataTree, now: datetime) -> list[str]:
    """One line of the table."""
    shown = tree["shown"].to_dataset()
    rows = summary.horizons(shown, now.date())
    ten, hazards = rows[4], summary.hazards(shown)["alliance"]
    failures = gate.failures(gate.diagnose(tree))
    rate = f"{100 * hazards['mean']:.1f} % ({100 * hazards['lower']:.1f} to "
    return [
        name,
        _percent(
            ten["alliance_by"]["mean"], ten["alliance_by"]["lower"], ten["alliance_by"]["upper"]
        ),
        _percent(*(ten["scenarios"]["balancing"][key] for key in ("mean", "lower", "upper"))),
        f"{rate}{100 * hazards['upper']:.1f})",
        "passed" if not failures else "; ".join(failures),
    ]


def _percent(mean: float, lower: float, upper: float) -> str:
    return f"{100 * mean:.0f} % ({100 * lower:.0f} to {100 * upper:.0f})"


def main() -> None:
    desk, now = open_desk(settings.load()), datetime.now(UTC)
    body, given = [], known(desk, now)
    for name, chosen in variants(desk):
        print(name, file=sys.stderr, flush=True)
        tree = infer(given, desk.catalogue, chosen, Situation(now.date()), seed=SEED, effort=EFFORT)
        body.append(row(name, tree, now))
    PAGE.write_text(
        f"""# What the priors decide

As known on {words.day(now.date())}, {EFFORT.chains} x {EFFORT.draws:,} draws, seed {SEED}; ten
years ahead; in brackets 90 % intervals. Made by `python -m benchmarks.sensitivity`.

{blocks.table(COLUMNS, body)}

The set `reference` with a half-life of 10 years is what is published. Where lines lie far apart the
priors speak and not the readings. A walk without any return is not shown: the unit of a factor is
its spread since 1992, which such a walk does not have.
"""
    )


if __name__ == "__main__":
    main()
