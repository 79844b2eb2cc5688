"""Write what the standing forecast says into the README.

    python benchmarks/belief.py            fills the block "belief"
    python benchmarks/belief.py --print    shows it and changes nothing

The forecast is the one that ``forecaster show --json`` gives, so FORECASTER_HOME chooses it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import cast

from benchmarks import blocks, process
from forecaster.belief import FAMILIES, SCENARIOS, Forecast, Interval, Level, Strength
from forecaster.posterior import words

ASSUMED, DATA = "*assumed*", "data and prior"


def belief(document: Forecast) -> str:
    """The block, in Markdown."""
    return "\n\n".join(
        part(document)
        for part in (_headline, _horizons, _rates, _constraints, _assumptions, _footing)
    )


def _headline(document: Forecast) -> str:
    headline, said = document["headline"], document["words"]
    return (
        f"As known on {words.day(document['as_of'])}, from {document['n_readings']:,} readings; "
        f"the last one tells of {_through(document['data_through'])}.\n\n"
        f"**{words.headline_sentence(headline, said)}** The probability is {_percent(headline)}. "
        f"{words.confidence_sentence(said)}"
    )


def _horizons(document: Forecast) -> str:
    header = ["at the end of", "an alliance by then", *(f"`{name}` then" for name in SCENARIOS)]
    rows = [
        [
            words.day(row["date"]),
            _percent(row["alliance_by"]),
            *(_percent(row["scenarios"][name]) for name in SCENARIOS),
        ]
        for row in document["horizons"]
    ]
    return (
        f"{blocks.table(header, rows)}\n\n"
        f"In brackets {words.percent(document['interval'])} intervals over what is not known now. "
        "*An alliance by then* counts one that has ended again; the other columns say what is in "
        "force on that day and sum to 100 %."
    )


def _rates(document: Forecast) -> str:
    rates = ", ".join(
        f"`{name}` {words.rate(one['mean'])} ({words.rate_interval(one['lower'], one['upper'])})"
        for name, one in document["hazards"].items()
    )
    return f"In force now: `{document['in_force']}`. Rates of leaving `retreat` now: {rates}."


def _constraints(document: Forecast) -> str:
    found = document["constraints"]
    rows = [["all four, mean", "", *_strength(found["strength"])]]
    rows += [
        [words.title(name), _level(found["levels"][name]), *_strength(found["families"][name])]
        for name in FAMILIES
    ]
    silent = [name for name, level in found["sub_constraints"].items() if level is None]
    named = ", ".join(f"`{name}`" for name in silent)
    none = f" Parts that no indicator speaks for: {named}." if silent else ""
    header = ["constraint", "level now", "strength", "P(it holds back)", "rests on"]
    return (
        f"How strongly the constraints hold:\n\n{blocks.table(header, rows)}\n\n"
        "The level was 1 in July 2001 and would be 0 if the constraint were lifted. The strength "
        "is what one unit of level takes off the alignment of Russia and China, in standard "
        "deviations; below zero it would push instead of holding back." + none
    )


def _assumptions(document: Forecast) -> str:
    stated = document["parameters"]
    assumed = [f"`{name}`" for name, one in stated.items() if one["assumed"]]
    return (
        f"*Assumed* means that the readings took less than a tenth off the spread "
        f"that was put in. That holds for {len(assumed)} of the {len(stated)} parameters behind "
        f"the forecast: {', '.join(assumed) or 'none'}."
    )


def _footing(document: Forecast) -> str:
    gate = document["diagnostics"]
    smallest = min(gate["ess_bulk_min"], gate["ess_tail_min"])
    return (
        f"{document['definition']}\n\n"
        f"Forecast `{document['forecast_id']}`, seed {document['random_seed']}, "
        f"{gate['n_draws']:,} draws, R-hat at most {gate['rhat_max']:.3f}, at least "
        f"{smallest:,.0f} effective draws, {gate['divergences']} divergences."
    )


def _percent(one: Interval) -> str:
    return f"{words.percent(one['mean'])} ({words.interval(one['lower'], one['upper'])})"


def _level(one: Level) -> str:
    return f"{words.number(one['mean'])} ({words.span(one['lower'], one['upper'])})"


def _strength(one: Strength) -> list[str]:
    return [
        f"{words.number(one['mean'])} ({words.span(one['lower'], one['upper'])})",
        words.percent(one["p_positive"]),
        ASSUMED if one["assumed"] else DATA,
    ]


def _through(day: str) -> str:
    return words.day(day) if len(day) == len("2026-10-31") else day


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the standing forecast into the README.")
    parser.add_argument("--print", action="store_true", help="show it, change nothing")
    chosen = parser.parse_args()
    shown = subprocess.run(
        [*process.command(), "show", "--json"],
        cwd=process.ROOT,
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if shown.returncode:
        sys.exit(shown.returncode)
    content = belief(cast("Forecast", json.loads(shown.stdout)))
    if chosen.print:
        print(content)
    else:
        blocks.write("belief", content)


if __name__ == "__main__":
    main()
