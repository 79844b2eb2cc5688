"""What other pairs of powers did, what that says about this one, and what the readings changed.

The same document for command, page and API. It reads what was saved; nothing is fitted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from forecaster import standing, worked_out
from forecaster.belief import Forecast
from forecaster.documents import posterior_place
from forecaster.errors import DamagedFile, ForecasterError, NothingKnown
from forecaster.posterior import phrases_reference, restated
from forecaster.wiring import Desk
from priors import load as load_priors
from priors.reference import draws, scoring, stances, table, transfer
from priors.reference.draws import DamagedReference

Document = dict[str, Any]
HORIZON_YEARS = 10
DEFINITION = (
    "A pledge to fight for each other (defence or offence in the sense of ATOP), by the pair alone "
    "or with others. Major powers are those of the Correlates of War list; a common rival is a "
    "third major power that the scholars' list of rivalries names for both."
)


def document(desk: Desk | None, now: datetime, at: datetime | None = None) -> Document:
    """The whole document; ``standing`` is None where no forecast stands, or stood ``at`` a time.

    Raises
    ------
    DamagedFile
        If what was saved of the reference class is missing or changed.
    """
    try:
        return {**_saved(), "skill": skill(), "standing": _standing(desk, now, at)}
    except DamagedReference as error:
        raise DamagedFile(f"the reference class cannot be shown: {error}") from error


def _saved() -> Document:
    """Base rates by era and the pair's ten years under every stance, as they were saved."""
    found, stated = draws.summary(), stances.load()
    results, default = found["results"], stated.default.model_dump()
    chosen = next(
        one
        for one in results["ten_years"]
        if all(one[name] == value for name, value in default.items())
    )
    return {
        "definition": DEFINITION,
        "horizon_years": HORIZON_YEARS,
        "fitted_at": found["created_at"],
        "table_sha256": found["table_sha256"],
        "diagnostics": found["diagnostics"],
        "counts": results["counts"],
        "base_rates": results["base_rates"],
        "other_rates": results["other_rates"],
        "contrast": results["contrast"],
        "default": default,
        "stances": {
            "wars": stated.wars,
            "eras": stated.eras,
            "reversion": stated.reversion,
        },
        "pair": {name: chosen[name] for name in ("mean", "lower", "upper")},
        "ten_years": results["ten_years"],
        "prior_sets": {
            name: {"wars": wars, "eras": eras, **results["sets"][name]}
            for name, (wars, eras) in transfer.SETS.items()
        },
    }


def skill() -> Document | None:
    """What the out-of-sample comparison found, calibration and all; None if never made."""
    path = table.HERE / "skill.json"
    if not path.exists():
        return None
    found, stated = json.loads(path.read_text(encoding="utf-8")), scoring.splits()
    return {
        "splits_date": found["splits_date"],
        "detectable": stated.detectable,
        "resamples": stated.resamples,
        "fits": {
            "count": len(found["fits"]),
            "rhat_max": max(one["rhat_max"] for one in found["fits"]),
            "divergences": sum(one["divergences"] for one in found["fits"]),
        },
        "schemes": [
            {
                **scheme,
                **{
                    model: {
                        **scheme[model],
                        "calibration": [
                            {**one, "finding": calibrated(one)}
                            for one in scheme[model]["calibration"]
                        ],
                    }
                    for model in phrases_reference.MODELS
                },
            }
            for scheme in found["schemes"]
        ],
    }


def calibrated(one: Mapping[str, float]) -> str:
    """Where what was expected in a bin lies beside the band of what came.

    The band comes from drawing the treaties of the bin anew. Where none was made there is none to
    draw, and a band of 0 to 0 says nothing of what was expected.
    """
    if one["pledges"] == 0:
        return "no pledge came"
    if one["expected"] > one["upper"]:
        return "too many expected"
    return "too few expected" if one["expected"] < one["lower"] else "within the band"


def _standing(desk: Desk | None, now: datetime, at: datetime | None) -> Document | None:
    """What stands: the headline, and how far the two parameters moved from their prior."""
    if desk is None:
        return None
    try:
        forecast = worked_out.base(desk, standing.forecast(desk.settings, now, at))
    except NothingKnown:
        return None
    parameters = desk.priors.parameters
    same = forecast["priors_hash"] == desk.priors.digest
    return {
        "forecast_id": forecast["forecast_id"],
        "as_of": forecast["as_of"],
        "headline": dict(forecast["headline"]),
        "hazard": dict(forecast["hazards"]["alliance"]),
        "prior_set": desk.priors.set_name if same else None,
        "parameters": {
            name: {
                "before": {"mean": parameters[name].mean, "sd": parameters[name].sd}
                if same and desk.priors.elicitation is None
                else None,
                "after": dict(forecast["parameters"][name]),
            }
            for name in restated.SHIFTED
            if name in forecast["parameters"]
        },
        **_under(desk, forecast, same=same),
        "reversion": _reversion(desk, forecast),
    }


def _reversion(desk: Desk, forecast: Forecast) -> list[Document]:
    """The headline under each stance on mean reversion; none while the prior share is not kept."""
    found = worked_out.get(desk, "prior-share", forecast["forecast_id"])
    return [one for one in found["sets"] if one["changes"] == ["half_life"]] if found else []


def _under(desk: Desk, forecast: Forecast, *, same: bool) -> Document:
    """The headline under each stance on the base rate, or why that cannot be told."""
    if not same or desk.priors.elicitation is not None:
        why = "the forecast was made from other priors than those that are set now"
        return {"under": None, "why": why}
    try:
        path, sha256 = posterior_place(desk, forecast["forecast_id"])
        found = restated.load(desk.settings.home / path, sha256, forecast["headline"]["date"])
    except ForecasterError as error:
        return {"under": None, "why": str(error)}
    old, rows = dict(desk.priors.parameters), {}
    for name in transfer.SETS:
        one = found.under(old, dict(load_priors(name).parameters))
        if one is not None:
            rows[name] = {
                "mean": one.mean,
                "lower": one.lower,
                "upper": one.upper,
                "effective_draws": round(one.effective, 1),
                "sound": one.sound,
            }
    return {"under": rows, "why": None}
