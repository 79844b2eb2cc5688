"""Fits of other prior sets: made, kept beside their forecast, and renewed from time to time.

Sets that change how the model moves cannot be reached by weighing draws. A fit takes minutes, so
that one is made for a forecast when somebody asks, or when the last is old (``due``); until then
``latest`` gives the last one, with the moment of the readings that it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from forecaster import fitting, kept_files, opened, worked_out
from forecaster.belief import Forecast
from forecaster.errors import FitRejected, UnknownName
from forecaster.knowing import MODEL_VERSION
from forecaster.model.infer import infer
from forecaster.opened import Side
from forecaster.posterior import gate, summary
from forecaster.wiring import Desk
from priors import Priors, load, set_names

RENEWED = timedelta(days=28)  # by then a month of readings has come
Document = dict[str, Any]


def kept_as(name: str) -> str:
    """The name under which a fit of another set is kept beside a forecast."""
    return f"prior-set-{name}"


def latest(desk: Desk, forecast: Forecast, other: Priors) -> Document | None:
    """The newest fit of a set that this forecast or an earlier one has; None if there is none.

    One of other numbers than the set has now, or of another model, counts for nothing.
    """
    found = [
        one
        for one in kept_files.analyses(desk.settings.home, kept_as(other.set_name))
        if (one.get("priors_hash"), one.get("model_version")) == (other.digest, MODEL_VERSION)
        and one["as_of"] <= forecast["as_of"]
    ]
    return max(found, key=lambda one: str(one["as_of"]), default=None)


def due(rows: Sequence[Document], forecast: Forecast) -> str | None:
    """The set to be fitted next, of those of a prior share; None if all are young enough.

    They take turns by day, so that one whose fits are refused keeps none of the others waiting.
    """
    at = datetime.fromisoformat(forecast["as_of"])
    old = [
        str(one["name"])
        for one in rows
        if one["how"] == "needs a fit"
        or (one["how"] == "fitted before" and at - datetime.fromisoformat(one["as_of"]) > RENEWED)
    ]
    return old[at.toordinal() % len(old)] if old else None


def fit_set(
    desk: Desk,
    forecast: Forecast,
    name: str,
    tell: Callable[[str], None] | None = None,
    *,
    seed: int | None = None,
) -> Document:
    """Fit another prior set to what a forecast knew, and keep its headline beside the forecast.

    ``seed`` is that of the forecast unless stated.

    Raises
    ------
    UnknownName
        If there is no such set.
    FitRejected
        If the fit did not pass the gate; nothing was kept.
    """
    if name not in set_names():
        raise UnknownName("prior set", name, set_names(), see="forecaster prior-share")
    side: Side = opened.side(desk, forecast)
    seed = forecast["random_seed"] if seed is None else seed
    other = load(name)
    tree = infer(
        side.moment.readings,
        desk.catalogue,
        fitting.solved(desk, other, seed, tell),
        side.moment.situation,
        seed=seed,
        effort=fitting.effort(desk),
        tell=tell,
    )
    diagnostics = gate.diagnose(tree)
    if not diagnostics["passed"]:
        raise FitRejected(f"{name} is not kept: {'; '.join(gate.failures(diagnostics))}")
    as_of = datetime.fromisoformat(forecast["as_of"]).date()
    rows = summary.horizons(tree["shown"].to_dataset(), as_of)
    headline = summary.headline(rows)
    document = {
        "set": name,
        "as_of": forecast["as_of"],
        "model_version": MODEL_VERSION,
        "priors_hash": other.digest,
        "data_hash": forecast["data_hash"],
        "headline": dict(headline),
        "points": 100.0 * (headline["mean"] - forecast["headline"]["mean"]),
        "horizons": rows,
        "diagnostics": diagnostics,
    }
    worked_out.keep(desk, kept_as(name), forecast["forecast_id"], document)
    return document
