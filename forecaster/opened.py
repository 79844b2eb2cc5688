"""The draws of a stored forecast as paths again, with what that forecast knew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from forecaster import knowing
from forecaster.belief import Forecast
from forecaster.errors import DamagedFile, NothingKnown
from forecaster.knowing import MODEL_VERSION
from forecaster.model import design, news
from forecaster.model.layout import layout
from forecaster.model.moment import Drawn, Moment
from forecaster.model.observed import observations
from forecaster.model.reopen import AnotherDesign, reopen_arrays
from forecaster.posterior import draws
from forecaster.posterior.draws import Saved
from forecaster.store import forecasts
from forecaster.wiring import Desk
from indicators.catalogue import digest

if TYPE_CHECKING:
    import xarray as xr


class Untold(Exception):
    """The draws of a forecast cannot be weighed; says why."""


@dataclass(frozen=True)
class Side:
    """A forecast, with what it knew; ``tree`` where its posterior is at hand."""

    document: Forecast
    moment: Moment
    faithful: bool
    tree: xr.DataTree | None = None

    @property
    def name(self) -> str:
        """Its id."""
        return self.document["forecast_id"]


def side(desk: Desk, document: Forecast, tree: xr.DataTree | None = None) -> Side:
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


def drawn(desk: Desk, one: Side) -> Drawn:
    """The draws of one forecast as paths.

    Raises
    ------
    Untold
        If its posterior is gone, or belongs to other readings, priors, indicators or code.
    """
    _require_ours(desk, one)
    return paths(desk, one, _saved(desk, one) if one.tree is None else draws.of_tree(one.tree))


def saved(desk: Desk, one: Side, *, vectors: bool = True) -> Saved:
    """The draws of a forecast as they were saved, where they can be weighed.

    Without ``vectors`` only what is said of the world: its paths are at hand in another way.

    Raises
    ------
    Untold
        As ``drawn``.
    """
    _require_ours(desk, one)
    return _saved(desk, one, vectors=vectors)


def paths(desk: Desk, one: Side, saved: Saved) -> Drawn:
    """The same draws as paths.

    Raises
    ------
    Untold
        If they do not belong to the design of what the forecast knew.
    """
    moment = one.moment
    found = observations(moment.readings, desk.catalogue, moment.n_months - 1)
    frame = design.build(found, desk.catalogue, desk.priors, moment.n_months)
    plan = layout(frame, desk.catalogue, desk.priors)
    try:
        reopened = reopen_arrays(saved.x, saved.shown, frame, plan, desk.priors, state=saved.state)
    except AnotherDesign as error:
        raise Untold(f"the draws of {one.name} cannot be opened: {error}") from error
    value = saved.shown["alliance_by"][:, :, news.HEADLINE]
    return Drawn(reopened, value.ravel(), len(value))


def _require_ours(desk: Desk, one: Side) -> None:
    document = one.document
    if "weighed" in document:
        raise Untold(
            f"{one.name} is provisional: its draws are those of {document['weighed']['base']}, "
            "weighed"
        )
    if document["model_version"] != MODEL_VERSION:
        raise Untold(
            f"the draws of {one.name} are of the model {document['model_version']}; this program "
            f"opens those of {MODEL_VERSION}"
        )
    if document["priors_hash"] != desk.priors.digest:
        raise Untold(f"the draws of {one.name} belong to other priors than those of today")
    if not _same_catalogue(desk, document):
        raise Untold(f"the draws of {one.name} belong to another catalogue of indicators")
    if not one.faithful:
        raise Untold(f"the draws of {one.name} cannot be opened without its readings")


def with_draws(desk: Desk, one: Side) -> Side:
    """The same forecast with its posterior at hand.

    Raises
    ------
    Untold
        If that is gone, or not what was written.
    """
    if one.tree is not None:
        return one
    from forecaster.posterior import files

    return replace(one, tree=_read(desk, one, files.load))


def _saved(desk: Desk, one: Side, *, vectors: bool = True) -> Saved:
    return _read(desk, one, partial(draws.load, vectors=vectors))


def _read[T](desk: Desk, one: Side, load: Callable[[Path, str], T]) -> T:
    place = forecasts.posterior_of(desk.engine, one.name)
    if place is None:
        raise Untold(f"{one.name} was stored without its draws")
    path = desk.settings.home / place[0]
    try:
        return load(path, place[1])
    except DamagedFile as error:
        # Where it lies is nobody's business on a page.
        how = "is not what was written" if path.exists() else "is gone"
        raise Untold(f"the posterior file of {one.name} {how}") from error
