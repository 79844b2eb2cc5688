"""The US Federal Register: orders on Russia and China, and rules of the Entity List.

A month is counted once it is over and the answer to every query holds all its documents; they never
change after that. The counts are of documents by their day of publication, which is context: the
indicators of sanctions count announcements and dates of effect, with acts of the EU among them,
and are kept by hand. For those a document that fits is a lead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from indicators.period import Period
from indicators.source import Ask, Harvest, Lead, Request, Result, Source, Unexpected, Visit
from indicators.sources import months
from indicators.sources.federal_register_page import FIELDS, Document, parse_page
from indicators.sources.federal_register_rules import (
    COMMERCE,
    ENTITY_RULES,
    ORDERS,
    RULES,
    TRADE,
    TREASURY,
    classify,
)
from indicators.spec import Reading

COUNTS = (*ORDERS.values(), ENTITY_RULES)
LISTS = tuple(dict.fromkeys(name for rule in RULES for _, name in rule.leads))
CONTROLS = "tariff_and_control_acts"
MONTHS_BACK = 24
REST = 2  # days after the end of a month before it is counted
LEADS_DAYS = 45  # how far back the first visit looks for leads
PER_PAGE = 200
MOST_PAGES = 100

type Params = tuple[tuple[str, str], ...]

#: Two queries see everything that the rules speak of.
QUERIES: dict[str, Params] = {
    "presidential documents": (("conditions[type][]", "PRESDOCU"),),
    "rules and notices": (
        ("conditions[type][]", "RULE"),
        ("conditions[type][]", "NOTICE"),
        *(("conditions[agencies][]", one) for one in (COMMERCE, TREASURY, TRADE)),
    ),
}


@dataclass
class FederalRegister:
    """Office of the Federal Register, API version 1."""

    name: str = "federal_register"
    title: str = "US Federal Register"
    base_url: str = "https://www.federalregister.gov/api/v1"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = (*COUNTS, *LISTS)
    pace: float = 1.0
    cap: int = 10_000_000
    deadline: float = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Ask for everything since the oldest month that is not counted yet.

        Raises
        ------
        CallFailed
            From ``ask``.
        Unexpected
            If a page is not of the expected shape, or documents are missing from the pages.
        """
        return _Reader(ask, visit).harvest()


@dataclass
class _Reader:
    """One visit."""

    ask: Ask
    visit: Visit
    warnings: list[str] = field(default_factory=list)
    found: dict[str, dict[str, Document]] = field(default_factory=dict)
    source: str = ""

    def harvest(self) -> Harvest:
        """Read both queries, count the months that are over, tell what may be a case."""
        today = (self.visit.now - timedelta(hours=5)).date()
        missing = [
            period
            for period in months.finished(today, MONTHS_BACK, REST)
            if any(not months.is_known(self.visit.known, name, period) for name in COUNTS)
        ]
        told = self._told_until(today)
        since = min([told, *(period.start for period in missing)])
        for name, conditions in QUERIES.items():
            self.found[name] = self._all(name, conditions, since, today)
        readings = [one for period in missing for one in self._count(period)]
        leads = tuple(self._leads(told, today))
        self.visit.memory["told until"] = today.isoformat()
        news = months.news(readings, self.visit.known)
        result: Result = "none" if any(self.found.values()) else "empty"
        if news or leads:
            result = "value"
        return Harvest(result, news, leads, warnings=tuple(dict.fromkeys(self.warnings)))

    def _told_until(self, today: date) -> date:
        """The day from which leads are wanted; its own documents are told again and known."""
        noted = self.visit.memory.get("told until")
        return date.fromisoformat(noted) if noted else today - timedelta(days=LEADS_DAYS)

    def _all(self, name: str, conditions: Params, since: date, today: date) -> dict[str, Document]:
        """Every document of a query, by number; pages are followed to the last."""
        request = Request("documents.json", params=_params(conditions, since, today))
        documents: dict[str, Document] = {}
        wanted = None
        for _ in range(MOST_PAGES):
            answer = self.ask(request)
            self.source = self.source or answer.url
            page = parse_page(answer.body)
            self.warnings += page.warnings
            wanted = page.count if wanted is None else wanted
            before = len(documents)
            documents |= {one.number: one for one in page.documents}
            if page.next_url is None:
                break
            if len(documents) == before:
                raise Unexpected(f"{name}: a page brought nothing new, and still another follows")
            request = Request(page.next_url)
        else:
            raise Unexpected(f"{name}: more than {MOST_PAGES} pages")
        if len(documents) < (wanted or 0):
            raise Unexpected(f"{name}: {len(documents)} of {wanted} documents arrived")
        strange = [one for one in documents.values() if not since <= one.published <= today]
        if strange:
            raise Unexpected(
                f"{name}: asked for {since} to {today}, got one of {strange[0].published}; "
                "are the conditions still understood?"
            )
        return documents

    def _count(self, period: Period) -> Iterator[Reading]:
        ours: list[Document] = []
        for name, documents in self.found.items():
            of_month = [
                one for one in documents.values() if period.start <= one.published <= period.end
            ]
            if not of_month:
                self.warnings.append(f"{period} has no {name} at all; it is not counted")
                return
            ours += of_month
        for count in COUNTS:
            numbers = sorted({one.number for one in ours if count in _counts(one)})
            note = ", ".join(numbers[:12]) + (" and more" if len(numbers) > 12 else "")
            yield Reading(count, period, float(len(numbers)), None, self.source, note)

    def _leads(self, since: date, today: date) -> Iterator[Lead]:
        reasons = {rule.id: rule.why for rule in RULES}
        documents = [one for found in self.found.values() for one in found.values()]
        for one in sorted(documents, key=lambda one: (one.published, one.number)):
            finding = classify(one)
            if finding is None or one.published < since:
                continue
            for indicator in finding.leads:
                why = f"{finding.rule}: {reasons[finding.rule]}"
                day = _day_of(indicator, one, today)
                yield Lead(indicator, one.number, day, one.title, one.url, why)


def _counts(one: Document) -> Sequence[str]:
    finding = classify(one)
    return () if finding is None else finding.counts


def _day_of(indicator: str, one: Document, today: date) -> date:
    """The day that a list goes by: of effect for tariffs and controls, else of the signature."""
    if indicator == CONTROLS and one.effective is not None and one.effective <= today:
        return one.effective
    return one.signed or one.published


def _params(conditions: Params, since: date, today: date) -> Params:
    return (
        *conditions,
        ("conditions[publication_date][gte]", since.isoformat()),
        ("conditions[publication_date][lte]", today.isoformat()),
        *(("fields[]", name) for name in FIELDS),
        ("order", "oldest"),
        ("per_page", str(PER_PAGE)),
    )


SOURCE: Source = FederalRegister()
