"""Made-up documents of what is worked out from a forecast's draws: no draw was looked at."""

from __future__ import annotations

from typing import Any

from forecaster.posterior import prior_words
from forecaster.watchlist import Landing, ToWatch, Watchlist
from tests import synthetic


def what_ifs() -> dict[str, Any]:
    """Two made-up conditional forecasts: the shape of real ones."""
    found = synthetic.document()

    def future(name: str, group: str, points: float, **done: Any) -> dict[str, Any]:
        difference = {
            "mean": points,
            "lower": points - 4.0,
            "upper": points + 5.0,
            "mcse": 0.1,
            "p_above": 0.9 if points > 0 else 0.3,
            "p_below": 0.1 if points > 0 else 0.7,
        }
        rows = [
            {
                **{key: row[key] for key in ("date", "years", "scenarios", "alliance_by")},
                "difference": difference,
            }
            for row in found["horizons"]
        ]
        return {
            "id": name,
            "title": f"{name} <b>hostile</b>",
            "group": group,
            **done,
            "reason": "As large as it is.",
            "source": ["B5"],
            "claims": ["B5"],
            "date": "2026-11-26",
            "headline": synthetic.interval(synthetic.alliance_by(10) + points / 100.0),
            "difference": difference,
            "horizons": rows,
        }

    return {
        "quantity": "alliance_by",
        **{key: found[key] for key in ("as_of", "interval", "headline")},
        "date": found["headline"]["date"],
        "again": {"headline": 0.0, "draws": 0.0},
        "what_ifs_hash": "2" * 64,
        "what_ifs": [
            future("contain", "choice", 6.0, shift={"ru_west": 1.0}, ramp_months=24),
            future("lift", "constraint", -0.5, level={"asymmetry": 0.0}),
        ],
    }


def prior_share(*, far: bool = True) -> dict[str, Any]:
    """A made-up account of the priors; ``far``: one of the sets moves the headline far."""
    found, away = synthetic.document(), 14.0 if far else 2.0

    def follows(value: float, noise: float) -> dict[str, Any]:
        stands_out = value > max(noise, 0.05)
        return {"value": value, "noise": noise, "stands_out": stands_out}

    def a_set(name: str, how: str, points: float | None, why: str | None) -> dict[str, Any]:
        mean = None if points is None else synthetic.alliance_by(10) + points / 100.0
        return {
            "name": name,
            "title": f"Title of {name}",
            "reason": "Because.",
            "date": "2026-11-26",
            "changes": ["b_A"],
            "how": how,
            "why": why,
            "headline": None if mean is None else synthetic.interval(mean),
            "points": points,
            "k_hat": 0.3 if how == "weighed" else None,
            "effective_draws": 900.0 if how == "weighed" else None,
        }

    sets = [
        a_set("reference", "stands", 0.0, None),
        a_set("all_history", "weighed", away, None),
        a_set("papers", "needs a fit", None, "the base rate of papers is solved by simulation"),
    ]
    return {
        "quantity": "alliance_by",
        **{key: found[key] for key in ("as_of", "interval", "headline")},
        "date": found["headline"]["date"],
        "prior_set": "reference",
        "sensitivity": [
            {
                "quantity": name,
                "prior": follows(0.1, 0.02),
                "readings": follows(0.2, noise),
            }
            for name, noise in (("headline", 0.3), ("alliance_by_20", 0.1), ("ru_west", 0.1))
        ],
        "parameters": {
            "b_A": {
                "title": "rate",
                "contraction": 0.2,
                "headline_follows": follows(0.06, 0.01),
            },
            "indicators": {
                "title": "scales",
                "contraction": None,
                "headline_follows": follows(0.1, 0.2),
            },
        },
        "sets": sets,
        "largest": {"set": "all_history", "points": away},
        "warning": prior_words.warning(sets),
    }


def to_watch(name: str, move: float = 0.8) -> ToWatch:
    """A reading to come that may move the headline of 24 % by so many points."""

    def after(value: float, change: float) -> Landing:
        return {"value": value, "headline": 0.24 + change / 100, "mcse": 0.003, "reliable": True}

    return {
        "indicator": name,
        "title": f"Title of {name}",
        "unit": "count",
        "period": "2026-11",
        "after": "2026-10",
        "when": "2026-12-04",
        "overdue": False,
        "expected_move": move,
        "mcse": 0.2,
        "told": move > 0.4,
        "low": after(1.0, -move),
        "expected": after(2.0, 0.0),
        "high": after(3.0, move),
    }


def watchlist(*names: str) -> Watchlist:
    """What to watch, as a real list has it: the largest move first, the last one too small."""
    moves = [0.8 / (k + 1) for k in range(len(names))]
    return {
        "quantity": "alliance_by",
        "date": "2036-11-30",
        "as_of": synthetic.AS_OF,
        "headline": 0.24,
        "indicators": [to_watch(name, move) for name, move in zip(names, moves, strict=True)],
        "untold": {"silent_one": "nothing was read of silent_one: its level is unknown"},
    }
