"""What is kept beside the draws: base rates by era and the pair's ten years, under every stance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from priors.reference import rates, transfer
from priors.reference.draws import Draws
from priors.reference.rates import Span
from priors.reference.stances import ERAS, REVERSION, Stances, Wars
from priors.reference.table import Table

Result = dict[str, Any]
DECIMALS = 5


def results(by_wars: Mapping[Wars, Draws], table: Table, stances: Stances) -> Result:
    """The document that ``fit.json`` keeps under ``results``."""
    return {
        "base_rates": [
            row for wars, draws in by_wars.items() for row in _base_rates(draws, stances, wars)
        ],
        "counts": [_counted(table, stances, place) for place in range(len(stances.era))],
        "ten_years": [
            row for wars, draws in by_wars.items() for row in _ten(draws, table, stances, wars)
        ],
        "contrast": _span(rates.contrast(by_wars["all"], stances, "now")),
        "other_rates": _others(by_wars["all"], stances),
        "sets": {
            name: {
                parameter: entry._asdict()
                for parameter, entry in transfer.entries(by_wars[wars], stances, eras).items()
            }
            for name, (wars, eras) in transfer.SETS.items()
        },
    }


def _base_rates(draws: Draws, stances: Stances, wars: Wars) -> list[Result]:
    """Yearly rates of a new pledge: two major powers like the pair, by era and common rival."""
    found = []
    for rival in (0, 1):
        cell = rates.kind(stances, rival=rival, asymmetry=stances.pair.asymmetry_origin)
        for era, one in zip(stances.era, rates.by_era(draws, stances, "pledge", cell), strict=True):
            found.append({"wars": wars, "era": era.id, "rival": rival, **_rounded(one)})
    return found


def _counted(table: Table, stances: Stances, place: int) -> Result:
    """What was counted in an era: pairs of powers, and pairs of major powers, without a pledge."""
    era = stances.era[place]
    cells = {one.cell for one in table.exposure if era.first <= one.cell.year <= era.last}
    majors = {cell for cell in cells if cell.majors}
    formed = [members for members in table.events("pledge").values() if members[0].cell in cells]
    pairs = [one for members in formed for one in members]
    return {
        "era": era.id,
        "title": era.title,
        "first": era.first,
        "last": era.last,
        "pair_years": table.pair_years("pledge", cells),
        "formations": len(formed),
        "pairs": len(pairs),
        "major_pair_years": table.pair_years("pledge", majors),
        "major_pairs": sum(one.cell.majors for one in pairs),
    }


def _ten(draws: Draws, table: Table, stances: Stances, wars: Wars) -> list[Result]:
    turning = rates.turns(table, len(draws))
    return [
        {
            "wars": wars,
            "eras": eras,
            "reversion": reversion,
            **_span(rates.pledge_within(draws, stances, turning, eras, reversion)),
        }
        for eras in ERAS
        for reversion in REVERSION
    ]


def _others(draws: Draws, stances: Stances) -> Result:
    """Yearly rates of the other changes now, for two major powers that are like the pair."""
    last = len(stances.era) - 1
    plain = rates.kind(stances, rival=1, asymmetry=stances.pair.asymmetry_now)
    allied = rates.replaced(plain, state=2)
    rivals = rates.replaced(plain, own_rivalry=1, state=0)
    return {
        "rivalry": _rounded(rates.by_era(draws, stances, "rivalry", plain)[last]),
        "pledge_end": _rounded(rates.by_era(draws, stances, "pledge_end", allied)[last]),
        "rivalry_end": _rounded(rates.by_era(draws, stances, "rivalry_end", rivals)[last]),
    }


def _span(draws: Any) -> Result:
    return _rounded(rates.span(draws))


def _rounded(one: Span) -> Result:
    return {
        "mean": round(one.mean, DECIMALS),
        "lower": round(one.lower, DECIMALS),
        "upper": round(one.upper, DECIMALS),
    }
