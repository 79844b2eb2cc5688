"""Drivers and constraints: where the forces stand, from which readings, how firmly they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forecaster import standing
from forecaster.belief import DRIVERS, FAMILIES, Forecast
from forecaster.errors import NothingKnown
from forecaster.posterior import watching, words
from forecaster.posterior.learned import TOGETHER, Learned, learned
from forecaster.web.pages import drivers_figures, nothing
from forecaster.web.pages.drivers_figures import Part
from forecaster.web.pages.page import Ask, Page, View

Rows = Sequence[Mapping[str, Any]]


def view(ask: Ask) -> View:
    """The forces of the standing forecast, or of the one that stood at the moment asked for."""
    desk = ask.site.desk
    try:
        document = standing.forecast(desk.settings, ask.site.now(), ask.at)
    except NothingKnown:
        return nothing.yet(ask)
    curves, damage = ask.curves(document["forecast_id"])
    known, parts = _learned(ask, document), _parts(ask, document)
    watched = ask.site.indicators(ask.at)["indicators"]
    strength = document["constraints"]["strength"]
    return View(
        title="Drivers and constraints",
        damage=damage,
        figures=drivers_figures.of(document, curves, known, parts),
        shown={
            "document": document,
            "sentence": watching.strength_sentence(strength["mean"], strength["p_positive"]),
            "strengths": {
                words.title(TOGETHER): strength,
                **{words.title(one): document["constraints"]["families"][one] for one in FAMILIES},
            },
            "drivers": [_force(name, document, watched, []) for name in DRIVERS],
            "families": [
                _force(name, document, watched, [one for one in parts if one.family == name])
                for name in FAMILIES
            ],
            "compared": known is not None,
        },
    )


PAGE = Page("/drivers", "drivers.html", view)


def _learned(ask: Ask, document: Forecast) -> dict[str, Learned] | None:
    """None where the forecast was made from other priors than those of today."""
    priors = ask.site.desk.priors
    return learned(document, priors) if priors.digest == document["priors_hash"] else None


def _parts(ask: Ask, document: Forecast) -> list[Part]:
    """All sub-constraints in the order of the forecast; their names are in the priors' files."""
    titles = ask.site.desk.priors.titles

    found = []
    for key, level in document["constraints"]["sub_constraints"].items():
        family, _, name = key.partition("/")
        stated = None if level is None else level.get("title")
        found.append(Part(family, name, stated or titles.get(key, words.title(name)), level))
    return found


def _force(name: str, document: Forecast, watched: Rows, parts: Sequence[Part]) -> dict[str, Any]:
    """One factor with its indicators: those that drive it by part, then those that do not."""
    mine = [row for row in watched if row["factor"] == name]
    driving = [row for row in mine if row["role"] == "evidence"]
    return {
        "name": name,
        "now": document["factors"][name],
        "level": document["constraints"]["levels"].get(name),
        "groups": _groups(driving, parts),
        "n_driving": len(driving),
        "idle": _sorted(row for row in mine if row["role"] != "evidence"),
    }


def _groups(rows: Rows, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The indicators by sub-constraint, each of which is there; a driver has one group."""
    found = [
        {
            "title": part.title,
            "level": part.level,
            "rows": _sorted(row for row in rows if row["sub_constraint"] == part.name),
        }
        for part in parts
    ]
    rest = _sorted(row for row in rows if row["sub_constraint"] not in {one.name for one in parts})
    title = "The family as a whole" if parts else ""
    return found + ([{"title": title, "level": None, "rows": rest}] if rest else [])


def _sorted(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that are watched first, then by name."""
    return sorted(rows, key=lambda row: (row["state"] == "retired", str(row["title"])))
