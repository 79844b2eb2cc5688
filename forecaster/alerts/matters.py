"""What is no number of a forecast: which sources and indicators need attention, what happened.

A condition holds or does not, for each of its subjects; an event happened once. What is known of
either is a plain document, told as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from forecaster import sources
from forecaster.alerts.rules import Condition, Event, Failing, Rejected, Revised, Stale
from forecaster.alerts.telling import moment
from forecaster.belief import QUESTION
from forecaster.posterior import alert_words, words
from forecaster.store import alert_facts
from forecaster.store.handle import Connection

Facts = dict[str, Any]
LONGEST = 300  # characters of what a publisher or a receiver had to say
LISTED = 5  # changed values that are told one by one


class Matters:
    """Reads what the conditions look at, each thing once."""

    def __init__(self, connection: Connection, titles: Mapping[str, str], now: datetime) -> None:
        self._connection = connection
        self._titles = titles
        self._now = now
        self._late: dict[str, Facts] | None = None

    def of(self, rule: Condition) -> dict[str, Facts]:
        """The subjects for which a condition holds now, with what is known of each."""
        match rule:
            case Stale():
                late = self._stale()
                wanted = rule.indicators or tuple(late)
                return {name: late[name] for name in wanted if name in late}
            case Failing():
                return self._failing(rule)
            case Rejected():
                return self._rejected(rule)

    def newest(self, rule: Event) -> int:
        """The number of the last thing that could be an event of this rule."""
        if isinstance(rule, Revised):
            return alert_facts.last_reading(self._connection)
        return alert_facts.last_resolution(self._connection)

    def happened(self, rule: Event, after: int, last: int) -> list[tuple[str, Facts]]:
        """What happened after a number and up to another one, by subject."""
        if isinstance(rule, Revised):
            return self._revised(rule, after, last)
        return [
            (
                one.scenario,
                {
                    "summary": alert_words.resolution(one.scenario, one.date.isoformat()),
                    "scenario": one.scenario,
                    "date": one.date.isoformat(),
                    "source": one.source,
                },
            )
            for one in alert_facts.resolutions(self._connection, after, last)
        ]

    def _title(self, name: str) -> str:
        return self._titles.get(name) or words.title(name)

    def _stale(self) -> dict[str, Facts]:
        if self._late is None:
            last = alert_facts.last_periods(self._connection, self._now)
            visits = [(one.indicators, one.result) for one in alert_facts.visits(self._connection)]
            fetched = sources.Fetched.of(visits)
            watches = {one.id: one for one in sources.read_watches()}
            self._late = {}
            for name in sources.summary(watches.values(), last, self._now, fetched)["late"]:
                end = last.get(name)
                days = sources.days_late(watches[name], end, self._now)
                self._late[name] = {
                    "summary": alert_words.stale(self._title(name), days),
                    "indicator": name,
                    "title": self._title(name),
                    "last_period_end": None if end is None else end.isoformat(),
                    "days_late": days,
                }
        return self._late

    def _failing(self, rule: Failing) -> dict[str, Facts]:
        return {
            one.source: {
                "summary": alert_words.failing(one.source, one.failures),
                "source": one.source,
                "indicators": list(one.indicators),
                "failures": one.failures,
                "error": one.error[:LONGEST],
                "visited_at": moment(one.visited_at),
            }
            for one in alert_facts.visits(self._connection)
            if one.failures >= rule.failures and (not rule.sources or one.source in rule.sources)
        }

    def _rejected(self, rule: Rejected) -> dict[str, Facts]:
        found = alert_facts.refused(self._connection)
        if len(found) < rule.running:
            return {}
        return {
            QUESTION: {
                "summary": alert_words.rejected(len(found)),
                "count": len(found),
                "first_at": moment(found[0][1]),
                "last_at": moment(found[-1][1]),
                "last_forecast_id": found[-1][0],
            }
        }

    def _revised(self, rule: Revised, after: int, last: int) -> list[tuple[str, Facts]]:
        by_indicator: defaultdict[str, list[alert_facts.Change]] = defaultdict(list)
        for one in alert_facts.changes(self._connection, after, last):
            wanted = not rule.indicators or one.indicator in rule.indicators
            if wanted and _percent(one) >= rule.percent:
                by_indicator[one.indicator].append(one)
        return [
            (
                name,
                {
                    "summary": alert_words.revised(self._title(name), [c.period for c in found]),
                    "indicator": name,
                    "title": self._title(name),
                    "count": len(found),
                    "largest": [
                        {"period": c.period, "before": c.before, "after": c.after}
                        for c in sorted(found, key=_percent, reverse=True)[:LISTED]
                    ],
                    "known_at": max(c.known_at for c in found),
                },
            )
            for name, found in by_indicator.items()
        ]


def _percent(one: alert_facts.Change) -> float:
    """By how many per cent of its old size a value changed; from zero, any change is all of it."""
    return 100 * abs(one.after - one.before) / abs(one.before) if one.before else 100.0
