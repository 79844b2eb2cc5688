"""The report: one page that needs no network, no script and no server.

Everything it says comes from a forecast document, its time series and the list of sources; every
sentence with a number is made in ``forecaster.posterior.words``.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from forecaster.belief import FACTORS, FAMILIES, SCENARIOS, Forecast, Level, Series
from forecaster.posterior import words
from forecaster.web import drawings, frame
from forecaster.web.figure import yearly
from forecaster.web.order import STACK, bar, named_strengths
from forecaster.web.studio import Drawing, Studio


class Previous(NamedTuple):
    """The published forecast before the one shown."""

    mean: float
    as_of: str


@dataclass(frozen=True)
class Page:
    """What the report is made of.

    ``indicators`` are rows of ``forecaster indicators --json``; ``previous`` is None for the first
    forecast of an installation; ``disagreements`` say where two publishers do not agree; ``titles``
    are those of the priors, for sub-constraints of which the forecast says nothing; ``warning``
    says that the choice of prior moves the headline far.
    """

    document: Forecast
    series: Series
    indicators: Sequence[Mapping[str, Any]]
    previous: Previous | None = None
    disagreements: Sequence[str] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None


def html(page: Page, studio: Studio) -> str:
    """The whole page, its charts drawn by the studio.

    Raises
    ------
    RenderingFailed
        If a chart could not be drawn.
    """
    style = (frame.STATIC / "base.css").read_text(encoding="utf-8")
    drawn = {name: Markup(svg) for name, svg in studio.svgs(_drawings(page)).items()}  # noqa: S704 - drawn by us
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        frame.environment()
        .get_template("report.html")
        .render(
            _view(page),
            charts=drawn,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=f"sha256-{digest}",
        )
    )


def _drawings(page: Page) -> dict[str, Drawing]:
    document, series = page.document, page.series
    return {
        "fan": drawings.fan(series, document["headline"]),
        "futures": drawings.futures(series),
        "hazard": drawings.hazard(series),
        "strengths": drawings.strengths(document["constraints"]),
        **drawings.factors(series),
    }


def _view(page: Page) -> dict[str, Any]:
    document = page.document
    said, headline = document["words"], document["headline"]
    return {
        "document": document,
        "sentence": words.headline_sentence(headline, said),
        "confidence": words.confidence_sentence(said),
        "by": words.by_date(headline["date"]),
        "change": _change(page),
        "warning": page.warning,
        "scenarios": SCENARIOS,
        "stack": STACK,
        "factors": FACTORS,
        "horizons": [
            {**row, "label": words.by_date(row["date"]), "bar": bar(row["scenarios"])}
            for row in document["horizons"]
        ],
        "hazard_years": _hazard_years(page.series),
        "strengths": named_strengths(document["constraints"]),
        "families": [_family(page, name) for name in FAMILIES],
        "sources": _sources(page.indicators),
        "watched": _watched(page.indicators),
        "disagreements": page.disagreements,
        "diagnostics": _diagnostics(document),
    }


def _change(page: Page) -> str | None:
    if page.previous is None:
        return None
    moved = words.points(page.document["headline"]["mean"] - page.previous.mean)
    since = words.moment(page.previous.as_of)
    return f"{frame.tied(moved)} since the forecast as known {frame.tied(since)}"


def _hazard_years(series: Series) -> list[dict[str, Any]]:
    """The table under the fold of the hazard: each December, and the last month."""
    band, months = series["hazard"], series["months"]
    return [
        {
            "month": months[i],
            "mean": band["mean"][i],
            "lower": band["q05"][i],
            "upper": band["q95"][i],
        }
        for i in yearly(months)
    ]


def _family(page: Page, name: str) -> dict[str, Any]:
    constraints = page.document["constraints"]
    parts: dict[str, Level | None] = {
        key.split("/", 1)[-1]: level
        for key, level in constraints["sub_constraints"].items()
        if key.startswith(f"{name}/")
    }
    return {
        "title": words.title(name),
        "level": constraints["levels"][name],
        "parts": [
            {
                "title": (None if level is None else level.get("title"))
                or page.titles.get(f"{name}/{key}", words.title(key)),
                "level": level,
                "indicators": [] if level is None else level.get("indicators", []),
            }
            for key, level in parts.items()
        ],
    }


def _sources(indicators: Sequence[Mapping[str, Any]]) -> str:
    """``38 fresh, 3 late, none failed``, in the order in which they matter."""
    counted = {
        state: sum(1 for one in indicators if one["state"] == state)
        for state in ("fresh", "manual", "late", "failed", "retired")
    }
    names = {"manual": "added by hand"}
    return ", ".join(
        f"{amount or 'none'} {names.get(state, state)}"
        for state, amount in counted.items()
        if amount or state in {"late", "failed"}
    )


def _watched(indicators: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The indicators by the factor that they inform; what drives nothing comes last."""

    def place(row: Mapping[str, Any]) -> int:
        return len(FACTORS) if row["role"] == "context" else FACTORS.index(row["factor"])

    ordered = sorted(indicators, key=lambda row: (place(row), str(row["title"])))
    return [
        {
            "title": "Context, drives nothing" if at == len(FACTORS) else words.title(FACTORS[at]),
            "context": at == len(FACTORS),
            "rows": list(rows),
        }
        for at, rows in groupby(ordered, key=place)
    ]


def _diagnostics(document: Forecast) -> list[tuple[str, str]]:
    found = document["diagnostics"]
    return [
        ("R-hat, largest", f"{found['rhat_max']:.3f}"),
        ("Bulk ESS, smallest", f"{found['ess_bulk_min']:,.0f}"),
        ("Tail ESS, smallest", f"{found['ess_tail_min']:,.0f}"),
        ("Divergences", str(found["divergences"])),
        ("BFMI, smallest", f"{found['bfmi_min']:.2f}"),
        ("Draws", f"{found['n_draws']:,}"),
        ("Gate", "passed" if found["passed"] else "not passed"),
    ]
