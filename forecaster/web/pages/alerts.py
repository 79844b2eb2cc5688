"""Alerts: what is open, what was told, which rules there are, what is silenced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from forecaster import alert_listings
from forecaster.posterior import alert_words, rule_words, words
from forecaster.store import alerts, forecasts
from forecaster.web.pages.indicator import NOTHING_TRIED, Tried
from forecaster.web.pages.page import Ask, Page, View

ROWS = 50
FOLDED = 4  # alike, from so many on: they are told in one line that opens
SAID = {"fired": "Alert", "again": "Moved on", "resolved": "Resolved", "happened": "Told"}
DONE = {
    "silenced": "The rule is silenced. What still holds when the silence ends is told then.",
    "ended": "The silence has ended. What holds is told with the next look, within a quarter of an "
    "hour.",
    "acknowledged": "Acknowledged: moves are measured from that forecast from now on.",
}


def view(ask: Ask, tried: Tried = NOTHING_TRIED) -> View:
    """How things stand now; alerts have no past state of their own.

    Raises
    ------
    WrongValue
        If there is no such page.
    """
    desk = ask.site.desk
    rules = alert_listings.rules_of(desk)
    before = ask.before("sequence of an alert")
    chosen = ask.query.get("rule", "")
    rows, rest = alert_listings.alert_page(desk, ROWS, before, rule=chosen or None)
    opened, last = alert_listings.opened(desk), alerts.last_told(desk.engine)
    silences = alert_listings.silences(desk)
    titles = {one["name"]: one["title"] or one["name"] for one in rules}
    stood = forecasts.stood(desk.engine, ask.site.now())
    return View(
        title="Alerts",
        shown={
            "rules": [
                {**one, "watches": rule_words.watches(one), "tried": _can(one)} for one in rules
            ],
            "names": [one["name"] for one in rules],
            "titles": titles,
            "opened": _together(
                [{**one, "summary": last.get((one["rule"], one["subject"]), "")} for one in opened],
                "rule",
            ),
            "silences": silences,
            "standing": alert_words.standing(len(opened), len(silences)),
            "rows": _together([_row(one) for one in rows], "rule", "event", "at"),
            "older": rest,
            "before": before,
            "chosen": chosen,
            "said": DONE.get(ask.query.get("said", "")),
            "in_a_week": (ask.site.now() + timedelta(days=7)).date().isoformat(),
            "stood": None if stood is None else stood.forecast_id,
            "endpoints": [one["name"] for one in alert_listings.endpoints_of(desk, whole=False)],
            "records": ask.may("record"),
            "operates": ask.may("operate"),
            "tried": tried,
        },
    )


PAGE = Page("/alerts", "alerts.html", view, kept=False)


def _can(rule: Mapping[str, Any]) -> bool:
    return rule["when"] in {"moved", "crossed"}


def _together(rows: list[dict[str, Any]], *keys: str) -> list[list[dict[str, Any]]]:
    """Rows that are alike as one group, where there are many; else each for itself."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in rows:
        groups.setdefault(tuple(one[key] for key in keys), []).append(one)
    found = []
    for some in groups.values():
        found += [some] if len(some) >= FOLDED else [[one] for one in some]
    return found


def _row(one: dict[str, Any]) -> dict[str, Any]:
    """One decision as the table shows it; what is no number of a forecast has no from and to."""
    details = one["details"]
    unit = details.get("quantity", {}).get("unit")
    values = [details.get(key) for key in ("previous", "current")]
    told = [
        ""
        if unit is None or value is None
        else alert_words.within(unit, value["mean"], value["lower"], value["upper"])
        for value in values
    ]
    waits = datetime.fromisoformat(one["deliver_at"]) > datetime.fromisoformat(one["at"])
    return {
        **one,
        "said": SAID.get(one["event"], one["event"]),
        "summary": details["summary"],
        "reason": details.get("reason") or "",
        "from": told[0],
        "to": told[1],
        "as_of": details.get("as_of"),
        "waits": words.moment(one["deliver_at"]) if waits else "",
    }
