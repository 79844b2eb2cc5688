"""A made-up forecast for tests of pages and commands. Its numbers mean nothing.

They come from simple curves, so that a test can predict them, and are of no fit to any data.
"""

from __future__ import annotations

from math import exp, sin

from forecaster.belief import (
    FACTORS,
    FAMILIES,
    Band,
    Constraints,
    Forecast,
    Horizon,
    Interval,
    Level,
    Series,
    Strength,
)

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
