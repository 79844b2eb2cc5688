"""Promises about how sure one may be: provisional forecasts, why it moved, the backtest."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.row import Figures, Row
from forecaster.posterior import words


def _instant(found: Figures) -> list[Row]:
    cases, weighed, seconds = found["cases"], found["weighed"], found["record_seconds"]
    return [
        Row(
            f"provisional forecasts, {words.count(cases, 'recorded case')}",
            "at least 15 of 20 weighed",
            f"{weighed} weighed; k-hat at most {found['k_hat_max']:.2f}, at least "
            f"{found['ess_min']:,.0f} effective draws",
            4 * weighed >= 3 * cases,
        ),
        Row(
            "provisional forecast against the fit of the same",
            "within Monte Carlo error",
            f"at most {found['off_points_max']:.1f} points off, or "
            f"{found['off_errors_max']:.1f} standard errors; {found['within_two']} of {weighed} "
            f"within two; {found['off_points_mean']:+.2f} points on average",
            found["off_errors_max"] <= 3.0,
        ),
        Row(
            "`forecaster record` with the provisional forecast, median of 3",
            "under 4 s",
            f"{seconds:.1f} s",
            seconds < 4.0,
        ),
    ]


def _news(found: Figures) -> list[Row]:
    return [
        Row(
            f"why it moved, {words.count(found['players'], 'indicator')} at once, "
            f"{words.count(found['draws'], 'draw')}",
            "under 2 s",
            f"{found['seconds']:.1f} s; the news of statsmodels for a linear model of that size "
            f"{found['peer_seconds']:.2f} s",
            found["seconds"] < 2.0,
        )
    ]


def _backtest(found: Figures) -> list[Row]:
    share = found["seconds"] / found["sampling_seconds"]
    return [
        Row(
            f"backtest of {words.count(found['fits'], 'year')} by {found['workers']} workers",
            "every fit stands; at most 1.3 times the summed sampling",
            f"{found['standing']} stand; {found['seconds'] / 60:.0f} min, {share:.2f} times the "
            f"sampling of {found['sampling_seconds'] / 60:.0f} min",
            found["standing"] == found["fits"] and share <= 1.3,
        ),
        *_scores(found["scores"]),
    ]


def _workers(found: Figures) -> list[Row]:
    times = found["times"]
    return [
        Row(
            "two single-core workers against one, 4 small fits",
            "at least 1.7 times as fast",
            f"{times:.2f} times",
            times >= 1.7,
        )
    ]


def _scores(board: Figures) -> list[Row]:
    """Skill and coverage of what the hindcasts predicted."""
    overall = board["overall"]
    if overall is None:
        return []
    skill, inside = overall["skill"]["no_change"], overall["coverage"]["90"]
    return [
        Row(
            f"predictions of {words.count(overall['readings'], 'reading')} against no change",
            "CRPS skill above zero with its interval",
            f"{skill['mean']:.2f} ({skill['lower']:.2f} to {skill['upper']:.2f})",
            skill["lower"] > 0.0,
        ),
        Row(
            "of these within their 90 % intervals",
            "85 to 95 %",
            f"{100 * inside['mean']:.0f} %",
            0.85 <= inside["mean"] <= 0.95,
        ),
    ]


ROWS: Mapping[str, Callable[[Figures], list[Row]]] = {
    "instant": _instant,
    "news": _news,
    "backtest": _backtest,
    "workers": _workers,
}
