"""The catalogue: what is watched, how each source stands, what waits for somebody to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from forecaster import documents
from forecaster.belief import FACTORS
from forecaster.errors import WrongValue
from forecaster.posterior import watching
from forecaster.sources import STATES
from forecaster.web.pages.page import Ask, Page, View

Row = Mapping[str, Any]


def view(ask: Ask) -> View:
    """The indicators that the visitor asks for, by factor.

    Raises
    ------
    WrongValue
        If there is no such state or factor.
    """
    state, factor = _one_of(ask, "state", STATES), _one_of(ask, "factor", FACTORS)
    text = ask.query.get("q", "").strip()
    found = ask.site.indicators(ask.at)["indicators"]
    leads = _leads(ask)
    rows = [
        row
        for row in found
        if (not state or row["state"] == state)
        and (not factor or row["factor"] == factor)
        and _holds(row, text)
    ]
    return View(
        title="Indicators",
        shown={
            "groups": _groups(rows),
            "shown": watching.shown_of(len(rows), len(found), "indicator"),
            "states": [(one, _state(one), n) for one, n in _counted(found)],
            "factors": FACTORS,
            "chosen": {"state": state, "factor": factor, "q": text},
            "leads": leads,
            "aside": [row for row in found if row["n_quarantined"]],
            "titles": {row["id"]: row["title"] for row in found},
        },
    )


PAGE = Page("/indicators", "indicators.html", view)


def _one_of(ask: Ask, field: str, known: Sequence[str]) -> str:
    said = ask.query.get(field, "")
    if said and said not in known:
        raise WrongValue(field, f"{said!r} is none; there are {', '.join(known)}")
    return said


def _holds(row: Row, text: str) -> bool:
    """Whether every word of a text stands somewhere in what is said of an indicator."""
    said = " ".join(str(row[key]) for key in ("id", "title", "question", "source", "unit")).lower()
    return all(word in said for word in text.lower().split())


def _groups(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """By factor; in each what drives it first, then context, then what is retired."""

    def place(row: Row) -> tuple[bool, bool, str]:
        return row["state"] == "retired", row["role"] == "context", str(row["title"])

    return [
        {"name": name, "rows": found}
        for name in FACTORS
        if (found := sorted((row for row in rows if row["factor"] == name), key=place))
    ]


def _counted(rows: Sequence[Row]) -> list[tuple[str, int]]:
    amounts = Counter(row["state"] for row in rows)
    return [(one, amounts[one]) for one in STATES]


def _state(name: str) -> str:
    return "added by hand" if name == "manual" else name


def _leads(ask: Ask) -> list[tuple[str, int]]:
    """Indicators with leads that nobody has judged, and how many."""
    found = documents.leads_of(ask.site.desk)["leads"]
    when = documents.moment(ask.moment)
    amounts = Counter(str(one["indicator"]) for one in found if one["found_at"] <= when)
    return sorted(amounts.items())
