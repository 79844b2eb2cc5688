"""The scoreboards as one document, for command, page and API alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from forecaster.errors import WrongValue
from forecaster.posterior import scores_words as say
from forecaster.posterior import skill
from forecaster.posterior.levels import LEVELS
from forecaster.posterior.skill import Scores, Units
from forecaster.scoring import slow
from forecaster.store import predictions
from forecaster.store.predictions import KINDS, LIVE, Fared, Stored
from forecaster.wiring import Desk

Document = dict[str, Any]
MISSES, DUE = 5, 8
STATED = (0.05, 0.5, 0.95)


def document(
    desk: Desk,
    kind: str,
    now: datetime,
    at: datetime | None = None,
    *,
    forecast_ids: Sequence[str] | None = None,
) -> Document:
    """Both scoreboards; the fast one of live predictions or of hindcasts, never of both.

    ``at``: as it was known at that time. ``forecast_ids``: the fast one of these forecasts only.

    Raises
    ------
    WrongValue
        If the kind is neither.
    """
    if kind not in KINDS:
        raise WrongValue("kind", f"{kind!r} is none of {', '.join(KINDS)}")
    moment = at or now
    fared = predictions.fared(desk.engine, kind, at=moment, forecast_ids=forecast_ids)
    waiting = predictions.waiting(desk.engine, kind, moment)
    found: Document = {
        "kind": kind,
        "as_of": moment.isoformat().replace("+00:00", "Z"),
        "predictions": {
            "made": waiting.made,
            "scored": waiting.scored,
            "overdue": waiting.overdue,
            "next_due": None if waiting.next_due is None else waiting.next_due.isoformat(),
            "next_indicator": waiting.next_indicator,
        },
        **fast(desk, fared, kind),
        "due": due(desk, kind, moment),
        "question": slow.question(desk, moment),
        "stability": slow.steadiness(desk, moment),
        "reference": slow.reference_class(),
    }
    return found | {"summary": say.summary(found, _title(desk))}


def fast(desk: Desk, fared: Sequence[Fared], kind: str) -> Document:
    """The fast scoreboard of these scores."""
    if not fared:
        return {
            "overall": None,
            "blocks": None,
            "inferred_times": 0,
            "by_ahead": [],
            "by_indicator": [],
            "pit": None,
            "month": None,
            "misses": [],
        }
    of = skill.units(_scores(fared))
    everything = np.ones(len(of), dtype=bool)
    label = np.array(of.indicator)
    names = sorted(set(of.indicator))
    ahead = sorted(set(of.ahead))
    return {
        "overall": skill.told(of, everything),
        "blocks": of.blocks,
        "inferred_times": len({(r.indicator, r.period) for r in fared if not r.known_for_sure}),
        "by_ahead": [{"ahead": int(k), **skill.told(of, of.ahead == k)} for k in ahead],
        "by_indicator": [_of_indicator(desk, of, name, label == name, ahead) for name in names],
        "pit": skill.histogram(of, everything),
        **_misses(desk, fared, live=kind == LIVE),
    }


def _of_indicator(
    desk: Desk, of: Units, name: str, use: np.ndarray[Any, Any], ahead: Sequence[float]
) -> Document:
    horizons = [
        {"ahead": int(k), **skill.told(of, use & (of.ahead == k))}
        for k in ahead
        if (use & (of.ahead == k)).any()
    ]
    return {
        "indicator": name,
        "title": _title(desk)(name),
        **skill.told(of, use),
        "by_ahead": horizons,
    }


def _scores(fared: Sequence[Fared]) -> Scores:
    def column(name: str) -> skill.Array:
        return np.array([getattr(row, name) for row in fared], dtype=float)

    return Scores(
        indicator=[row.indicator for row in fared],
        period=[row.period for row in fared],
        period_end=[row.period_end for row in fared],
        ahead=[row.ahead for row in fared],
        pit=column("pit"),
        crps={"model": column("crps")} | {w: column(f"{w}_crps") for w in skill.BASELINES},
        log={"model": column("log_score")} | {w: column(f"{w}_log") for w in skill.BASELINES},
    )


def _misses(desk: Desk, fared: Sequence[Fared], *, live: bool) -> Document:
    """The five readings furthest out in what was expected of them, of the last month with any.

    Hindcasts have no month of their own: of them the five of all. Of several predictions of one
    reading the last that was made tells.
    """
    month = max(row.known_at for row in fared)[:7] if live else None
    last: dict[tuple[str, str], Fared] = {}
    shown = [row for row in fared if month is None or row.known_at[:7] == month]
    for row in sorted(shown, key=_made):
        last[row.indicator, row.period] = row
    worst = sorted(last.values(), key=lambda row: min(row.pit, 1.0 - row.pit))[:MISSES]
    whole = predictions.bodies(desk.engine, [row.prediction for row in worst])
    title = _title(desk)
    return {
        "month": month,
        "misses": [_miss(row, whole[row.prediction], title) for row in worst],
    }


def _made(row: Fared) -> datetime:
    return row.made_at


def _miss(row: Fared, stored: Stored, title: Callable[[str], str]) -> Document:
    body = json.loads(stored.body)
    return {
        "indicator": row.indicator,
        "title": title(row.indicator),
        "unit": body["unit"],
        "period": row.period,
        "ahead": row.ahead,
        "made_at": row.made_at.isoformat().replace("+00:00", "Z"),
        "forecast_id": row.forecast_id,
        "value": row.value,
        "known_at": row.known_at,
        "expected": _expected(body),
        "pit": row.pit,
        "tail": 2.0 * min(row.pit, 1.0 - row.pit),
        "skill": 1.0 - row.crps / max(row.no_change_crps, 1e-12),
    }


def stated(body: Document) -> tuple[float, float, float]:
    """The 5 % quantile, the median and the 95 % quantile of a prediction, in the reading's unit."""
    if body["likelihood"] != "normal":
        below = np.cumsum(body["model"])
        low, middle, high = (int(np.searchsorted(below, share)) for share in STATED)
        return float(low), float(middle), float(high)
    from forecaster.model.observed import undo
    from indicators.spec import Observation

    places = [LEVELS.index(share) for share in STATED]
    scale = Observation(likelihood="normal", **body["scale"])
    found = undo(scale, np.array([body["model"][k] for k in places]), np.array(body["months"]))
    return float(found[0]), float(found[1]), float(found[2])


def due(desk: Desk, kind: str, at: datetime) -> list[Document]:
    """The readings that the newest forecast predicts and that fall due next."""
    title = _title(desk)
    return [
        {
            "indicator": one.indicator,
            "title": title(one.indicator),
            "unit": body["unit"],
            "period": one.period,
            "due": one.due.isoformat(),
            "forecast_id": one.forecast_id,
            "expected": _expected(body),
        }
        for one in predictions.due_next(desk.engine, kind, at, limit=DUE)
        for body in (json.loads(one.body),)
    ]


def _expected(body: Document) -> Document:
    lower, median, upper = stated(body)
    return {"median": median, "lower": lower, "upper": upper}


def _title(desk: Desk) -> Callable[[str], str]:
    def of(name: str) -> str:
        one = desk.catalogue.get(name)
        return name if one is None else one.title

    return of
