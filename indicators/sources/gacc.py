"""Chinese customs: the quick table of trade by country, about ten days after the month.

``trade_total`` is the sum of both directions with Russia, from the table in US dollars; what is
published in yuan only is told and never converted. The shares of Russia and the United States
are their part of all exports, from the same table. January is not published alone: where the
February page gives February and the sum since January, January is the difference, as in
``history.csv``; where it gives the sum alone, neither month is known. The December page also gives
the year. Tables are revised silently at the same address, so the last months are read again, and a
changed figure counts as published when we saw it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from indicators import checks
from indicators.period import Period
from indicators.source import (
    Answer,
    Ask,
    Doubt,
    Harvest,
    Request,
    Result,
    Source,
    Unexpected,
    Visit,
)
from indicators.sources import months
from indicators.sources.gacc_index import Index, parse_index
from indicators.sources.gacc_table import Amounts, Row, Table, parse_table
from indicators.spec import Reading

TRADE = "trade_total"
RUSSIAN_SHARE = "russia_share_china_exports"
AMERICAN_SHARE = "us_share_china_exports_customs"
AGAIN = 3  # so many of the last months are read again
LEAP = 3.0  # a month that trade multiplies or divides by this is looked at first
PAGE = ("text/html", "application/xhtml+xml")
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

type Pick = Callable[[Row], Amounts | None]


@dataclass
class Gacc:
    """General Administration of Customs, English site, plain http."""

    name: str = "gacc"
    title: str = "General Administration of Customs of China"
    base_url: str = "http://english.customs.gov.cn"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = (TRADE, RUSSIAN_SHARE, AMERICAN_SHARE)
    pace: float = 1.0
    cap: int = 10_000_000
    deadline: float = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Read the months that are new or may have been revised.

        Raises
        ------
        CallFailed
            From ``ask``.
        Unexpected
            If an index or a table is not of the expected shape.
        """
        return _Reader(ask, visit).harvest()


@dataclass
class _Reader:
    """One visit."""

    ask: Ask
    visit: Visit
    warnings: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def harvest(self) -> Harvest:
        """Read this year's tables, and those of last year while it has not been read whole."""
        now = self._index("statics/report/preliminary.html", None)
        newest = self._tables(now, AGAIN)
        missing = AGAIN - len(now.usd)
        done = f"read whole: {now.year - 1}"
        if missing > 0 or done not in self.visit.memory:
            past = self._index(f"statics/report/preliminary{now.year - 1}.html", now.year - 1)
            newest = self._tables(past, max(missing, 0)) or newest
            if 12 in past.usd:
                self.visit.memory[done] = "yes"
        if newest is not None:
            self.visit.memory["rows"] = str(newest.n_rows)
        news = months.news(self.readings, self.visit.known)
        if news or self.doubts:
            result: Result = "value"
        else:
            result = "unchanged" if newest is not None else "none"
        return Harvest(result, news, doubts=tuple(self.doubts), warnings=tuple(self.warnings))

    def _index(self, path: str, year: int | None) -> Index:
        answer = self.ask(Request(path, accept=PAGE))
        index = parse_index(answer.body, answer.url, year)
        self.warnings += [
            f"{NAMES[number - 1]} {index.year} is published in yuan only; nothing is converted"
            for number in sorted(index.cny.keys() - index.usd.keys())
        ]
        return index

    def _tables(self, index: Index, again: int) -> Table | None:
        """Read the last ``again`` months and those of which nothing is known; give the newest."""
        out = sorted(index.usd)
        wanted = set(out[-again:] if again else ())
        wanted |= {number for number in out if self._lacks(index.year, number)}
        tables = [self._table(index, number) for number in sorted(wanted)]
        return tables[-1] if tables and out[-1] in wanted else None

    def _lacks(self, year: int, number: int) -> bool:
        month = months.month(year, number)
        return not all(
            months.is_known(self.visit.known, name, month) for name in (TRADE, RUSSIAN_SHARE)
        )

    def _table(self, index: Index, number: int) -> Table:
        answer = self.ask(Request(index.usd[number], accept=PAGE))
        table = parse_table(answer.body, "USD")
        if (table.year, table.last) != (index.year, number):
            raise Unexpected(
                f"the page linked for {NAMES[number - 1]} {index.year} is of "
                f"{NAMES[table.last - 1]} {table.year}"
            )
        end = months.month(table.year, table.last).end
        if table.published is not None and table.published.date() <= end:
            raise Unexpected(f"the table to {end} is dated {table.published:%Y-%m-%d}")
        why = checks.shrunk(int(self.visit.memory.get("rows", "0")), table.n_rows, "the table")
        for one in self._found(table, answer):
            doubt = why or self._leap(one)
            if doubt is None:
                self.readings.append(one)
            elif months.news([one], self.visit.known):
                self.doubts.append(Doubt(one, doubt))
        return table

    def _found(self, table: Table, answer: Answer) -> Iterator[Reading]:
        """The readings of one table: its month, perhaps January, in December the year."""
        month = months.month(table.year, table.last)
        spans: list[tuple[Period, Pick, str]] = [(month, lambda row: row.month, "")]
        if table.last == 2:
            note = "January-February less February"
            spans.insert(0, (months.month(table.year, 1), _rest, note))
        if table.last == 12:
            spans.append((Period.parse(str(table.year)), lambda row: row.since_january, ""))
        published = table.published and min(table.published, answer.fetched_at)
        for period, pick, note in spans:
            values = _values(table, pick)
            if not values:
                self.warnings.append(f"{period} is not given by itself; nothing is recorded for it")
            for name, value in values.items():
                reading = Reading(name, period, value, published, answer.url, note)
                yield self._dated(reading, answer)

    def _dated(self, reading: Reading, answer: Answer) -> Reading:
        """A revised page keeps its first date, but the new figure was not known then."""
        known = months.is_known(self.visit.known, reading.indicator, reading.period)
        if known and months.news([reading], self.visit.known):
            return replace(reading, published_at=answer.fetched_at)
        return reading

    def _leap(self, one: Reading) -> str | None:
        """Why a month of trade is too far from the one before it, or None."""
        if one.indicator != TRADE or one.period.kind != "month":
            return None
        known = dict(self.visit.known.get(TRADE, {}))
        known |= {r.period.text: r.value for r in self.readings if r.indicator == TRADE}
        earlier = [text for text in known if len(text) == 7 and text < one.period.text]
        if not earlier:
            return None
        before = known[max(earlier)]
        if before / LEAP <= one.value <= before * LEAP:
            return None
        return f"{one.value:g} after {before:g} in {max(earlier)}; has the unit changed?"


def _values(table: Table, pick: Pick) -> dict[str, float]:
    """Values by indicator for one span of months; none if the publisher does not give it."""
    russia, total = pick(table.russia), pick(table.total)
    if russia is None or total is None:
        return {}
    found = {TRADE: round(russia.total, 6)}
    american = None if table.united_states is None else pick(table.united_states)
    for name, partner in ((RUSSIAN_SHARE, russia), (AMERICAN_SHARE, american)):
        if partner is not None and total.exports > 0:
            found[name] = round(100 * partner.exports / total.exports, 4)
    return found


def _rest(row: Row) -> Amounts | None:
    """January, where February and both months together are given."""
    if row.month is None or row.since_january is None:
        return None
    return row.since_january - row.month


SOURCE: Source = Gacc()
