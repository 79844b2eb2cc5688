"""One update: what is known, the fit, the gate, the forecast.

The steps, in order: take the lock; read what is known at the time; stop if nothing is new; fit;
write the posterior file; publish it, or keep it as rejected or as a hindcast. A stop at any point
before the last leaves the standing forecast as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import xarray as xr

from forecaster import explaining, knowing, sources
from forecaster.alerts import evaluate
from forecaster.alerts.telling import Setup
from forecaster.belief import QUESTION, Diagnostics, Forecast, Kind
from forecaster.documents import moment
from forecaster.errors import DamagedFile, Interrupted, NothingKnown, StoreError
from forecaster.knowing import MODEL_VERSION
from forecaster.model import elicit
from forecaster.model.fit import Effort
from forecaster.model.grid import FIRST, ORIGIN
from forecaster.model.infer import Situation, infer
from forecaster.posterior import files, gate, schema, summary, words
from forecaster.publish import publish
from forecaster.store import forecasts, runs, visits
from forecaster.store.lock import update_lock
from forecaster.store.readings import StoredReading
from forecaster.wiring import Desk
from indicators.catalogue import digest
from priors import Priors

SEEDS = 2**32
EARLIEST = ORIGIN.replace(year=ORIGIN.year + 1)


@dataclass(frozen=True)
class Outcome:
    """How an update ended."""

    kind: Literal["published", "hindcast", "rejected", "unchanged"]
    document: Forecast | None
    message: str


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


def run(
    desk: Desk,
    *,
    force: bool = False,
    seed: int | None = None,
    as_of: datetime | None = None,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Fit what is known now, or was at ``as_of`` (then a hindcast, which never stands).

    Without ``seed`` it is that of the settings; where the gate refused fits of the same data, the
    next one after theirs, since the same seed would give the same draws.

    Raises
    ------
    Busy
        If another update runs in this state folder.
    NothingKnown
        If no reading is known then.
    Interrupted
        If the user stopped it; nothing was stored.
    """
    with update_lock(desk.settings.home, "forecaster update"):
        return _locked(desk, seed, as_of, progress, force=force)


def _locked(
    desk: Desk,
    stated: int | None,
    as_of: datetime | None,
    progress: Callable[[str], None] | None,
    *,
    force: bool,
) -> Outcome:
    alerting = evaluate.prepare(desk.settings)  # a slip in that file is told before the fit
    now = desk.clock()
    at = as_of or now
    seen = knowing.known(desk, at)
    known, situation, said = seen.readings, seen.situation, seen.said
    if at.date() < EARLIEST:
        raise NothingKnown(
            f"as of {words.day(at.date())} there is too little to fit; the record begins in "
            f"{FIRST.year} and hindcasts in {words.day(EARLIEST)}"
        )
    if as_of is None and not force and (same := _unchanged(desk, said, at)) is not None:
        run_id = runs.start(desk.engine, "update", {"data_hash": said}, now)
        message = f"nothing is new since {words.moment(same['as_of'])}; the forecast stands"
        runs.finish(desk.engine, run_id, "succeeded", message, desk.clock())
        return Outcome("unchanged", same, message)
    kind = "update" if as_of is None else "hindcast"
    seed = _seed(desk, said) if stated is None else stated
    run_id = runs.start(desk.engine, kind, {"data_hash": said, "seed": seed}, now)
    status, message = "failed", "the fit did not come to an end"
    try:
        tree = infer(
            known,
            desk.catalogue,
            _priors(desk, seed, progress),
            situation,
            seed=seed,
            effort=_effort(desk),
            tell=progress,
        )
        given = Given(known, situation, said, seed, at, hindcast=as_of is not None)
        done = _store(desk, tree, given, alerting)
        status = "rejected" if done.kind == "rejected" else "succeeded"
        message = done.message
    except KeyboardInterrupt:
        message = "stopped by the user; nothing was stored, the last forecast stands"
        raise Interrupted(message) from None
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        raise
    finally:
        runs.finish(desk.engine, run_id, status, message, desk.clock())
    return done


def _seed(desk: Desk, said: str) -> int:
    """The seed of the settings, or the first after it whose fit of the same was not refused."""
    same = (said, desk.priors.digest, MODEL_VERSION)
    refused = {
        one.random_seed
        for one in forecasts.history(desk.engine, kinds=("rejected",))
        if (one.data_hash, one.priors_hash, one.model_version) == same
    }
    seed = desk.settings.random_seed
    while seed in refused:
        seed = (seed + 1) % SEEDS
    return seed


def _priors(desk: Desk, seed: int, progress: Callable[[str], None] | None) -> Priors:
    """The chosen set; where it states probabilities, its base rate is solved from their date."""
    stated = desk.priors.elicitation
    if stated is None:
        return desk.priors
    if progress is not None:
        progress(f"solving the base rate for: {stated.title}")
    then = datetime(stated.date.year, stated.date.month, stated.date.day, tzinfo=UTC)
    return elicit.solve(knowing.evidence(desk, then), desk.catalogue, desk.priors, seed=seed)


def _effort(desk: Desk) -> Effort:
    chosen = desk.settings
    return Effort(chosen.draws, chosen.tune, chosen.chains, chosen.cores)


def _unchanged(desk: Desk, said: str, at: datetime) -> Forecast | None:
    """The standing forecast, if it saw the same data, priors, indicators and code this month."""
    standing = forecasts.standing(desk.engine)
    if standing is None:
        return None
    same = (
        standing["data_hash"] == said
        and standing["priors_hash"] == desk.priors.digest
        and standing.get("catalogue_hash") == digest(desk.catalogue)
        and standing["model_version"] == MODEL_VERSION
        and standing["as_of"][:7] == moment(at)[:7]
        and (desk.settings.home / f"posteriors/{standing['forecast_id']}.nc").exists()
    )
    return standing if same else None


def _store(desk: Desk, tree: xr.DataTree, given: Given, alerting: Setup) -> Outcome:
    created = desk.clock()
    diagnostics = gate.diagnose(tree)
    meant: Literal["hindcast", "published"] = "hindcast" if given.hindcast else "published"
    kind: Kind = meant if diagnostics["passed"] else "rejected"
    document = _document(desk, tree, given, created, diagnostics)
    document["status"] = meant
    if kind == "published" and (moved := explaining.of_step(desk, document, tree)) is not None:
        document["explanation"] = moved
    tree.attrs.update(
        schema_version=schema.SCHEMA_VERSION,
        as_of=document["as_of"],
        data_hash=given.said,
        priors_hash=document["priors_hash"],
        model_version=MODEL_VERSION,
        random_seed=given.seed,
    )
    if problems := schema.violations(tree):
        raise DamagedFile(f"the posterior breaks its own schema: {'; '.join(problems)}")
    path = f"posteriors/{document['forecast_id']}.nc"
    sha256 = files.save(tree, desk.settings.home / path)
    try:
        publish(
            desk.engine,
            document,
            kind=kind,
            posterior_path=path,
            posterior_sha256=sha256,
            alerting=alerting,
            now=desk.clock(),
        )
    except StoreError:
        with suppress(StoreError):  # a server that was lost may have stored the row all the same
            if forecasts.posterior_of(desk.engine, document["forecast_id"]) is None:
                (desk.settings.home / path).unlink(missing_ok=True)
        raise
    if not diagnostics["passed"]:
        why = "; ".join(gate.failures(diagnostics))
        return Outcome("rejected", document, f"the fit is kept but not shown: {why}")
    return Outcome(meant, document, f"{meant}: forecast {document['forecast_id']}")


def _document(
    desk: Desk, tree: xr.DataTree, given: Given, created: datetime, diagnostics: Diagnostics
) -> Forecast:
    shown = tree["shown"].to_dataset()
    rows = summary.horizons(shown, given.situation.as_of)
    headline = summary.headline(rows)
    fetched = sources.Fetched.of(visits.results(desk.engine, given.at))
    last_periods = _last_periods(given.known)
    watching = sources.summary(sources.read_watches(), last_periods, given.at, fetched)
    watched = [
        name
        for name, one in desk.catalogue.items()
        if one.role == "evidence" and one.retired is None
    ]
    behind = {*watching["late"], *watching["failed"]}
    titles, under = _names(desk)
    stated = summary.parameters(tree)
    contraction = max(0.0, sum(stated[name]["contraction"] for name in HEADLINE_FROM) / 3.0)
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
        "interval": summary.PROBABILITY,
        "headline": headline,
        "horizons": rows,
        "hazards": summary.hazards(shown),
        "constraints": summary.constraints(tree, titles, under),
        "factors": summary.factors(shown),
        "parameters": stated,
        "words": words.words(
            headline["mean"],
            current=sum(name not in behind for name in watched),
            expected=len(watched),
            contraction=contraction,
        ),
        "definition": desk.priors.question.definition,
        "diagnostics": diagnostics,
        "sources": watching,
    }


HEADLINE_FROM = ("b_A", "b_T", "b_al")


def _names(desk: Desk) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Titles of families and sub-constraints, and the indicators under each."""
    titles: dict[str, str] = {}
    under: dict[str, list[str]] = {}
    for family in desk.priors.families:
        titles[family.id] = family.title
        titles |= {f"{family.id}/{sub.id}": sub.title for sub in family.sub_constraints}
    for name, one in desk.catalogue.items():
        if one.role == "evidence" and one.informs.factor in {f.id for f in desk.priors.families}:
            under.setdefault(one.informs.factor, []).append(name)
            if one.informs.sub_constraint:
                key = f"{one.informs.factor}/{one.informs.sub_constraint}"
                under.setdefault(key, []).append(name)
    return titles, under


def _last_periods(known: list[StoredReading]) -> dict[str, date]:
    last: dict[str, date] = {}
    for one in known:
        last[one.indicator] = max(last.get(one.indicator, one.period_end), one.period_end)
    return last


def _short(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
