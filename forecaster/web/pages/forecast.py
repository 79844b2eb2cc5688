"""One forecast at its permanent address: every number of its document, and how to make it again."""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple
from urllib.parse import quote

from forecaster import documents
from forecaster.belief import FACTORS, Diagnostics, Forecast, Kind
from forecaster.posterior import bounds, phrases, words
from forecaster.store import timeline
from forecaster.store.forecasts import STANDS, Summary
from forecaster.web.figure import Figure
from forecaster.web.order import STACK, bar, named_strengths
from forecaster.web.pages import history, nothing, today
from forecaster.web.pages.page import Ask, Page, View

LONGEST = 64  # characters of an id, as the store has it


class Check(NamedTuple):
    """One number of the sampler, the bound it is held to, and what was worst."""

    name: str
    value: str
    bound: str
    worst: str


def view(ask: Ask) -> View:
    """The forecast of that id, if it existed at the moment asked for."""
    name = ask.path["forecast_id"]
    engine, at = ask.site.desk.engine, ask.moment
    known = len(name) <= LONGEST and name.isprintable()
    found = timeline.entry(engine, name, at) if known else None
    if found is None:
        return _unknown(ask, name, timeline.like(engine, name, at) if known else [])
    row, document = found
    curves, damage = ask.curves(row.forecast_id)
    kinds: tuple[Kind, ...] = STANDS if row.kind in {*STANDS, "rejected"} else (row.kind,)
    before, after = timeline.beside(engine, row.forecast_id, at, kinds=kinds)
    figures: dict[str, Figure] = {}
    if curves is not None:
        figures = {
            "futures": today.futures(curves),
            "fan": today.fan(document, curves),
            "hazard": history.hazard(curves, row.as_of),
        }
    return View(
        title=f"Forecast as known {words.moment(row.as_of)}",
        damage=damage,
        figures=figures,
        # Those that come stand after it; a posterior that is missing may be brought back.
        lasting=after is not None and not damage and ask.at is None,
        shown={
            "document": document,
            "row": row,
            "status": words.KINDS[row.kind],
            "sentence": words.headline_sentence(document["headline"], document["words"]),
            "confidence": words.confidence_sentence(document["words"]),
            "change": _change(row, before),
            "before": before,
            "after": after,
            "stack": STACK,
            "factors": FACTORS,
            "horizons": [
                {
                    **one,
                    "label": words.by_date(one["date"]),
                    "bar": bar(one["scenarios"]),
                    "error": words.error(one["alliance_by"].get("mcse", 0.0)),
                }
                for one in document["horizons"]
            ],
            "strengths": named_strengths(document["constraints"]),
            "levels": _levels(document),
            "checks": checks(document["diagnostics"]),
            "failures": bounds.failures(document["diagnostics"]),
            "replay": _replay(row),
            "files": _files(row.forecast_id),
            "sources": _sources(ask, document),
            "provenance": _provenance(row, document),
        },
    )


PAGE = Page("/forecasts/{forecast_id}", "forecast.html", view)


def checks(found: Diagnostics) -> list[Check]:
    """What the publication gate looks at, beside the bounds it holds it to."""
    worst = found["worst"]
    return [
        Check(
            "R-hat, largest",
            f"{found['rhat_max']:.4f}",
            f"at most {bounds.RHAT_MAX}",
            worst.get("rhat_max", ""),
        ),
        Check(
            "Bulk ESS, smallest",
            f"{found['ess_bulk_min']:,.0f}",
            f"at least {bounds.ESS_MIN:.0f}",
            worst.get("ess_bulk_min", ""),
        ),
        Check(
            "Tail ESS, smallest",
            f"{found['ess_tail_min']:,.0f}",
            f"at least {bounds.ESS_MIN:.0f}",
            worst.get("ess_tail_min", ""),
        ),
        Check("Divergences", f"{found['divergences']:,}", "none", ""),
        Check("BFMI, smallest", f"{found['bfmi_min']:.2f}", f"above {bounds.BFMI_MIN}", ""),
    ]


def _unknown(ask: Ask, name: str, near: list[str]) -> View:
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    later = ask.at is not None and len(name) <= LONGEST and name.isprintable()
    if later and timeline.entry(ask.site.desk.engine, name, ask.site.now()) is not None:
        why = f"the forecast {shown} was made later than {words.moment(ask.moment)}"
    else:
        why = f"there is no forecast {shown!r}; an id looks like 20261122T061200Z-0123abcd"
    return nothing.unknown(ask, why, near)


def _change(row: Summary, before: Summary | None) -> str:
    if before is None or row.kind not in STANDS:
        return ""
    return phrases.moved_since(row.headline_mean - before.headline_mean, before.as_of)


def _levels(document: Forecast) -> list[dict[str, Any]]:
    """The level of each family, and of what lies under it."""
    constraints = document["constraints"]
    rows: list[dict[str, Any]] = []
    for family, level in constraints["levels"].items():
        rows.append({"title": words.title(family), "level": level, "family": True})
        rows += [
            {
                "title": words.title(name.split("/", 1)[1])
                if part is None
                else part.get("title", words.title(name.split("/", 1)[1])),
                "level": part,
                "family": False,
            }
            for name, part in constraints["sub_constraints"].items()
            if name.startswith(f"{family}/")
        ]
    return rows


def _replay(row: Summary) -> str:
    """The command that makes the same numbers again, from the same data, priors and program."""
    as_of = shlex.quote(documents.moment(row.as_of))
    return f"forecaster update --as-of {as_of} --seed {row.random_seed}"


def _files(forecast_id: str) -> list[tuple[str, str]]:
    """What can be had of it as a file."""
    place = f"/api/v1/forecasts/{quote(forecast_id, safe='')}"
    return [
        ("Document (JSON)", place),
        ("Series (CSV)", f"{place}/series.csv"),
        ("Series (Parquet)", f"{place}/series.parquet"),
        ("Series (netCDF)", f"{place}/series.nc"),
        ("Draws (netCDF)", f"{place}/draws.nc"),
    ]


def _sources(ask: Ask, document: Forecast) -> dict[str, list[tuple[str, str]]]:
    catalogue = ask.site.desk.catalogue
    return {
        kind: [(name, catalogue[name].title if name in catalogue else name) for name in names]
        for kind, names in (
            ("failed", document["sources"]["failed"]),
            ("late", document["sources"]["late"]),
        )
    }


def _provenance(row: Summary, document: Forecast) -> list[tuple[str, str, bool]]:
    """Where the numbers come from: name, value, and whether the value is long."""
    return [
        ("As known", words.moment(row.as_of), False),
        ("Made", words.moment(row.created_at), False),
        ("Readings", f"{document['n_readings']:,}", False),
        ("Data through", document["data_through"], False),
        ("Draws", f"{document['diagnostics']['n_draws']:,}", False),
        ("Seed", str(row.random_seed), False),
        ("Model", row.model_version, False),
        ("Interval", words.percent(document["interval"]), False),
        ("Forecast", row.forecast_id, True),
        ("Data", row.data_hash, True),
        ("Priors", row.priors_hash, True),
        ("Catalogue", document.get("catalogue_hash", "not stored then"), True),
    ]
