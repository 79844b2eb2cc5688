"""One update: what is known, the fit, the gate, the forecast.

The steps, in order: take the lock; read what is known at the time; stop if nothing is new; fit;
write the posterior file; publish it, or keep it as rejected or as a hindcast. A stop at any point
before the last leaves the standing forecast as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import xarray as xr

from forecaster import explaining, fitting, instant, knowing, predicting, statement
from forecaster.alerts import evaluate
from forecaster.alerts.telling import Setup
from forecaster.belief import Forecast, Kind
from forecaster.documents import moment
from forecaster.errors import DamagedFile, Interrupted, NothingKnown
from forecaster.knowing import MODEL_VERSION
from forecaster.model.grid import FIRST, ORIGIN
from forecaster.model.infer import infer
from forecaster.posterior import files, gate, schema, words
from forecaster.publish import leaving_no_file, publish
from forecaster.statement import Given
from forecaster.store import forecasts, runs
from forecaster.store.lock import update_lock
from forecaster.store.predictions import Prediction
from forecaster.wiring import Desk
from indicators.catalogue import digest

SEEDS = 2**32
EARLIEST = ORIGIN.replace(year=ORIGIN.year + 1)


@dataclass(frozen=True)
class Outcome:
    """How an update ended."""

    kind: Literal["published", "hindcast", "rejected", "unchanged"]
    document: Forecast | None
    message: str


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
    require_enough(at)
    if as_of is None and not force and (same := _unchanged(desk, said, at)) is not None:
        run_id = runs.start(desk.engine, "update", {"data_hash": said}, now)
        message = f"nothing is new since {words.moment(same['as_of'])}; the forecast stands"
        runs.finish(desk.engine, run_id, "succeeded", message, desk.clock())
        return Outcome("unchanged", same, message)
    kind = "update" if as_of is None else "hindcast"
    seed = seed_of(desk, said) if stated is None else stated
    run_id = runs.start(desk.engine, kind, {"data_hash": said, "seed": seed}, now)
    status, message = "failed", "the fit did not come to an end"
    try:
        tree = infer(
            known,
            desk.catalogue,
            fitting.solved(desk, desk.priors, seed, progress),
            situation,
            seed=seed,
            effort=fitting.effort(desk),
            tell=progress,
        )
        given = Given(known, situation, said, seed, at, hindcast=as_of is not None)
        done = store(desk, tree, given, alerting)
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


def require_enough(at: datetime) -> None:
    """Refuse a moment at which there is too little to fit.

    Raises
    ------
    NothingKnown
        Saying from when on there is enough.
    """
    if at.date() < EARLIEST:
        raise NothingKnown(
            f"as of {words.day(at.date())} there is too little to fit; the record begins in "
            f"{FIRST.year} and hindcasts in {words.day(EARLIEST)}"
        )


def seed_of(desk: Desk, said: str) -> int:
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


def _unchanged(desk: Desk, said: str, at: datetime) -> Forecast | None:
    """The standing forecast, if it saw the same data, priors, indicators and code this month."""
    standing = forecasts.standing(desk.engine)
    if standing is None or standing["status"] == "provisional":
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


def store(desk: Desk, tree: xr.DataTree, given: Given, alerting: Setup) -> Outcome:
    """Write the posterior file and publish, or keep as rejected or as a hindcast."""
    created = desk.clock()
    diagnostics = gate.diagnose(tree)
    meant: Literal["hindcast", "published"] = "hindcast" if given.hindcast else "published"
    kind: Kind = meant if diagnostics["passed"] else "rejected"
    document = statement.document(desk, tree, given, created, diagnostics)
    document["status"] = meant
    if kind == "published" and (moved := explaining.of_step(desk, document, tree)) is not None:
        document["explanation"] = moved
    if kind == "published" and (off := instant.of_refit(desk, document)) is not None:
        document["instant"] = off
    tree.attrs.update(statement.attributes(document))
    predicted: list[Prediction] = []
    unsaid = ""
    if kind != "rejected":
        predicted, unsaid = predicting.of_update(desk, document, tree, given)
    if problems := schema.violations(tree):
        raise DamagedFile(f"the posterior breaks its own schema: {'; '.join(problems)}")
    path = f"posteriors/{document['forecast_id']}.nc"
    sha256 = files.save(tree, desk.settings.home / path)
    with leaving_no_file(desk.engine, document["forecast_id"], desk.settings.home / path):
        publish(
            desk.engine,
            document,
            kind=kind,
            posterior_path=path,
            posterior_sha256=sha256,
            alerting=alerting,
            now=desk.clock(),
            predicted=predicted,
        )
    if not diagnostics["passed"]:
        why = "; ".join(gate.failures(diagnostics))
        return Outcome("rejected", document, f"the fit is kept but not shown: {why}")
    message = f"{meant}: forecast {document['forecast_id']}"
    return Outcome(meant, document, f"{message}; {unsaid}" if unsaid else message)
