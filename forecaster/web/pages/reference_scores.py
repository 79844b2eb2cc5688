"""Other pairs, out of sample: skill split by split as tables, calibration as charts."""

from __future__ import annotations

from typing import Any

from forecaster.posterior import phrases_reference as say
from forecaster.posterior import words
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table

Row = dict[str, Any]


def shown(found: Row | None) -> Row | None:
    """What the page says and tabulates; None where nothing was scored yet."""
    if found is None:
        return None
    return {
        "tally": say.tally(found),
        "method": say.method(found),
        "calibration": say.CALIBRATION,
        "schemes": [
            {
                "name": name_of(one),
                "title": one["scheme"].capitalize(),
                "said": say.split(one),
                "came": say.calibration(one),
                "rows": [
                    {
                        "title": title.capitalize(),
                        "cells": [_cell(one[which][score]) for score in say.SCORES],
                    }
                    for which, title in say.COMPARISONS.items()
                ],
            }
            for one in found["schemes"]
        ],
    }


def _cell(one: Row) -> Row:
    return {
        "value": words.number(one["value"], 3),
        "span": words.span(one["lower"], one["upper"], 3),
        "finding": one["finding"],
    }


def name_of(scheme: Row) -> str:
    """The name of a scheme's figure in an address: ``eras_left_out``."""
    return str(scheme["scheme"]).replace(" ", "_")


def figures(found: Row | None) -> dict[str, Figure]:
    """The calibration of each scheme, by name."""
    return {name_of(one): calibration(one) for one in ([] if found is None else found["schemes"])}


def calibration(scheme: Row) -> Figure:
    """Pledges expected and made in each bin of stated probability, by both models."""
    bins = {model: scheme[model]["calibration"] for model in say.MODELS}
    many = {model: say.outside(rows) for model, rows in bins.items()}
    first, second = say.MODELS
    return Figure(
        title=f"Outside the band: {first} in {many[first] or 'none'} of {len(bins[first])} "
        f"bins, {second} in {many[second] or 'none'}",
        note="Dot: pledges that came, in their 90 % band. Upright line: expected. "
        "Beside: pledges, of pair-years in the bin.",
        alt=f"Calibration, {scheme['scheme']}: {say.calibration(scheme)}",
        drawing=drawings.calibration(
            [
                {"title": model.capitalize(), "rows": [_drawn(one) for one in rows]}
                for model, rows in bins.items()
            ]
        ),
        table=Table(
            columns=[
                Column("model", "Model", number=False),
                Column("low", "From", _share),
                Column("high", "To", _share),
                Column("pair_years", "Pair-years", "{:,}".format),
                Column("expected", "Expected", lambda value: words.number(value, 1)),
                Column("pledges", "Came"),
                Column("lower", "5 %", "{:.0f}".format),
                Column("upper", "95 %", "{:.0f}".format),
                Column("finding", "Finding", number=False),
            ],
            rows=[
                [
                    model,
                    *(one[key] for key in ("low", "high", "pair_years", "expected", "pledges")),
                    *_band(one),
                    one["finding"],
                ]
                for model, rows in bins.items()
                for one in rows
            ],
        ),
    )


def _share(bound: float) -> str:
    return f"{100 * bound:g} %"


def _band(one: Row) -> tuple[float | None, float | None]:
    """Its ends; none where no pledge came, for then no treaty could be drawn."""
    return (one["lower"], one["upper"]) if one["pledges"] else (None, None)


def _drawn(one: Row) -> Row:
    lower, upper = _band(one)
    return {
        "label": say.bounds(one),
        "came": one["pledges"],
        "expected": one["expected"],
        "lower": lower,
        "upper": upper,
        "text": f"{one['pledges']} of {one['pair_years']:,}",
    }
