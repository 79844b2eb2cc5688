"""US Treasury: who was newly put on its sanctions lists, from the changes of each publication.

A month is counted once it is over in Washington and every publication of it has been read. Counted
are entries with ``action="add"``, each once a month, by the places of their addresses, as the
indicators define it. Entries that were on the list already and only gained an address are not new.
Deltas exist since 2023; months before ``FIRST`` rest on the panel in ``history.csv``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from indicators import checks
from indicators.period import Period
from indicators.source import Ask, Harvest, Lead, Request, Result, Source, Unexpected, Visit
from indicators.sources import months
from indicators.sources.ofac_delta import (
    Delta,
    Entry,
    Publication,
    parse_delta,
    parse_history,
)
from indicators.spec import Reading

FIRST = Period.parse("2025-01")  # the panel ends with December 2024
REST = 2  # days after the end of a month before it is counted
AT_ONCE = 60  # deltas read on one visit, whole months apart from that
LEADS_DAYS = 62  # older publications make no leads
ROUNDS = "sanctions_on_china"  # a list kept by hand, for which there are leads
XML = ("application/xml", "text/xml", "application/octet-stream", "binary/octet-stream")
JSON = ("application/json", "text/json")

#: Programmes by the beginning of their tag, with the reason why they belong here.
RUSSIA_PROGRAMMES = {
    "RUSSIA-EO": "harmful foreign activities of Russia (EO 14024, 14065)",
    "UKRAINE-EO": "the war in and around Ukraine since 2014 (EO 13660, 13661, 13662, 13685)",
    "CAATSA - RUSSIA": "the act of 2017, section 231",
    "PEESA": "pipelines for Russian gas",
    "MAGNIT": "the act in the name of Sergei Magnitsky",
}
CHINA_PROGRAMMES = {
    "CMIC-EO": "companies of the Chinese military and industry (EO 13959, 14032)",
    "NS-CMIC": "the same, on the list that does not block",
    "CCMC": "the same, under the first name of the list",
    "CHINESE-MILITARY": "the same, spelled out",
    "HK-EO": "the autonomy of Hong Kong (EO 13936)",
}


def _under(entry: Entry, programmes: Iterable[str]) -> bool:
    return any(tag.startswith(begin) for tag in entry.programmes for begin in programmes)


def _chinese(entry: Entry) -> bool:
    return not entry.places.isdisjoint({"china", "hong kong"})


#: What each indicator counts among new entries.
COUNTS: dict[str, Callable[[Entry], bool]] = {
    "ofac_russia_additions": lambda entry: "russia" in entry.places,
    "ofac_china_additions": lambda entry: "china" in entry.places,
    "secondary_designations_china": _chinese,
}


@dataclass
class Ofac:
    """Sanctions List Service of the Office of Foreign Assets Control."""

    name: str = "ofac"
    title: str = "US Treasury, Office of Foreign Assets Control"
    base_url: str = "https://sanctionslistservice.ofac.treas.gov"
    hosts: tuple[str, ...] = ("s3.us-gov-west-1.amazonaws.com",)
    indicators: tuple[str, ...] = (*COUNTS, ROUNDS)
    pace: float = 1.0
    cap: int = 10_000_000
    deadline: float = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Look whether there is a new publication, and count the months that are over.

        Raises
        ------
        CallFailed
            From ``ask``.
        Unexpected
            If a list or a delta is not of the expected shape.
        """
        return _Reader(self.base_url, ask, visit).harvest()


@dataclass
class _Reader:
    """One visit."""

    base_url: str
    ask: Ask
    visit: Visit
    deltas: dict[int, Delta] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    lists: dict[int, tuple[Publication, ...]] = field(default_factory=dict)

    def harvest(self) -> Harvest:
        """The latest publication first: without a new one and without a month to count, no more."""
        today = (self.visit.now - timedelta(hours=5)).date()
        latest = parse_delta(self.ask(Request("changes/latest", accept=XML)).body)
        mark = f"{latest.day} {min((one.id for one in latest.added), default=0)}"
        missing = self._missing(today)
        if not missing and mark == self.visit.memory.get("latest"):
            return Harvest("none", warnings=latest.warnings)
        readings = [one for period in self._affordable(missing) for one in self._count(period)]
        self._catch_up(latest)
        self.visit.memory["latest"] = mark
        since = today - timedelta(days=LEADS_DAYS)
        leads = {
            lead.key: lead
            for delta in (*self.deltas.values(), latest)
            if delta.day >= since and (lead := self._lead(delta)) is not None
        }
        warnings = dict.fromkeys([*self.warnings, *latest.warnings])
        news = months.news(readings, self.visit.known)
        result: Result = "value" if news or leads else "none"
        return Harvest(result, news, tuple(leads.values()), warnings=tuple(warnings))

    def _missing(self, today: date) -> list[Period]:
        count = (today.year - FIRST.start.year + 1) * 12
        return [
            period
            for period in months.finished(today, count, REST)
            if period >= FIRST
            and any(not months.is_known(self.visit.known, name, period) for name in COUNTS)
        ]

    def _affordable(self, missing: list[Period]) -> Iterator[Period]:
        """The newest months first, as many as one visit may read, but one at least."""
        read = 0
        for period in filter(self._is_told, missing):
            more = len(self._of(period))
            if read and read + more > AT_ONCE:
                return
            read += more
            yield period

    def _count(self, period: Period) -> Iterator[Reading]:
        publications = self._of(period)
        added = {entry.id: entry for one in publications for entry in self._delta(one).added}
        source = f"{self.base_url}/changes/history/{period.start.year}"
        for name, counted in COUNTS.items():
            ours = [entry for entry in added.values() if counted(entry)]
            about_russia = sum(_under(entry, RUSSIA_PROGRAMMES) for entry in ours)
            note = (
                f"new entries in {len(publications)} publications; "
                f"{about_russia} under programmes against Russia"
            )
            yield Reading(name, period, float(len(ours)), None, source, note)

    def _of(self, period: Period) -> list[Publication]:
        year = self._list(period.start.year)
        return [one for one in year if period.start <= one.day <= period.end]

    def _is_told(self, period: Period) -> bool:
        """Whether the list speaks of a month: by its publications, or by later ones."""
        return any(one.day >= period.start for one in self._list(period.start.year))

    def _list(self, year: int) -> tuple[Publication, ...]:
        if year not in self.lists:
            answer = self.ask(Request(f"changes/history/{year}", accept=JSON))
            self.lists[year], warnings = parse_history(answer.body)
            self.warnings += warnings
            key = f"publications {year}"
            before = int(self.visit.memory.get(key, "0"))
            why = checks.shrunk(before, len(self.lists[year]), f"the list of {year}")
            if why is not None:
                raise Unexpected(why)
            if any(one.day.year != year for one in self.lists[year]):
                raise Unexpected(f"the list of {year} holds publications of another year")
            self.visit.memory[key] = str(len(self.lists[year]))
        return self.lists[year]

    def _delta(self, one: Publication) -> Delta:
        if one.id not in self.deltas:
            delta = parse_delta(self.ask(Request(f"changes/{one.id}", accept=XML)).body)
            if abs((delta.day - one.day).days) > 1:
                raise Unexpected(f"publication {one.id} of {one.day} is dated {delta.day} inside")
            self.warnings += delta.warnings
            self.deltas[one.id] = delta
        return self.deltas[one.id]

    def _catch_up(self, latest: Delta) -> None:
        """Read what came out since the last visit, for its leads."""
        year = self._list(latest.day.year)
        if not year or year[-1].day < latest.day - timedelta(days=1):
            raise Unexpected(f"the list of {latest.day.year} ends before the latest publication")
        newest = max(one.id for one in year)
        last = int(self.visit.memory.get("last", str(newest)))
        for one in [one for one in year if one.id > last][-AT_ONCE:]:
            self._delta(one)
        self.visit.memory["last"] = str(newest)

    def _lead(self, delta: Delta) -> Lead | None:
        """A round against China for acts of its own: the list of rounds is kept by hand."""
        found = [entry for entry in delta.added if _under(entry, CHINA_PROGRAMMES)]
        if not found:
            return None
        tags = sorted({tag for entry in found for tag in entry.programmes})
        day = delta.day
        return Lead(
            indicator=ROUNDS,
            key=f"{day} {min(entry.id for entry in found)}",
            day=day,
            title=f"{len(found)} new entries under {', '.join(tags)}",
            url=f"{self.base_url}/changes/history/{day.year}/{day.month}/{day.day}",
            why="a round counts from five Chinese entries on, or one of the first rank",
        )


SOURCE: Source = Ofac()
