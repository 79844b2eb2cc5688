"""A small source of its own kind, read as the real ones are: one table and a list of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from indicators import Period, Reading, checks
from indicators.source import (
    Answer,
    Ask,
    Harvest,
    Lead,
    Request,
    Unexpected,
    Visit,
    Withdrawal,
)

TRADE = "trade_total"
MEETINGS = "leader_meetings"


@dataclass
class Gazette:
    """``{"published_at": moment or null, "rows": [{"period", "value"}], "events": [...]}``."""

    base_url: str
    name: str = "gazette"
    title: str = "the Gazette"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = (TRADE, MEETINGS)
    pace: float = 0.0
    cap: int = 200_000
    deadline: float = 5.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Read the table, and the events where there are any."""
        answer = ask(Request("table"))
        if answer.unchanged:
            return Harvest("unchanged")
        content = checks.mapping(checks.parse_json(answer.body), "the table", ["rows"])
        rows = checks.sequence(content["rows"], "the rows")
        why = checks.shrunk(int(visit.memory.get("rows", "0")), len(rows), "the table")
        if why is not None:
            raise Unexpected(why)
        visit.memory["rows"] = str(len(rows))
        stated = content.get("published_at")
        published_at = None if stated is None else checks.instant(stated, "published_at")
        harvest = _read(rows, published_at, answer, visit)
        leads = tuple(_lead(one) for one in content.get("events", []))
        if not (harvest.readings or harvest.withdrawn or leads):
            return Harvest("empty" if not rows else "none", warnings=harvest.warnings)
        return Harvest(
            "value",
            readings=harvest.readings,
            leads=leads,
            withdrawn=harvest.withdrawn,
            warnings=(
                *harvest.warnings,
                *checks.unknown_fields(content, ("published_at", "rows", "events"), "the table"),
            ),
        )


def _read(rows: list[Any], published_at: datetime | None, answer: Answer, visit: Visit) -> Harvest:
    readings: list[Reading] = []
    withdrawn: list[Withdrawal] = []
    rejected: list[str] = []
    for row in rows:
        try:
            period = Period.parse(row["period"])
            value = row["value"]
            if value is None:
                if period.text in visit.known.get(TRADE, {}):
                    withdrawn.append(Withdrawal(TRADE, period, answer.url))
                continue
            number = checks.number(value, f"the value of {period}")
        except (ValueError, Unexpected) as error:
            rejected.append(f"a row was rejected: {error}")
            continue
        readings.append(Reading(TRADE, period, number, published_at, answer.url))
    return Harvest("value", tuple(readings), withdrawn=tuple(withdrawn), warnings=tuple(rejected))


def _lead(event: Any) -> Lead:
    return Lead(
        MEETINGS,
        key=event["id"],
        day=date.fromisoformat(event["day"]),
        title=event["title"],
        url=event["url"],
        why="the title names both presidents",
    )
