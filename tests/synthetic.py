"""A made-up forecast for tests of pages and commands. Its numbers mean nothing.

They come from simple curves, so that a test can predict them, and are of no fit to any data.
"""

from __future__ import annotations

from math import exp, sin
from typing import Any

from forecaster.belief import (
    FACTORS,
    FAMILIES,
    Band,
    Constraints,
    Explanation,
    Fitted,
    Forecast,
    Horizon,
    Interval,
    Level,
    Series,
    Strength,
)
from forecaster.posterior import explanations, prior_words
from forecaster.posterior.explanations import Ends, Known, Weighed
from forecaster.watchlist import Expected, ToWatch, Watchlist

AS_OF = "2026-11-22T06:10:00Z"
HORIZONS = (
    ("2026-12-31", 0.1),
    ("2027-11-30", 1.0),
    ("2029-11-30", 3.0),
    ("2031-11-30", 5.0),
    ("2036-11-30", 10.0),
    ("2046-11-30", 20.0),
)
SUB_CONSTRAINTS = {
    "asymmetry/capability_gap": ("Capability gap", ["synthetic_gap"]),
    "asymmetry/suspicion": ("Suspicion", ["synthetic_poll"]),
    "western_reaction/economic_leverage": ("Economic leverage", ["synthetic_share"]),
    "western_reaction/non_alignment": ("Non-alignment", []),
    "trade_dependence/market_share": ("Market share", ["synthetic_market"]),
}


def alliance_by(years: float) -> float:
    """The made-up probability of an alliance: a hazard of 1.4 % a year."""
    return 1 - exp(-0.014 * years)


def scenarios(years: float) -> dict[str, float]:
    """The made-up probability of each scenario; they sum to 1."""
    shares = {
        "alliance": 0.9 * alliance_by(years),
        "balancing": 0.12 * (1 - exp(-0.05 * years)),
        "rupture": 0.02 * (1 - exp(-0.1 * years)),
    }
    return {"retreat": 1 - sum(shares.values())} | shares


def explanation(start: str, end: str, before: float = 0.12, after: float = 0.131) -> Explanation:
    """Why one made-up forecast differs from another: the shape of a real one."""
    parts = [
        Known("reading", "leader_meetings", 0.05, 0.01),
        Known("revision", "trade_total", -0.02, 0.02),
        Known("time", None, 0.0, 0.0),
    ]
    ends, weighed = Ends(start, end, before, after), Weighed("from", 0.2, 1900.0)
    titles = {"leader_meetings": "Meetings of the presidents"}
    return explanations.document(ends, parts, 0.05, weighed, rest="noise", titles=titles)


def what_ifs() -> dict[str, Any]:
    """Two made-up conditional forecasts: the shape of real ones."""
    found = document()

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
            "headline": interval(alliance_by(10) + points / 100.0),
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
    found, away = document(), 14.0 if far else 2.0

    def follows(value: float, noise: float) -> dict[str, Any]:
        stands_out = value > max(noise, 0.05)
        return {"value": value, "noise": noise, "stands_out": stands_out}

    def a_set(name: str, how: str, points: float | None, why: str | None) -> dict[str, Any]:
        mean = None if points is None else alliance_by(10) + points / 100.0
        return {
            "name": name,
            "title": f"Title of {name}",
            "reason": "Because.",
            "date": "2026-11-26",
            "changes": ["b_A"],
            "how": how,
            "why": why,
            "headline": None if mean is None else interval(mean),
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

    def after(value: float, change: float) -> Expected:
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
        "as_of": AS_OF,
        "headline": 0.24,
        "indicators": [to_watch(name, move) for name, move in zip(names, moves, strict=True)],
        "untold": {"silent_one": "nothing was read of silent_one: its level is unknown"},
    }


def interval(mean: float, low: float = 0.1, high: float = 3.2) -> Interval:
    """An interval as skew as those of real fits."""
    return {"mean": mean, "lower": low * mean, "upper": min(1.0, high * mean), "mcse": 0.002}


def strength(mean: float, contraction: float) -> Strength:
    """A strength with an interval of fixed width."""
    return {
        "mean": mean,
        "lower": mean - 0.5,
        "upper": mean + 0.6,
        "p_positive": 0.7,
        "contraction": contraction,
        "assumed": contraction < 0.1,
    }


def document() -> Forecast:
    """One whole forecast document in the shape of ``forecaster.belief.Forecast``."""
    by = alliance_by(10)
    return {
        "question": "sino_russian",
        "forecast_id": "synthetic-2026-11-22",
        "status": "published",
        "as_of": AS_OF,
        "created_at": "2026-11-22T06:12:00Z",
        "data_through": "2026-10-31",
        "n_readings": 12,
        "in_force": "retreat",
        "data_hash": "0" * 64,
        "priors_hash": "1" * 64,
        "model_version": "synthetic",
        "random_seed": 1,
        "interval": 0.9,
        "headline": {"quantity": "alliance_by", "date": "2036-11-30", **interval(by)},
        "horizons": [_horizon(date, years) for date, years in HORIZONS],
        "hazards": {
            "alliance": interval(0.014),
            "balancing": interval(0.006),
            "rupture": interval(0.002),
        },
        "constraints": _constraints(),
        "factors": {
            name: {"mean": 0.3 * i - 0.6, "lower": 0.3 * i - 1.4, "upper": 0.3 * i + 0.2}
            for i, name in enumerate(FACTORS)
        },
        "parameters": {"kappa_bar": strength(0.25, 0.22), "b_T": strength(0.8, 0.05)},
        "words": {
            "likelihood": "very unlikely",
            "confidence": "low",
            "confidence_reason": "readings leave 80 % of the spread that the priors had",
        },
        "definition": (
            "Alliance: a published commitment to assist each other if attacked is in force, or for "
            "365 days two of combined command, combat units based on the other's soil, published "
            "joint war plans. The definition decides the number."
        ),
        "diagnostics": {
            "rhat_max": 1.006,
            "ess_bulk_min": 612.0,
            "ess_tail_min": 540.0,
            "divergences": 0,
            "bfmi_min": 0.81,
            "n_draws": 4000,
            "worst": {"rhat_max": "noise"},
            "passed": True,
        },
        "sources": {"late": [], "failed": []},
    }


def _horizon(date: str, years: float) -> Horizon:
    return {
        "date": date,
        "years": years,
        "scenarios": {name: interval(mean) for name, mean in scenarios(years).items()},
        "alliance_by": interval(alliance_by(years)),
    }


def _constraints() -> Constraints:
    level: Level = {"mean": 0.9, "lower": 0.6, "upper": 1.3}
    return {
        "strength": strength(0.25, 0.22),
        "families": {
            name: strength(0.15 * i, 0.05 if i % 2 else 0.3) for i, name in enumerate(FAMILIES)
        },
        "levels": {name: {**level, "title": name, "indicators": []} for name in FAMILIES},
        "sub_constraints": {
            name: {**level, "title": title, "indicators": found} if found else None
            for name, (title, found) in SUB_CONSTRAINTS.items()
        },
    }


def series() -> Series:
    """The made-up curves of a page: 1992-01 to 2026-11, then twenty years ahead."""
    months = _months(1992, 1, 419)
    ahead = _months(2026, 12, 240)
    years = [(i + 1) / 12 for i in range(240)]
    track = [alliance_by(one) for one in years]
    return {
        "months": months,
        "factors": {name: _wave(i, len(months)) for i, name in enumerate(FACTORS)},
        "levels": {
            name: _scaled([0.2 + 0.002 * i for i in range(len(months))]) for name in FAMILIES
        },
        "hazard": _scaled([0.004 + 0.00003 * i for i in range(len(months))]),
        "scenarios": {
            "months": ahead,
            "mean": {name: [scenarios(one)[name] for one in years] for name in scenarios(1)},
        },
        "alliance_by": {
            "mean": track,
            "q05": [0.1 * one for one in track],
            "q95": [min(1.0, 3.2 * one) for one in track],
        },
        "fitted": {
            "trade_total": _said([str(year) for year in range(2016, 2026)], 70.0, 18.0),
            "leader_meetings": _said(_months(2026, 1, 10), 0.0, 0.2),
        },
    }


def _said(periods: list[str], first: float, step: float) -> Fitted:
    """Readings on a straight line; the factor alone would have them a little higher."""
    observed = [first + step * i for i in range(len(periods))]
    return {
        "periods": periods,
        "observed": observed,
        "mean": [1.02 * one for one in observed],
        "q05": [0.9 * one for one in observed],
        "q95": [1.1 * one + 1.0 for one in observed],
        "factor_mean": [1.1 * one for one in observed],
        "factor_q05": [0.7 * one for one in observed],
        "factor_q95": [1.5 * one + 1.0 for one in observed],
    }


def _months(year: int, month: int, count: int) -> list[str]:
    first = 12 * year + month - 1
    return [f"{(first + i) // 12}-{(first + i) % 12 + 1:02d}" for i in range(count)]


def _wave(shift: int, count: int) -> Band:
    mean = [sin(i / 60 + shift) + (0.8 if i > 360 else 0.0) for i in range(count)]
    return {
        "mean": mean,
        "q05": [one - 0.8 for one in mean],
        "q25": [one - 0.3 for one in mean],
        "q75": [one + 0.3 for one in mean],
        "q95": [one + 0.8 for one in mean],
    }


def _scaled(mean: list[float]) -> Band:
    return {
        "mean": mean,
        "q05": [0.1 * one for one in mean],
        "q25": [0.5 * one for one in mean],
        "q75": [1.5 * one for one in mean],
        "q95": [3.2 * one for one in mean],
    }
