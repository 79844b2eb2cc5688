"""The forecast as a document, from a posterior and from what it was made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from forecaster import sources
from forecaster.belief import QUESTION, Diagnostics, Forecast, Numbers
from forecaster.documents import moment
from forecaster.knowing import MODEL_VERSION
from forecaster.model.situation import Situation
from forecaster.posterior import summary, words
from forecaster.posterior.reweighed import PROBABILITY
from forecaster.posterior.schema import SCHEMA_VERSION
from forecaster.store import visits
from forecaster.store.readings import StoredReading
from forecaster.wiring import Desk
from indicators.catalogue import digest

if TYPE_CHECKING:
    import xarray as xr

HEADLINE_FROM = ("b_A", "b_T", "b_al")


@dataclass(frozen=True)
class Given:
    """What a fit starts from.

    Attributes
    ----------
    said : str
        Hash of the readings and the resolutions.
    at : datetime
        When all this was known.
    hindcast : bool
        Whether that moment was chosen; then the result never stands.
    """

    known: list[StoredReading]
    situation: Situation
    said: str
    seed: int
    at: datetime
    hindcast: bool


def document(
    desk: Desk, tree: xr.DataTree, given: Given, created: datetime, diagnostics: Diagnostics
) -> Forecast:
    """The forecast as it is published; what it is kept as is for the caller to say."""
    shown = tree["shown"].to_dataset()
    rows = summary.horizons(shown, given.situation.as_of)
    titles, under = desk.priors.titles, _under(desk)
    numbers: Numbers = {
        "headline": summary.headline(rows),
        "horizons": rows,
        "hazards": summary.hazards(shown),
        "constraints": summary.constraints(tree, titles, under),
        "factors": summary.factors(shown),
        "parameters": summary.parameters(tree),
    }
    return stated(desk, numbers, given, created, diagnostics)


def stated(
    desk: Desk, numbers: Numbers, given: Given, created: datetime, diagnostics: Diagnostics
) -> Forecast:
    """The same from numbers that were worked out already."""
    fetched = sources.Fetched.of(visits.results(desk.engine, given.at))
    last_periods = _last_periods(given.known)
    watching = sources.summary(sources.read_watches(), last_periods, given.at, fetched)
    watched = [
        name
        for name, one in desk.catalogue.items()
        if one.role == "evidence" and one.retired is None
    ]
    behind = {*watching["late"], *watching["failed"]}
    parameters = numbers["parameters"]
    contraction = max(0.0, sum(parameters[name]["contraction"] for name in HEADLINE_FROM) / 3.0)
    return {
        "question": QUESTION,
        "forecast_id": f"{created:%Y%m%dT%H%M%SZ}-{_short(given.said, given.seed, created)}",
        "status": "published",
        "as_of": moment(given.at),
        "created_at": moment(created),
        "data_through": max(one.period_end for one in given.known).isoformat(),
        "n_readings": len(given.known),
        "in_force": given.situation.in_force,
        "data_hash": given.said,
        "priors_hash": desk.priors.digest,
        "catalogue_hash": digest(desk.catalogue),
        "model_version": MODEL_VERSION,
        "random_seed": given.seed,
        "interval": PROBABILITY,
        "headline": numbers["headline"],
        "horizons": numbers["horizons"],
        "hazards": numbers["hazards"],
        "constraints": numbers["constraints"],
        "factors": numbers["factors"],
        "parameters": parameters,
        "words": words.words(
            numbers["headline"]["mean"],
            current=sum(name not in behind for name in watched),
            expected=len(watched),
            contraction=contraction,
        ),
        "definition": desk.priors.question.definition,
        "diagnostics": diagnostics,
        "sources": watching,
    }


def attributes(found: Forecast) -> dict[str, Any]:
    """What the posterior file of a forecast says of itself."""
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": found["as_of"],
        "data_hash": found["data_hash"],
        "priors_hash": found["priors_hash"],
        "model_version": found["model_version"],
        "random_seed": found["random_seed"],
    }


def _under(desk: Desk) -> dict[str, list[str]]:
    """The indicators under each family and each sub-constraint."""
    under: dict[str, list[str]] = {}
    for name, one in desk.catalogue.items():
        if one.role == "evidence" and one.informs.factor in {f.id for f in desk.priors.families}:
            under.setdefault(one.informs.factor, []).append(name)
            if one.informs.sub_constraint:
                key = f"{one.informs.factor}/{one.informs.sub_constraint}"
                under.setdefault(key, []).append(name)
    return under


def _last_periods(known: list[StoredReading]) -> dict[str, date]:
    last: dict[str, date] = {}
    for one in known:
        last[one.indicator] = max(last.get(one.indicator, one.period_end), one.period_end)
    return last


def _short(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
