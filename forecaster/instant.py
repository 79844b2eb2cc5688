"""A provisional forecast as soon as something is known that the published one did not know.

The draws of the forecast published last are weighed by what came since (``model.news``): seconds
instead of the minutes of a fit. It is published only where the weights carry; a fit replaces it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from forecaster import explaining, knowing, publish, statement, weighing
from forecaster.alerts import evaluate
from forecaster.belief import Forecast, Instant
from forecaster.errors import ForecasterError
from forecaster.knowing import Knowledge
from forecaster.model.moment import Moment
from forecaster.opened import Untold
from forecaster.posterior import reweighed, weighed_file, words
from forecaster.statement import Given
from forecaster.store import forecasts, runs
from forecaster.weighing import Unreliable
from forecaster.wiring import Desk
from indicators.catalogue import digest

KIND = "instant"
LOOKED_AT = 50  # provisional forecasts between two fits


@dataclass(frozen=True)
class Outcome:
    """What became of it.

    ``provisional``: a forecast was published; ``queued``: only a fit can tell, for the reason in
    ``why``; ``unchanged``: the forecast that stands knows all this; ``none``: there is no published
    forecast to start from.
    """

    result: Literal["provisional", "queued", "unchanged", "none"]
    why: str
    document: Forecast | None = None
    k_hat: float | None = None
    ess: float | None = None

    def told(self) -> dict[str, Any]:
        """As a part of the document that a command prints."""
        made = self.document
        weighed = None if made is None else made.get("weighed")
        return {
            "result": self.result,
            "why": self.why,
            "forecast_id": None if made is None else made["forecast_id"],
            "headline": None if made is None else made["headline"],
            "was": None if weighed is None else weighed["was"],
            "k_hat": None if self.k_hat is None or not np.isfinite(self.k_hat) else self.k_hat,
            "ess": self.ess,
        }


def run(desk: Desk) -> Outcome:
    """Publish a provisional forecast of what is known now, if that can be done at once.

    What goes wrong is told and never raised: whatever was recorded is recorded, and a fit will
    look at it.
    """
    last = forecasts.page(desk.engine, kinds=("published",), limit=1)
    base = forecasts.get(desk.engine, last[0][1].forecast_id) if last else None
    if base is None:
        return Outcome("none", "no forecast was published yet; run `forecaster update`")
    now = desk.clock()
    run_id = None
    outcome = Outcome("queued", "it did not come to an end")
    try:
        seen = knowing.known(desk, now)
        if _stands(desk, seen.said, now):
            return Outcome("unchanged", "nothing that a forecast is made of has changed")
        run_id = runs.start(desk.engine, KIND, {"from": base["forecast_id"]}, now)
        # One thread: products are small, and their sums do not depend on the number of cores.
        with threadpool_limits(1, "blas"):
            outcome = _published(desk, base, seen, now)
    except Unreliable as why:
        outcome = Outcome("queued", str(why), k_hat=why.k_hat, ess=why.ess)
    except (ForecasterError, Untold) as why:
        outcome = Outcome("queued", str(why))
    except (ArithmeticError, LookupError, ValueError) as error:
        outcome = Outcome("queued", f"the weighing broke off: {type(error).__name__}: {error}")
    finally:
        if run_id is not None:
            with suppress(ForecasterError):
                runs.finish(desk.engine, run_id, "succeeded", message(outcome), desk.clock())
    return outcome


def message(outcome: Outcome) -> str:
    """What became of it, in one line."""
    made = outcome.document
    if outcome.result == "queued":
        return f"refit queued: {outcome.why}"
    if made is None or "weighed" not in made:
        return outcome.why
    return (
        f"provisional forecast {words.fine(made['headline']['mean'])} %, was "
        f"{words.fine(made['weighed']['was'])} % (k-hat {made['weighed']['k_hat']:.2f}); a refit "
        "will replace it"
    )


def of_refit(desk: Desk, document: Forecast) -> Instant | None:
    """How far the provisional forecast was off that a fit of the same readings replaces.

    None if there was none, or if the fit knows more than it did.
    """
    made = _replaced(desk, document)
    if made is None or "weighed" not in made:
        return None
    one, other = made["headline"], document["headline"]
    if one["date"] != other["date"]:
        return None
    return {
        "provisional": made["forecast_id"],
        "mean": one["mean"],
        "points": 100.0 * (one["mean"] - other["mean"]),
        "mcse": 100.0 * float(np.hypot(one.get("mcse", 0.0), other.get("mcse", 0.0))),
        "k_hat": made["weighed"]["k_hat"],
        "ess": made["weighed"]["ess"],
    }


def _replaced(desk: Desk, document: Forecast) -> Forecast | None:
    """The newest provisional forecast since the last published one that knew the same."""
    for _, one in forecasts.page(desk.engine, limit=LOOKED_AT):
        if one.kind == "published":
            return None
        same = (one.data_hash, one.priors_hash) == (document["data_hash"], document["priors_hash"])
        if same:
            return forecasts.get(desk.engine, one.forecast_id)
    return None


def _stands(desk: Desk, said: str, now: datetime) -> bool:
    """Whether the forecast that stands was made of the same, in the same month."""
    found = forecasts.standing(desk.engine)
    return (
        found is not None
        and found["data_hash"] == said
        and found["as_of"][:7] == now.isoformat()[:7]
        and found["priors_hash"] == desk.priors.digest
        and found.get("catalogue_hash") == digest(desk.catalogue)
    )


def _published(desk: Desk, base: Forecast, seen: Knowledge, now: datetime) -> Outcome:
    alerting = evaluate.prepare(desk.settings)
    found = weighing.weigh(desk, base, Moment(tuple(seen.readings), seen.situation))
    seed = base["random_seed"]
    world = weighing.world(desk, found, seed)
    numbers = reweighed.numbers(base, found.saved, world.now, found.weights)
    given = Given(seen.readings, seen.situation, seen.said, seed, now, hindcast=False)
    document = statement.stated(desk, numbers, given, desk.clock(), base["diagnostics"])
    document["status"] = "provisional"
    document["weighed"] = {
        "base": base["forecast_id"],
        "was": base["headline"]["mean"],
        "k_hat": found.k_hat,
        "ess": found.ess,
    }
    if (split := weighing.split(found, world, seed)) is not None:
        document["explanation"] = explaining.of_split(desk, base, document, split, found.ess)
    path = f"posteriors/{document['forecast_id']}.nc"
    groups = weighing.groups(desk, found, world)
    about = statement.attributes(document) | {"weights_of": base["forecast_id"]}
    sha256 = weighed_file.save(desk.settings.home / path, groups, about)
    with publish.leaving_no_file(desk.engine, document["forecast_id"], desk.settings.home / path):
        publish.publish(
            desk.engine,
            document,
            kind="provisional",
            posterior_path=path,
            posterior_sha256=sha256,
            alerting=alerting,
            now=desk.clock(),
        )
    return Outcome("provisional", "", document, found.k_hat, found.ess)
