"""What one alert tells: a plain document, stored when it is decided and sent as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from forecaster import __version__
from forecaster.alerts import measures, quantities
from forecaster.alerts.machine import Message, Observation
from forecaster.alerts.rules import Condition, Crossed, Event, Moved, OfQuantity, Rules
from forecaster.belief import QUESTION, Diagnostics, Forecast
from forecaster.posterior import alert_words
from forecaster.store.instants import to_text

Details = dict[str, Any]
KINDS = ("fired", "again", "resolved")
SHIFTED = {
    "probability": "forecast.probability.shifted",
    "rate": "forecast.rate.shifted",
    "units": "forecast.state.shifted",
}
CROSSED = "forecast.threshold.crossed"
RESOLVED = "forecast.alert.resolved"
#: The types of what is no number of a forecast, by the kind of rule.
TYPES = {
    "stale": "indicator.stale",
    "failing": "source.failing",
    "rejected": "run.rejected",
    "revised": "indicator.revised",
    "resolution": "question.resolved",
}


@dataclass(frozen=True)
class Setup:
    """What is needed beside the database: the rules, where the desk is, names of indicators."""

    rules: Rules
    desk_url: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened once and is never open; read like a message of the machine."""

    at: datetime
    deliver_at: datetime
    kind: Literal["happened"] = "happened"
    episode: int = 0
    reason: Literal[""] = ""


def moment(when: datetime) -> str:
    """RFC 3339 in UTC, to the second where nothing finer is known."""
    return to_text(when).replace(".000000Z", "Z")


def observation(rule: OfQuantity, document: Forecast, now: datetime) -> Observation | None:
    """A rule's quantity in a forecast; None where the forecast does not have it."""
    found = quantities.of(rule.quantity, document)
    if found is None:
        return None
    as_of = datetime.fromisoformat(document["as_of"])
    return observed(found, document["forecast_id"], as_of, document["diagnostics"], now)


def observed(
    found: quantities.Value, name: str, as_of: datetime, diagnostics: Diagnostics, now: datetime
) -> Observation:
    """A quantity as it was seen in the forecast of an id."""
    return Observation(
        id=name,
        as_of=as_of,
        value=found.interval["mean"],
        lower=found.interval["lower"],
        upper=found.interval["upper"],
        error=measures.error(found.interval, diagnostics),
        seen=now,
        date=found.date,
    )


def of_quantity(
    setup: Setup, name: str, rule: Moved | Crossed, said: Message, document: Forecast | None
) -> tuple[str, Details]:
    """Type and content of an alert about a number; ``document`` is the forecast it is in."""
    kind = SHIFTED[rule.unit] if isinstance(rule, Moved) else CROSSED
    before, after = said.previous, said.current
    change = after.value - before.value
    details = {
        **_common(name, rule.title, said),
        "summary": _sentence(rule, said),
        "quantity": {
            "name": rule.quantity,
            "title": alert_words.quantity(rule.quantity, after.date),
            "unit": rule.unit,
            "date": after.date,
        },
        "previous": _value(before),
        "current": _value(after),
        "change": {
            "value": change,
            "points": None if rule.unit == "units" else 100 * change,
            "bits": measures.bits(before.value, after.value)
            if rule.unit == "probability"
            else None,
            "mcse": measures.error_of_difference(before.error, after.error),
        },
        "direction": "up" if said.side > 0 else "down",
        "threshold": _threshold(rule),
        "interval": 0.9 if document is None else document["interval"],
        "as_of": moment(after.as_of),
        "forecast_id": after.id,
        "explanation": None if document is None else document.get("explanation"),
        **_origin(setup, document),
    }
    return (RESOLVED if said.kind == "resolved" else kind), details


def of_matter(
    setup: Setup,
    name: str,
    rule: Condition | Event,
    said: Message | Happened,
    about: tuple[str, Details],
) -> tuple[str, Details]:
    """Type and content of an alert about anything else: its subject, and what is known of it."""
    subject, facts = about
    over = said.kind == "resolved"
    sentence = str(facts.get("summary", ""))
    details = {
        **_common(name, rule.title, said),
        "summary": alert_words.ended(sentence) if over else sentence,
        "subject": subject,
        "facts": {key: value for key, value in facts.items() if key != "summary"},
        "links": _desk(setup),
    }
    return (RESOLVED if over else TYPES[rule.when]), details


def withdrawn(setup: Setup, name: str, said: Message, subject: str) -> tuple[str, Details]:
    """Type and content of the end of an alert whose rule is gone."""
    details = {
        **_common(name, "", said),
        "summary": alert_words.withdrawn(name),
        "subject": subject,
        "facts": {},
        "links": _desk(setup),
    }
    return RESOLVED, details


def _desk(setup: Setup) -> Details:
    return {} if setup.desk_url is None else {"desk": setup.desk_url}


def _common(name: str, title: str, said: Message | Happened) -> Details:
    return {
        "question": QUESTION,
        "rule": name,
        "title": title,
        "event": said.kind,
        "reason": said.reason or None,
        "episode": said.episode,
        "open": said.kind in {"fired", "again"},
        "decided_at": moment(said.at),
    }


def _value(one: Observation) -> Details:
    return {
        "forecast_id": one.id,
        "as_of": moment(one.as_of),
        "date": one.date,
        "mean": one.value,
        "lower": one.lower,
        "upper": one.upper,
        "mcse": one.error,
    }


def _threshold(rule: Moved | Crossed) -> Details:
    if isinstance(rule, Moved):
        return {rule.measure: rule.least}
    side = "above" if rule.above is not None else "below"
    return {side: rule.threshold, "hysteresis": rule.hysteresis * rule.scale}


def _sentence(rule: Moved | Crossed, said: Message) -> str:
    before, after, unit = said.previous, said.current, rule.unit
    title = alert_words.quantity(rule.quantity, after.date)
    told = [alert_words.within(unit, one.value, one.lower, one.upper) for one in (before, after)]
    if said.kind == "resolved":
        return alert_words.over(title, unit, said.reason, told[1])
    if isinstance(rule, Crossed):
        return alert_words.crossed(title, unit, said.side, rule.threshold, told[1])
    change = after.value - before.value
    return alert_words.moved(title, unit, change, (told[0], told[1]), moment(before.as_of))


def _origin(setup: Setup, document: Forecast | None) -> Details:
    if document is None:
        return {"status": None, "diagnostics": None, "versions": None, "links": {}}
    name, base = document["forecast_id"], setup.desk_url
    place = quote(name, safe="")
    return {
        "status": document["status"],
        "diagnostics": {
            key: document["diagnostics"][key]
            for key in ("rhat_max", "ess_bulk_min", "ess_tail_min", "divergences", "bfmi_min")
        },
        "versions": {
            "program": __version__,
            "model": document["model_version"],
            "data_hash": document["data_hash"],
            "priors_hash": document["priors_hash"],
            "random_seed": document["random_seed"],
        },
        "links": {}
        if base is None
        else {
            "desk": base,
            "forecast": f"{base}/forecasts/{place}",
            "api": f"{base}/api/v1/forecasts/{place}",
        },
    }
