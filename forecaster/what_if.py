"""Conditional forecasts: the headline had something been done to the future, from saved draws.

The simulator is that of the forecast, along the same paths of chance, so that a shift of nothing
gives the published numbers and every difference is of one draw with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from forecaster import opened
from forecaster.belief import SCENARIOS, Forecast
from forecaster.model import future, imagined
from forecaster.model.basis import Array
from forecaster.model.future import Outlook
from forecaster.model.grid import month_index
from forecaster.model.moment import Drawn
from forecaster.opened import Side, Untold
from forecaster.posterior import reweighed, summary
from forecaster.wiring import Desk
from priors import what_if as files
from priors.what_if import WhatIf

NAME = "what-if"
# Draws saved before the state was saved beside them come back to eight places.
SAME = 1e-6
HEADLINE_YEARS = 10


def analysis(desk: Desk, forecast: Forecast) -> dict[str, Any]:
    """Every future that ships.

    Raises
    ------
    Untold
        If the draws of the forecast cannot be opened, or do not give its numbers again.
    """
    return document(desk, forecast, desk.priors.what_ifs)


def document(desk: Desk, forecast: Forecast, what_ifs: Sequence[WhatIf]) -> dict[str, Any]:
    """The forecast under each of these futures, and how far that is from the forecast itself.

    Raises
    ------
    Untold
        If the draws of the forecast cannot be opened, or do not give its numbers again.
    """
    side = opened.side(desk, forecast)
    return conditional(desk, side, opened.drawn(desk, side), what_ifs)


def conditional(desk: Desk, side: Side, drawn: Drawn, what_ifs: Sequence[WhatIf]) -> dict[str, Any]:
    """The same from draws that are open.

    Raises
    ------
    Untold
        If they do not give the published numbers again.
    """
    forecast, given, last = side.document, drawn.reopened, side.moment.n_months - 1
    months = [month_index(date.fromisoformat(one["date"])) - last for one in forecast["horizons"]]
    asked = [imagined.intervention(one, given, desk.priors, months[-1]) for one in what_ifs]
    with threadpool_limits(1, "blas"):
        plain, *others = future.simulate_each(
            *(given.state, given.constants, [None, *asked]),
            months=months,
            in_force=forecast["in_force"],
            seed=forecast["random_seed"],
            threads=desk.settings.cores,
        )
    headline = months.index(12 * HEADLINE_YEARS)
    off = plain.alliance_by[headline] - drawn.value
    if not np.abs(off).max() <= SAME:
        raise Untold(
            f"the draws of {side.name} give another headline than was published, by up to "
            f"{100 * np.abs(off).max():.2g} points a draw"
        )
    return {
        "quantity": "alliance_by",
        "as_of": forecast["as_of"],
        "date": forecast["headline"]["date"],
        "interval": reweighed.PROBABILITY,
        "headline": dict(forecast["headline"]),
        "again": {
            "headline": float(abs(off.mean())),
            "draws": float(np.abs(off).max()),
        },
        "what_ifs_hash": files.digest(what_ifs),
        "what_ifs": [
            _row(one, forecast, plain, found, drawn.chains)
            for one, found in zip(what_ifs, others, strict=True)
        ],
    }


def _row(
    one: WhatIf, forecast: Forecast, plain: Outlook, found: Outlook, chains: int
) -> dict[str, Any]:
    """One future: what is done, and what comes of it at each date."""
    horizons = [
        {
            "date": horizon["date"],
            "years": horizon["years"],
            "scenarios": {
                name: summary.with_error(_chains(found.scenarios[k][:, place], chains))
                for place, name in enumerate(SCENARIOS)
            },
            **_against(plain.alliance_by[k], found.alliance_by[k], chains),
        }
        for k, horizon in enumerate(forecast["horizons"])
    ]
    ten = next(row for row in horizons if row["years"] == HEADLINE_YEARS)
    return {
        **one.model_dump(mode="json", exclude_defaults=True),
        "group": one.group,
        "headline": ten["alliance_by"],
        "difference": ten["difference"],
        "horizons": horizons,
    }


def _against(plain: Array, found: Array, chains: int) -> dict[str, Any]:
    """A probability, and how far each draw is from itself without the intervention."""
    points = 100.0 * (found - plain)
    return {
        "alliance_by": summary.with_error(_chains(found, chains)),
        "difference": {
            **summary.with_error(_chains(points, chains)),
            "p_above": float((points > 0).mean()),
            "p_below": float((points < 0).mean()),
        },
    }


def _chains(draws: Array, chains: int) -> Array:
    """Draws one after another as (chain, draw)."""
    return draws.reshape(chains, -1)
