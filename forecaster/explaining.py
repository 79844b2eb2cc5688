"""Why the forecast moved, worked out from saved draws; ``explained`` reads what was worked out.

Draws of either forecast will do. Those of the earlier one come first: what is known widely is
narrowed by weighing better than what is known narrowly is widened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import xarray as xr
from threadpoolctl import threadpool_limits

from forecaster import explained, knowing
from forecaster.belief import Explanation, Forecast
from forecaster.errors import DamagedFile, NothingKnown
from forecaster.knowing import MODEL_VERSION
from forecaster.model import design, news
from forecaster.model.layout import layout
from forecaster.model.news import Drawn, Moment, Split
from forecaster.model.observed import observations
from forecaster.model.reopen import AnotherDesign, reopen
from forecaster.posterior import explanations, files
from forecaster.posterior.explanations import Ends, Known, Weighed
from forecaster.store import forecasts, runs
from forecaster.wiring import Desk
from indicators.catalogue import digest

Rest = Literal["priors", "model", "noise"]


class Untold(Exception):
    """The draws of a forecast cannot be weighed; says why."""


@dataclass(frozen=True)
class Side:
    """One of the two forecasts, with what it knew; ``tree`` where its posterior is at hand."""

    document: Forecast
    moment: Moment
    faithful: bool
    tree: xr.DataTree | None = None

    @property
    def name(self) -> str:
        """Its id."""
        return self.document["forecast_id"]


def explain(desk: Desk, since: str | None = None) -> Explanation:
    """Why the standing forecast differs from an earlier one, the last published if none is named.

    What was stored is taken; else it is worked out, and kept if any draws could be weighed.

    Raises
    ------
    NothingKnown
        If there is no forecast, or none before.
    UnknownName
        If there is no such forecast.
    """
    ends = explained.ends(desk, since)
    found = explained.stored(desk, ends)
    if found is None:
        found = _worked_out(desk, ends)
    return found


def _worked_out(desk: Desk, ends: explained.Pair) -> Explanation:
    """Work it out and keep it; that this was done is noted, so that pages look again."""
    names = {"from": ends.start["forecast_id"], "to": ends.end["forecast_id"]}
    run_id = runs.start(desk.engine, "explain", names, desk.clock())
    status, message = "failed", "it did not come to an end"
    try:
        found = between(desk, ends.start, ends.end)
        if found["draws_of"] is not None:
            explained.keep(desk, found)
        status, message = "succeeded", found["summary"]
    finally:
        runs.finish(desk.engine, run_id, status, message, desk.clock())
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


def between(
    desk: Desk, start: Forecast, end: Forecast, tree: xr.DataTree | None = None
) -> Explanation:
    """Parts of the change from one forecast to another; ``tree`` is the posterior of the later."""
    sides = _side(desk, start, None), _side(desk, end, tree)
    missing = [
        f"the readings stored now are not those that {side.name} was made from: their hash differs"
        for side in sides
        if not side.faithful
    ]
    best: tuple[Split, Weighed] | None = None
    for forward, side in zip((True, False), sides, strict=True):
        try:
            # One thread: products are small, and their sums do not depend on the number of cores.
            with threadpool_limits(1, "blas"):
                found = _split(desk, sides, _drawn(desk, side), forward=forward)
        except Untold as why:
            missing.append(str(why))
            continue
        if best is None or found[1].k_hat < best[1].k_hat:
            best = found
        if found[1].k_hat < explanations.K_HAT_LIMIT:
            break
    return _document(start, end, best, missing, explained.titles(desk))


def _side(desk: Desk, document: Forecast, tree: xr.DataTree | None) -> Side:
    """What a forecast knew: by its own moment, and by what was stored here then."""
    at = datetime.fromisoformat(document["as_of"])
    created = datetime.fromisoformat(document["created_at"])
    found = None
    for recorded_by in (at, created, None):
        try:
            found = knowing.known(desk, at, recorded_by=recorded_by)
        except NothingKnown:
            continue
        if found.said == document["data_hash"]:
            break
    if found is None:
        raise NothingKnown(f"of what {document['forecast_id']} was made from nothing is stored")
    faithful = found.said == document["data_hash"] or not _same_catalogue(desk, document)
    return Side(document, Moment(tuple(found.readings), found.situation), faithful, tree)


def _same_catalogue(desk: Desk, document: Forecast) -> bool:
    return document.get("catalogue_hash") == digest(desk.catalogue)


def _drawn(desk: Desk, side: Side) -> Drawn:
    """The draws of one forecast as paths.

    Raises
    ------
    Untold
        If its posterior is gone, or belongs to other readings, priors, indicators or code.
    """
    document = side.document
    if document["model_version"] != MODEL_VERSION:
        raise Untold(
            f"the draws of {side.name} are of the model {document['model_version']}; this program "
            f"opens those of {MODEL_VERSION}"
        )
    if document["priors_hash"] != desk.priors.digest:
        raise Untold(f"the draws of {side.name} belong to other priors than those of today")
    if not _same_catalogue(desk, document):
        raise Untold(f"the draws of {side.name} belong to another catalogue of indicators")
    if not side.faithful:
        raise Untold(f"the draws of {side.name} cannot be opened without its readings")
    tree = _tree(desk, side) if side.tree is None else side.tree
    moment = side.moment
    found = observations(moment.readings, desk.catalogue, moment.n_months - 1)
    frame = design.build(found, desk.catalogue, desk.priors, moment.n_months)
    plan = layout(frame, desk.catalogue, desk.priors)
    try:
        reopened = reopen(tree, frame, plan, desk.priors)
    except AnotherDesign as error:
        raise Untold(f"the draws of {side.name} cannot be opened: {error}") from error
    value = tree["shown"].to_dataset()["alliance_by"].values[:, :, news.HEADLINE]
    return Drawn(reopened, value.ravel(), len(value))


def _tree(desk: Desk, side: Side) -> xr.DataTree:
    place = forecasts.posterior_of(desk.engine, side.name)
    if place is None:
        raise Untold(f"{side.name} was stored without its draws")
    path = desk.settings.home / place[0]
    try:
        return files.load(path, place[1])
    except DamagedFile as error:
        # Where it lies is nobody's business on a page.
        how = "is not what was written" if path.exists() else "is gone"
        raise Untold(f"the posterior file of {side.name} {how}") from error


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
    used = (start if forward else end).document["headline"]
    spread = drawn.value.std()
    draws = (spread / used["mcse"]) ** 2 if used.get("mcse") else float(len(drawn.value))
    return found, Weighed("from" if forward else "to", found.k_hat, float(found.share_kept * draws))


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
