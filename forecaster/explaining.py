"""Why the forecast moved, worked out from saved draws; ``explained`` reads what was worked out.

Draws of either forecast will do. Those of the earlier one come first: what is known widely is
narrowed by weighing better than what is known narrowly is widened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from threadpoolctl import threadpool_limits

from forecaster import explained, weighing, worked_out
from forecaster.belief import Explanation, Forecast
from forecaster.model import news
from forecaster.model.moment import Drawn
from forecaster.model.news import Split
from forecaster.opened import Side, Untold, drawn, side
from forecaster.posterior import explanations
from forecaster.posterior.explanations import Ends, Known, Weighed
from forecaster.store import forecasts
from forecaster.wiring import Desk

if TYPE_CHECKING:
    import xarray as xr

Rest = Literal["priors", "model", "noise"]


def explain(desk: Desk, since: str | None = None, to: str | None = None) -> Explanation:
    """Why a forecast, the standing one if none is named, differs from one published earlier.

    What was stored is taken; else it is worked out, and kept if any draws could be weighed.

    Raises
    ------
    NothingKnown
        If there is no forecast, or none before.
    UnknownName
        If there is no such forecast.
    WrongValue
        If the two cannot be compared.
    """
    ends = explained.ends(desk, since, to=to)
    found = explained.stored(desk, ends)
    if found is None:
        found = _worked_out(desk, ends)
    return found


def _worked_out(desk: Desk, ends: explained.Pair) -> Explanation:
    """Work it out and keep it; that this was done is noted, so that pages look again."""
    names = {"from": ends.start["forecast_id"], "to": ends.end["forecast_id"]}
    with worked_out.noted(desk, "explain", names) as note:
        found = between(desk, ends.start, ends.end)
        if found["draws_of"] is not None:
            explained.keep(desk, found)
        note.message = found["summary"]
    return found


def of_step(desk: Desk, document: Forecast, tree: xr.DataTree) -> Explanation | None:
    """Why a forecast that is about to be published differs from the one published last.

    None if it is the first. A split that fails must not cost the forecast: it says so instead.
    """
    before = forecasts.history(desk.engine, kinds=("published",))
    start = forecasts.get(desk.engine, before[-1].forecast_id) if before else None
    if start is None:
        return None
    try:
        return between(desk, start, document, tree)
    except (ArithmeticError, LookupError, ValueError) as error:
        why = f"the split broke off: {type(error).__name__}: {error}"
        return _document(start, document, None, [why], explained.titles(desk))


def of_split(
    desk: Desk, start: Forecast, document: Forecast, split: Split, ess: float
) -> Explanation:
    """Why a forecast made of weighed draws differs from the one whose draws they are."""
    best = split, Weighed("from", split.k_hat, ess)
    return _document(start, document, best, [], explained.titles(desk))


def between(
    desk: Desk, start: Forecast, end: Forecast, tree: xr.DataTree | None = None
) -> Explanation:
    """Parts of the change from one forecast to another; ``tree`` is the posterior of the later."""
    sides = side(desk, start), side(desk, end, tree)
    missing = [
        f"the readings stored now are not those that {one.name} was made from: their hash differs"
        for one in sides
        if not one.faithful
    ]
    best: tuple[Split, Weighed] | None = None
    for forward, one in zip((True, False), sides, strict=True):
        try:
            # One thread: products are small, and their sums do not depend on the number of cores.
            with threadpool_limits(1, "blas"):
                found = _split(desk, sides, drawn(desk, one), forward=forward)
        except Untold as why:
            missing.append(str(why))
            continue
        if best is None or found[1].k_hat < best[1].k_hat:
            best = found
        if found[1].k_hat < explanations.K_HAT_LIMIT:
            break
    return _document(start, end, best, missing, explained.titles(desk))


def _split(
    desk: Desk, sides: tuple[Side, Side], drawn: Drawn, *, forward: bool
) -> tuple[Split, Weighed]:
    start, end = sides
    found = news.split(
        start.moment,
        end.moment,
        drawn,
        desk.catalogue,
        desk.priors,
        forward=forward,
        seed=end.document["random_seed"],
    )
    kept = weighing.effective((start if forward else end).document, drawn, found.share_kept)
    return found, Weighed("from" if forward else "to", found.k_hat, kept)


def _document(
    start: Forecast,
    end: Forecast,
    best: tuple[Split, Weighed] | None,
    missing: list[str],
    titles: dict[str, str],
) -> Explanation:
    before, after = start["headline"], end["headline"]
    ends = Ends(start["forecast_id"], end["forecast_id"], before["mean"], after["mean"])
    parts: list[Known] = []
    weighed, errors = None, [_error(before), _error(after)]
    if best is not None:
        split, weighed = best
        parts = list(_parts(split))
        # The draws that were weighed gave one of the two headlines: its error is in both.
        errors = [split.sd, errors[1] if weighed.draws_of == "from" else errors[0]]
    noise = sum(one**2 for one in errors) ** 0.5
    rest = _rest(start, end)
    if rest != "noise":
        missing = [*missing, *_beside(start, end, rest)]
    return explanations.document(
        ends, parts, noise, weighed, rest=rest, missing=missing, titles=titles
    )


def _parts(split: Split) -> Iterator[Known]:
    """As the document names them: a resolution is a reading of what is in force."""
    for part in split.parts:
        kind = "reading" if part.kind == "resolution" else part.kind
        yield Known(kind, part.indicator, part.log_odds, part.sd)


def _error(headline: Mapping[str, object]) -> float:
    """Monte Carlo error of a headline, in log-odds."""
    mean, mcse = float(str(headline["mean"])), float(str(headline.get("mcse", 0.0)))
    return mcse / (mean * (1.0 - mean))


def _rest(start: Forecast, end: Forecast) -> Rest:
    """What the readings leave of a change."""
    if start["model_version"] != end["model_version"]:
        return "model"
    if start.get("catalogue_hash") != end.get("catalogue_hash"):
        return "model"
    return "noise" if start["priors_hash"] == end["priors_hash"] else "priors"


def _beside(start: Forecast, end: Forecast, rest: Rest) -> Iterator[str]:
    """What cannot be told apart from the part that is left."""
    if rest == "model" and start["model_version"] == end["model_version"]:
        yield "the model's part is of other files of indicators; its code is the same"
    if rest == "model" and start["priors_hash"] != end["priors_hash"]:
        yield "the priors changed as well; their part is within the model's"
    owner = "priors'" if rest == "priors" else "model's"
    yield f"Monte Carlo noise is within the {owner} part"
