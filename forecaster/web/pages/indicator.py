"""One indicator: what it asks, what was read, how its feed stands, what waits for a judgement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple, cast

from forecaster import documents, remarks
from forecaster.errors import WrongValue
from forecaster.posterior import watching, words
from forecaster.store import forecasts, leads, readings
from forecaster.store.readings import NewReading, StoredReading
from forecaster.web.pages import indicator_figure
from forecaster.web.pages.operations import RESULTS
from forecaster.web.pages.page import Ask, Page, View
from indicators import Indicator, Period

ON_A_PAGE = 100
_WEB = re.compile(r"https?://[^\s/?#@<>\"]+[^\s<>\")\]]*")
SAID = {
    "recorded": "Recorded",
    "duplicate": "Nothing changed: this value was known already",
    "quarantined": "Put into quarantine: the value is outside the plausible range. It counts once "
    "somebody accepts it, below",
    "accepted": "Accepted and recorded",
    "rejected": "Rejected: the same value will not be asked about again",
    "confirmed": "The lead is confirmed",
    "counted": "The lead is confirmed; its event was counted already",
    "dismissed": "The lead is dismissed",
}


@dataclass(frozen=True)
class Tried:
    """A form that was sent and could not be carried out: what was in it, and what is wrong.

    ``form`` names it (``reading``, ``lead-3``, ``quarantine-5``); ``field`` is empty where the
    whole of it is wrong.
    """

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    field: str = ""
    why: str = ""


NOTHING_TRIED = Tried()


class Stretch(NamedTuple):
    """One page of the table of readings, and the numbers of those around it."""

    rows: list[dict[str, Any]]
    said: str
    newer: int | None
    older: int | None


def view(ask: Ask, tried: Tried = NOTHING_TRIED) -> View:
    """The indicator, now or as it was known at a moment.

    Raises
    ------
    UnknownName
        If there is no such indicator.
    WrongValue
        If there is no such page of its readings.
    """
    desk, name = ask.site.desk, ask.path["name"]
    one, when = desk.indicator(name), ask.moment
    vintages, known = readings.course(desk.engine, name, when)
    row = documents.indicator(desk, one, known, when)
    fitted, damage = _fitted(ask, name)
    aside, told = _aside(ask, name), _leads(ask, name)
    forms = {"reading", *(x["form"] for x in [*aside, *told] if not x.get("decision"))}
    figures = {}
    if vintages:
        figures["readings"] = indicator_figure.figure(one, vintages, known, fitted)
    return View(
        title=one.title,
        damage=damage,
        figures=figures,
        shown={
            "one": one,
            "row": row,
            "claims": _claims(ask, one),
            "noise": desk.priors.noise_classes[one.informs.noise].title,
            "part": _part(ask, one),
            "windows": _windows(one),
            "stretch": _stretch(ask, vintages, known),
            "feeds": [
                feed for feed in documents.visits_of(desk, when) if name in feed["indicators"]
            ],
            "aside": aside,
            "leads": told,
            "may": ask.may("record") and ask.at is None,
            "tried": tried,
            "refused": "" if tried.form in forms else tried.why,  # its form is not there any more
            "said": _said(ask, one, vintages),
            "results": RESULTS,
        },
    )


PAGE = Page("/indicators/{name}", "indicator.html", view)


def _fitted(ask: Ask, name: str) -> tuple[Mapping[str, Any] | None, str]:
    """What the standing forecast expected of each reading, as far as its posterior tells."""
    stood = forecasts.stood(ask.site.desk.engine, ask.moment)
    if stood is None:
        return None, ""
    curves, damage = ask.curves(stood.forecast_id, fitted=True)
    said = cast("dict[str, Any]", {} if curves is None else curves.get("fitted", {}))
    return said.get(name), damage


def _claims(ask: Ask, one: Indicator) -> list[dict[str, str]]:
    priors = ask.site.desk.priors
    return [
        {
            "id": name,
            "says": priors.claims[name].paraphrase,
            "section": priors.claims[name].section,
            "paper": " ".join(priors.papers[name[0]].citation.split()),
        }
        for name in one.informs.claims
    ]


def _part(ask: Ask, one: Indicator) -> str:
    """The title of the sub-constraint that it informs, if any."""
    parts = {
        part.id: part.title
        for family in ask.site.desk.priors.families
        for part in family.sub_constraints
    }
    return parts.get(one.informs.sub_constraint or "", "")


def _windows(one: Indicator) -> list[dict[str, str]]:
    return [
        {
            "when": watching.window(w.first, w.last, goes_on=w.open),
            "recall": "all" if w.recall is None else words.percent(w.recall[0] / sum(w.recall)),
            "exposure": words.percent(w.exposure) if w.exposure < 1 else "full",
            "reason": w.reason,
        }
        for w in one.coverage
    ]


def _stretch(
    ask: Ask, vintages: Sequence[StoredReading], known: Sequence[StoredReading]
) -> Stretch:
    """The newest readings, or the page of older ones that is asked for."""
    last = max(1, -(-len(vintages) // ON_A_PAGE))
    said = ask.query.get("page", "1")
    if not said.isdecimal() or not 1 <= int(said[:9]) <= last:
        raise WrongValue("page", f"{said!r} is none; the readings are on pages 1 to {last}")
    at = int(said)
    counts = {(one.period, one.vintage) for one in known}
    ordered = sorted(
        zip(vintages, [None, *vintages], strict=False),
        key=lambda pair: (pair[0].period_end, pair[0].period_start, pair[0].vintage),
        reverse=True,
    )
    first = (at - 1) * ON_A_PAGE
    shown = ordered[first : first + ON_A_PAGE]
    standing_periods = {one.period for one in known}
    return Stretch(
        rows=[
            {
                "one": one,
                "counts": (one.period, one.vintage) in counts,
                "gone": one.period not in standing_periods,
                # The list is in the order of vintages, so the one before is what it revises.
                "revises": before.value if before and before.period == one.period else None,
                "source": address(one.source),
            }
            for one, before in shown
        ],
        said=watching.newest_of(first + 1, first + len(shown), len(vintages), "reading"),
        newer=at - 1 if at > 1 else None,
        older=at + 1 if at < last else None,
    )


def address(source: str) -> dict[str, str]:
    """A source as it is shown: the address in it, if there is one of the web, and the words."""
    found = _WEB.search(source)
    if found is None:
        return {"href": "", "text": source}
    rest = source.replace(found[0], "").strip(" ,;()")
    return {"href": found[0], "text": rest or found[0].split("/")[2]}


def _aside(ask: Ask, name: str) -> list[dict[str, Any]]:
    return [
        {
            "one": one,
            "form": f"quarantine-{one.id}",
            "finite": isfinite(one.value),
            "decision": one.decision or ("accepted" if one.accepted else ""),
            "source": address(one.source),
        }
        for one in readings.quarantined(ask.site.desk.engine, name)
        if one.known_at <= ask.moment
    ]


def _leads(ask: Ask, name: str) -> list[dict[str, Any]]:
    return [
        {"one": one, "form": f"lead-{one.id}", "source": address(one.url)}
        for one in leads.stored(ask.site.desk.engine)
        if one.indicator == name and one.found_at <= ask.moment
    ]


def _said(ask: Ask, one: Indicator, vintages: Sequence[StoredReading]) -> dict[str, Any] | None:
    """What was just done, told once; the words are ours, only the choice is in the address."""
    text = SAID.get(ask.query.get("said", ""))
    if text is None:
        return None
    written = [old for old in vintages if old.period == ask.query.get("period")]
    if not written:
        return {"text": f"{text}.", "remarks": []}
    newest = max(written, key=lambda old: old.vintage)
    value = f"{watching.exactly(newest.value)} {one.unit}"
    told = remarks.on(one, _as_new(newest), vintages) if ask.query["said"] == "recorded" else []
    return {"text": f"{text}: {newest.period}, {value}, vintage {newest.vintage}.", "remarks": told}


def _as_new(one: StoredReading) -> NewReading:
    return NewReading(
        indicator=one.indicator,
        period=Period.parse(one.period),
        value=one.value,
        published_at=one.published_at,
        known_at=one.known_at,
        source=one.source,
        origin=one.origin,
    )
