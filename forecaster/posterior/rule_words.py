"""What an alert rule watches, and from which move on, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecaster.posterior import alert_words, words

_EVERY = {
    "stale": "every indicator",
    "failing": "every source",
    "rejected": "every fit",
    "revised": "every indicator",
    "resolution": "every scenario",
}
_LENGTHS = {"d": "day", "h": "hour", "m": "minute", "s": "second"}


def watches(rule: Mapping[str, Any]) -> str:
    """``An alliance within 10 years, by 3 points or more``; ``rule`` as its document has it."""
    named = ", ".join(rule.get("indicators") or rule.get("sources") or ())
    about = rule.get("quantity")
    subject = (named or _EVERY[rule["when"]]) if about is None else _quantity(about)
    return ", ".join([subject, *_from_when_on(rule)])


def _from_when_on(rule: Mapping[str, Any]) -> list[str]:
    stated = {key for key, value in rule.items() if value is not None}
    unit = _unit(rule.get("quantity", ""))
    moves = [key for key in ("points", "bits", "units") if key in stated]
    told = [f"by {_amount(rule[key], key)} or more" for key in moves]
    told += [f"{key} {rule[key]:g}{unit}" for key in ("above", "below") if key in stated]
    if "percent" in stated:
        told.append(f"by {rule['percent']:g} % or more")
    if "failures" in stated:
        told.append(f"{words.count(rule['failures'], 'failure')} in a row")
    if "within" in stated:
        told.append(f"within {_length(rule['within'])}")
    if rule.get("running", 1) != 1:
        what = "refusal" if rule["when"] == "rejected" else "forecast"
        told.append(f"{words.count(rule['running'], what)} in a row")
    return told


def _unit(quantity: str) -> str:
    """What stands behind a threshold: probabilities and rates are in per cent in the file."""
    if "@" in quantity:
        return " %"
    return " % a year" if quantity.startswith("hazard.") else ""


def _quantity(name: str) -> str:
    what, _, ahead = name.partition("@")
    if not ahead:
        return alert_words.quantity(name, None)
    if ahead == "year_end":
        within, then = "by the end of the year", "at the end of the year"
    else:
        years = words.count(int(ahead.removesuffix("y")), "year")
        within, then = f"within {years}", f"in {years}"
    if what == "alliance_by":
        return f"an alliance {within}"
    return f"{words.title(what).lower()} in force {then}"


def _amount(number: float, unit: str) -> str:
    return f"{number:g} {unit.removesuffix('s') if number == 1 else unit}"


def _length(text: str) -> str:
    """``31d`` as ``31 days``."""
    return words.count(int(text[:-1]), _LENGTHS[text[-1]])
