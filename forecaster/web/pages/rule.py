"""Try a rule: what it watches through the whole history, and when it would have told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from forecaster import alert_listings, alerting
from forecaster.alerts.replay import Replayed
from forecaster.alerts.rules import Crossed, OfQuantity
from forecaster.errors import NothingKnown, WrongValue
from forecaster.posterior import alert_words, rule_words, words
from forecaster.web import drawings
from forecaster.web.figure import Column, Figure, Table, interval
from forecaster.web.pages.alerts import SAID
from forecaster.web.pages.indicator import NOTHING_TRIED, Tried
from forecaster.web.pages.page import Ask, Page, View

#: What may be tried with another value: a number or a length of time, and what it is called.
NUMBERS = {
    "points": "Least move, in points",
    "bits": "Least move, in bits",
    "units": "Least move, in units",
    "above": "Above",
    "below": "Below",
    "hysteresis": "Back by",
    "back": "Reverted at this part of the least move",
    "running": "Forecasts in a row",
    "error_multiple": "Monte Carlo errors",
}
LENGTHS = {
    "within": "Within",
    "min_interval": "At most one in",
    "settles": "Ends after",
}
FORM = "try"
DRAWN = 600  # points of the line; more are no wider than a hair
LAST = 60  # messages that the page lists, the newest


def view(ask: Ask) -> View:
    """The rule as its file has it, or with the values that are asked for.

    Raises
    ------
    UnknownName
        If there is no such rule.
    """
    desk, name = ask.site.desk, ask.path["rule"]
    stated = alert_listings.rule(desk, name)
    tried, done, rule, why = NOTHING_TRIED, None, None, ""
    try:
        changes = _changes(ask.query, stated)
        rule, done = alerting.replayed(desk, name, changes, past=ask.site.past)
    except WrongValue as error:
        text = str(error).removeprefix(f"{error.field}: ")
        field = error.field if error.field in {*NUMBERS, *LENGTHS} else ""
        tried = Tried(FORM, dict(ask.query), field, f"{text[0].upper()}{text[1:]}.")
    except NothingKnown as error:
        why = str(error)
    shown: dict[str, Any] = {
        "rule": stated,
        "name": name,
        "watches": rule_words.watches(stated),
        "fields": _fields(ask.query, stated),
        "changed": bool(_given(ask.query, stated)),
        "tried": tried,
        "why": why,
        "done": None,
    }
    if rule is None or done is None:
        return View(_title(stated), shown=shown, status=422 if tried.why else 200)
    document = alerting.tried_document(name, rule, done)
    history = document["history"]
    span = f"{words.day(history['from'])} to {words.day(history['to'])}"
    shown |= {
        "done": document,
        "watches": rule_words.watches(document["rule"]),
        "often": alert_words.often(document["counts"]["fired"], document["a_year"], span),
        "messages": [
            {**one, "said": SAID[one["event"]]} for one in document["messages"][: -LAST - 1 : -1]
        ],
        "left_out": max(len(document["messages"]) - LAST, 0),
        "measure": document["moves"]["measure"],
    }
    return View(_title(stated), figures={"replay": figure(rule, done)}, shown=shown)


PAGE = Page("/alerts/rules/{rule}", "rule.html", view)


def figure(rule: OfQuantity, done: Replayed) -> Figure:
    """The quantity through the history, and a point for each message."""
    told = {one.at: one for one in done.messages}
    threshold = rule.threshold if isinstance(rule, Crossed) else None
    rows = [
        [
            one.seen.isoformat(),
            one.value,
            one.lower,
            one.upper,
            told[one.seen].kind if one.seen in told else None,
        ]
        for one in done.seen
    ]
    about = alert_words.quantity(rule.quantity, None)
    fired = sum(one.kind == "fired" for one in done.messages)

    def say(value: float) -> str:
        return alert_words.value(rule.unit, value)

    return Figure(
        title="When it would have told",
        note="The step is the mean that stood; a large point is an alert, a small one a further "
        "move, a hollow one the end of an alert.",
        alt=f"{about[0].upper()}{about[1:]} through {words.count(len(rows), 'forecast')}, "
        f"with {words.count(fired, 'alert')}.",
        drawing=drawings.replay(
            _thinned(done),
            [
                {"when": 1000 * one.at.timestamp(), "value": one.current.value, "kind": one.kind}
                for one in done.messages
            ],
            unit=rule.unit,
            threshold=threshold,
        ),
        table=Table(
            columns=[
                Column("made", "Made", words.moment, number=False),
                *interval(say, lower="q05", upper="q95"),
                Column("told", "Told", lambda kind: SAID[kind].lower(), number=False),
            ],
            rows=rows,
            brief=[at for at, row in enumerate(rows) if row[4] is not None or at == len(rows) - 1],
        ),
    )


def _thinned(done: Replayed) -> list[list[float]]:
    """The line, with every forecast at which something is told."""
    kept = {one.at for one in done.messages}
    step = -(-len(done.seen) // DRAWN)
    return [
        [1000 * one.seen.timestamp(), one.value]
        for at, one in enumerate(done.seen)
        if at % step == 0 or one.seen in kept or at == len(done.seen) - 1
    ]


def _title(rule: Mapping[str, Any]) -> str:
    return str(rule["title"] or rule["name"])


def _fields(query: Mapping[str, str], rule: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the form offers: the keys that the rule states, as they are or were asked for."""
    found = [(key, label, "decimal") for key, label in NUMBERS.items() if key in rule]
    found += [(key, label, "text") for key, label in LENGTHS.items() if key in rule]
    return [
        {"key": key, "label": label, "mode": mode, "value": query.get(key, _written(rule[key]))}
        for key, label, mode in found
    ]


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _given(query: Mapping[str, str], rule: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: query[key].strip()
        for key in (*NUMBERS, *LENGTHS)
        if key in query and key in rule and query[key].strip() != _written(rule[key])
    }


def _changes(query: Mapping[str, str], rule: Mapping[str, Any]) -> list[str]:
    """The lines of the file that are asked for; what is no number and no length is none of them."""
    lines = []
    for key, text in _given(query, rule).items():
        if key in LENGTHS:
            if not re.fullmatch(r"\d{1,6}[smhd]", text, re.ASCII):
                raise WrongValue(key, f'{text!r} is no length of time; write "20h" or "7d"')
            lines.append(f'{key} = "{text}"')
            continue
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text, re.ASCII):
            raise WrongValue(key, f"{text!r} is no number; write digits and a point, as in 2.5")
        whole = key == "running" and "." not in text
        lines.append(f"{key} = {int(text) if whole else float(text)}")
    return lines
