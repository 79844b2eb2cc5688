"""The President of Russia: meetings and calls with the President of China, from his own feed.

A month is counted once it is over and every page of the feed back to a week before it has been
read. A month in which something is unclear goes to quarantine with what is unclear. What happens
in a month that is not over, and what belongs to lists that people keep, are leads. A feed that
cannot be read is a failure, never a month without a meeting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from indicators.period import Period
from indicators.source import Ask, Doubt, Harvest, Lead, Request, Result, Source, Unexpected, Visit
from indicators.sources import months
from indicators.sources.kremlin_feed import MOSCOW, Entry, parse_feed
from indicators.sources.kremlin_rules import HINTS, kind_of
from indicators.sources.kremlin_stays import Stay, stays
from indicators.spec import Reading

MEETINGS, CALLS = "leader_meetings", "leader_calls"
MONTHS_BACK = 3
REST = 3  # days after the end of a month for the pages in English to appear
BEFORE = timedelta(days=7)  # a stay that began in the month before is not counted twice
SILENCE = timedelta(days=10)  # a site that publishes daily is not silent for so long
MOST_PAGES = 80
SCHEDULED = timedelta(days=2)  # entries may stand a little out of order
FEED = ("application/atom+xml", "application/xml", "text/xml", "application/rss+xml")
PATH = "events/all/feed"


@dataclass
class Kremlin:
    """Site of the President of Russia in English, plain http."""

    name: str = "kremlin"
    title: str = "President of Russia"
    base_url: str = "http://en.kremlin.ru"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = (MEETINGS, CALLS, *dict.fromkeys(h.indicator for h in HINTS))
    pace: float = 2.0
    cap: int = 10_000_000
    deadline: float = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Read the feed back to where it is known, count months that are over, tell the rest.

        Raises
        ------
        CallFailed
            From ``ask``.
        Unexpected
            If a page is no feed, or the pages do not go on in order.
        """
        return _Reader(f"{self.base_url}/{PATH}", ask, visit).harvest()


@dataclass
class _Reader:
    """One visit."""

    feed: str
    ask: Ask
    visit: Visit
    entries: dict[str, Entry] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def harvest(self) -> Harvest:
        """Read pages, newest first, and part them by what they tell."""
        today = self.visit.now.astimezone(MOSCOW).date()
        wanted = [one for one in months.finished(today, MONTHS_BACK, REST) if self._lacks(one)]
        noted = self.visit.memory.get("told until")
        told = date.fromisoformat(noted) if noted else today.replace(day=1)
        since = min([told, *(period.start - BEFORE for period in wanted)])
        reached = self._read(since, today)
        readings: list[Reading] = []
        doubts: list[Doubt] = []
        for period in wanted:
            if reached > period.start - BEFORE:
                self.warnings.append(f"the pages end at {reached}; {period} is not counted")
                continue
            if not any(one.day > period.end for one in self.entries.values()):
                self.warnings.append(f"nothing is newer than {period}; is the feed alive?")
                continue
            for reading, why in self._count(period):
                if why is None:
                    readings.append(reading)
                elif months.news([reading], self.visit.known):
                    doubts.append(Doubt(reading, why))
                    self.visit.memory[_unclear(period)] = reading.indicator
        over = months.finished(today, 1, REST)[0].end
        leads = tuple(self._leads(told, over))
        self.visit.memory["told until"] = today.isoformat()
        news = months.news(readings, self.visit.known)
        alive = any(one.day > today - SILENCE for one in self.entries.values())
        result: Result = "none" if alive else "empty"
        if news or leads or doubts:
            result = "value"
        warnings = tuple(dict.fromkeys([*self.warnings, *self.bad]))
        return Harvest(result, news, leads, tuple(doubts), warnings)

    def _lacks(self, period: Period) -> bool:
        """Whether a month is still to be counted; what was unclear has been told, and waits."""
        if _unclear(period) in self.visit.memory:
            return False
        return not (months.is_known(self.visit.known, MEETINGS, period) and self._has_calls(period))

    def _has_calls(self, period: Period) -> bool:
        """Calls are recorded by year where a person counted them; then the months are not."""
        year = Period.parse(period.text[:4])
        return any(months.is_known(self.visit.known, CALLS, one) for one in (period, year))

    def _read(self, since: date, today: date) -> date:
        """Read pages until one ends before a day; give the day from which on all is known."""
        request = Request(PATH, accept=FEED)
        oldest = today + timedelta(days=1)  # a clock ahead of ours
        for _ in range(MOST_PAGES):
            page = parse_feed(self.ask(request).body)
            self.bad += page.bad
            self.warnings += page.warnings
            early = [one for one in page.entries if one.day > today + timedelta(days=1)]
            self.bad += [f"{one.id} is dated {one.day}, which is to come" for one in early]
            days = [one.day for one in page.entries if one not in early]
            if not days or max(days) > oldest + SCHEDULED:
                raise Unexpected(f"{request.path} is not older than the page before it")
            new = {one.id: one for one in page.entries if one not in early}
            if self.entries.keys() >= new.keys() and page.next_url:
                raise Unexpected(f"{request.path} brings nothing new; the pages go in circles")
            self.entries |= new
            oldest = min(days)
            if page.next_url is None or oldest < since:
                break
            request = Request(page.next_url, accept=FEED)
        return oldest + timedelta(days=1)  # the day itself may go on overleaf

    def _of(self, *kinds: str) -> list[Entry]:
        return [one for one in self.entries.values() if kind_of(one) in kinds]

    def _count(self, period: Period) -> Iterator[tuple[Reading, str | None]]:
        """The counts of one month, each with what is unclear about it."""
        met = stays(self._of("meeting"))
        ours = [one for one in met if period.start <= one.first <= period.end]
        open_ones = [
            one
            for one in self._of("maybe a meeting")
            if _within(one.day, period) and not any(stay.is_near(one.day) for stay in met)
        ]
        unclear = [stay.entries[0] for stay in ours if stay.unclear] + open_ones
        note = "; ".join(f"{one.first.day}: {one.host or one.entries[0].title}" for one in ours)
        first = ours[0].entries[0].id if ours else self.feed
        yield self._reading(MEETINGS, period, len(ours), first, note), self._why(unclear)
        if self._has_calls(period):
            return
        called = {one.day: one for one in self._of("call") if _within(one.day, period)}
        open_ones = [
            one
            for one in self._of("maybe a call")
            if _within(one.day, period) and one.day not in called
        ]
        note = "; ".join(f"{day.day}: {one.title}" for day, one in sorted(called.items()))
        first = called[min(called)].id if called else self.feed
        yield self._reading(CALLS, period, len(called), first, note), self._why(open_ones)

    @staticmethod
    def _reading(name: str, period: Period, count: int, source: str, note: str) -> Reading:
        return Reading(name, period, float(count), None, source, note[:400])

    def _why(self, unclear: list[Entry]) -> str | None:
        """What a person has to look at before a month is counted."""
        if self.bad:
            return f"{len(self.bad)} entries could not be read: {self.bad[0]}"
        if unclear:
            return "unclear: " + "; ".join(f"{one.title[:80]} ({one.id})" for one in unclear[:5])
        return None

    def _leads(self, since: date, over: date) -> Iterator[Lead]:
        """Encounters of months that are not over, and hints for lists kept by hand."""
        found: dict[str, list[tuple[Entry, str]]] = {MEETINGS: [], CALLS: []}
        for stay in stays(self._of("meeting")):
            found[MEETINGS].append((stay.entries[0], _told(stay)))
        for name, kind in ((MEETINGS, "maybe a meeting"), (CALLS, "maybe a call"), (CALLS, "call")):
            found[name] += [(one, kind) for one in self._of(kind)]
        for name, told in found.items():
            for entry, why in told:
                if entry.day >= since and entry.day > over:
                    yield _lead(name, entry, f"{why}; its month is counted when it is over")
        for hint in HINTS:
            for entry in self.entries.values():
                if entry.day >= since and hint.fits(entry):
                    yield _lead(hint.indicator, entry, hint.why)


def _lead(indicator: str, entry: Entry, why: str) -> Lead:
    return Lead(indicator, entry.id, entry.day, entry.title, entry.id, why)


def _told(stay: Stay) -> str:
    where = f" in {stay.host}" if stay.host else ""
    return f"a meeting in person{where}, told in {len(stay.entries)} entries"


def _unclear(period: Period) -> str:
    """The note to ourselves that a month has gone to quarantine."""
    return f"unclear {period}"


def _within(day: date, period: Period) -> bool:
    return period.start <= day <= period.end


SOURCE: Source = Kremlin()
