"""Which data each chart is given: a name in ``charts.CHARTS`` and no more than it needs.

The web process makes these without Altair; the studio's child makes charts of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forecaster.belief import FACTORS, Constraints, Headline, Level, NewsPart, Series
from forecaster.watchlist import ToWatch
from forecaster.web.studio import Drawing


def fan(series: Series, headline: Headline) -> Drawing:
    """P(alliance by date), with the headline marked."""
    months, track = series["scenarios"]["months"], series["alliance_by"]
    return Drawing("fan", {"months": months, "track": track, "headline": headline})


def futures(series: Series) -> Drawing:
    """Which scenario is in force, twenty years ahead."""
    return Drawing("futures", {"scenarios": series["scenarios"]})


def hazard(series: Series) -> Drawing:
    """The yearly rate into an alliance since 1992."""
    return Drawing("hazard", {"months": series["months"], "band": series["hazard"]})


def factors(series: Series, *, large: bool = False) -> dict[str, Drawing]:
    """Seven charts on one scale, so that their moves can be compared; small ones unless told."""
    months, bands = series["months"], series["factors"]
    low = min(min(bands[name]["q05"]) for name in FACTORS)
    high = max(max(bands[name]["q95"]) for name in FACTORS)
    shared = {"months": months, "low": low, "high": high} | ({"large": True} if large else {})
    return {name: Drawing("factor", {**shared, "band": bands[name]}) for name in FACTORS}


def strengths(constraints: Constraints) -> Drawing:
    """How strongly each family holds back."""
    needed = {"strength": constraints["strength"], "families": constraints["families"]}
    return Drawing("strengths", {"constraints": needed})


def history(
    said: Sequence[Sequence[float]],
    later: Sequence[Sequence[float]],
    marks: Sequence[Mapping[str, Any]],
    span: tuple[float, float],
    frame: Mapping[str, float],
) -> Drawing:
    """The headline through time, in milliseconds: (when, mean, lower, upper, provisional).

    ``later`` are hindcasts (when, mean, lower, upper), ``marks`` what happened (``when``, ``text``,
    ``kind``); the plot lies in its drawing as ``frame`` says.
    """
    return Drawing(
        "history",
        {
            "said": [list(row) for row in said],
            "later": [list(row) for row in later],
            "marks": [dict(one) for one in marks],
            "span": list(span),
            "frame": dict(frame),
        },
    )


def replay(
    seen: Sequence[Sequence[float]],
    told: Sequence[Mapping[str, Any]],
    *,
    unit: str,
    threshold: float | None,
) -> Drawing:
    """A quantity through time (when in milliseconds, value), and when a rule would have told."""
    given = {"seen": [list(row) for row in seen], "told": [dict(one) for one in told]}
    return Drawing("replay", {**given, "unit": unit, "threshold": threshold})


def news(rows: Sequence[NewsPart], labels: Sequence[str]) -> Drawing:
    """What a change was made of."""
    return Drawing("news", {"rows": list(rows), "labels": list(labels)})


def differences(rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> Drawing:
    """How far each of several futures lies from the headline: points, lower, upper, kind."""
    return Drawing("news", {"rows": [dict(one) for one in rows], "labels": list(labels)})


def levels(series: Series) -> Drawing:
    """How high each family stands through time."""
    return Drawing("levels", {"months": series["months"], "families": series["levels"]})


def sub_levels(rows: Sequence[tuple[str, Level | None, bool]]) -> Drawing:
    """Families and their parts now: name, level, whether it is a whole family."""
    return Drawing("sub_levels", {"rows": rows})


def beliefs(panels: Sequence[Mapping[str, Any]]) -> Drawing:
    """Before, by the readings alone, after: panels of quantities on one axis each."""
    return Drawing("beliefs", {"panels": panels})


def watch(rows: Sequence[ToWatch], headline: float) -> Drawing:
    """Where the headline would go after a low, an expected and a high reading, a row each."""
    return Drawing("watch", {"rows": [dict(row) for row in rows], "headline": headline})


def spans(rows: Sequence[Mapping[str, Any]]) -> Drawing:
    """Probabilities with 90 % intervals, a row each: label, mean, lower, upper, text, hollow."""
    return Drawing("spans", {"rows": [dict(row) for row in rows]})


def calibration(panels: Sequence[Mapping[str, Any]]) -> Drawing:
    """Pledges expected and made: panels with a title and rows, which ``charts.reference`` names."""
    return Drawing("calibration", {"panels": [dict(panel) for panel in panels]})


def pit(shares: Sequence[float], low: float, high: float) -> Drawing:
    """Where in what was expected of them readings fell; chance alone keeps bars in the band."""
    return Drawing("pit", {"shares": list(shares), "low": low, "high": high})


def skill(rows: Sequence[Mapping[str, Any]]) -> Drawing:
    """Skill with its interval, a row each: label, mean, lower, upper (or None), text, hollow."""
    return Drawing("skill", {"rows": [dict(row) for row in rows]})


def readings(
    standing: Sequence[Mapping[str, Any]],
    older: Sequence[Mapping[str, Any]],
    fitted: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    from_zero: bool,
    last: str,
) -> Drawing:
    """Readings of one indicator: those that count, those replaced, what a fit says of each.

    ``fitted`` has a ``band``, and marks where it goes on ``beyond`` the chart.
    """
    given = {"standing": standing, "older": older, "fitted": fitted}
    return Drawing("readings", {**given, "from_zero": from_zero, "last": last})
