"""Table (4): what China traded with each country in a month and since January."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from indicators import checks
from indicators.source import Unexpected
from indicators.sources import markup
from indicators.sources.gacc_index import as_currency, currency_of, plain, span_of

TOTAL = ("total", "total value")
RUSSIA = ("russian federation", "russia", "russian federation (russia)")
UNITED_STATES = ("united states (us)", "united states", "united states of america", "usa")

#: Cells of a row: name, the figures, three growth rates. In a table that covers a single span
#: (January alone, January and February together, the layout of old) each figure stands once.
TWO_SPANS, ONE_SPAN = 10, 7
LONGEST = 200  # characters of a cell or a title that are read
ORDER = ("export import", "export", "import")
_WORDS = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_UNIT = re.compile(
    r"\bUnit\s*:?\s*(?P<currency>CNY|RMB|USD|US\s?\$|US dollars?)\s*(?P<number>[\d,.]*)\s*"
    r"(?P<word>thousand|million|billion)?s?\b",
    re.IGNORECASE | re.ASCII,
)
_YEAR = re.compile(r"\b(20\d\d)\b", re.ASCII)
_DAY = re.compile(r"(20\d\d)[/-](\d{1,2})[/-](\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Trade in both directions, exports and imports, in billions of the table's currency."""

    total: float
    exports: float
    imports: float

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.total - other.total, self.exports - other.exports, self.imports - other.imports
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One partner: the month by itself, and all months since January; None where not given."""

    month: Amounts | None
    since_january: Amounts | None


@dataclass(frozen=True)
class Table:
    """One page; ``first`` and ``last`` are the months its single figures cover."""

    year: int
    first: int
    last: int
    currency: str
    published: datetime | None
    total: Row
    russia: Row
    united_states: Row | None
    n_rows: int


def parse_table(body: bytes, expected: str | None = None) -> Table:
    """Read a page of table (4); ``expected`` is the currency that the index promised.

    Raises
    ------
    Unexpected
        If period, unit or partners are not found, or the columns do not add up.
    """
    root = markup.parse_html(body, "table (4)")
    title = _title(root)
    span = span_of(title.rpartition("Region")[2])
    year = _YEAR.search(title)
    if span is None or year is None:
        raise Unexpected(f"the title {title[:100]!r} names no month and year")
    if span[0] not in (1, span[1]):
        raise Unexpected(f"the title {title[:100]!r} covers months that do not begin in January")
    rows = list(_rows(root))
    per_unit, currency = _unit(rows)
    for told, by in ((currency_of(title), "the title"), (expected, "the index")):
        if told is not None and told != currency:
            raise Unexpected(f"{by} says {told}, but the unit row {currency}")
    figures = _Figures(rows, per_unit, span)
    return Table(
        year=int(year[1]),
        first=span[0],
        last=span[1],
        currency=currency,
        published=_published(root),
        total=figures.row(TOTAL),
        russia=figures.row(RUSSIA),
        united_states=figures.row(UNITED_STATES) if figures.has(UNITED_STATES) else None,
        n_rows=len(figures.named),
    )


def _title(root: markup.Element) -> str:
    """The title of the page, which must be that of the table by country."""
    candidates = [
        *root.iter("title"),
        *(one for one in root.iter("div") if "atcl-ttl" in one.get("class", "").split()),
    ]
    titles = [plain(markup.text_of(one)[:LONGEST]) for one in candidates]
    for title in titles:
        if re.search(r"\bCountry\b|\bRegion\b", title):
            return title
    raise Unexpected(f"no title names a table by country; there are {titles[:3]}")


def _published(root: markup.Element) -> datetime | None:
    for one in root.iter("div"):
        match = _DAY.search(markup.text_of(one)) if one.get("class") == "atcl-date" else None
        if match is not None:
            try:
                day = date(*map(int, match.groups()))
            except ValueError:
                raise Unexpected(f"the page is dated {match[0]}, which is no day") from None
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return None


def _rows(root: markup.Element) -> Iterator[list[str]]:
    for row in root.iter("tr"):
        yield [plain(markup.text_of(cell)[:LONGEST]) for cell in row if cell.tag in {"td", "th"}]


def _unit(rows: list[list[str]]) -> tuple[float, str]:
    """Billions in one unit of the table, and its currency, from the row that states them."""
    stated = [cell for row in rows for cell in row if re.match(r"unit\b", cell, re.IGNORECASE)]
    match = _UNIT.search(stated[0]) if stated else None
    if match is None or not (match["number"] or match["word"]):
        raise Unexpected(f"the unit of the table is not told; the row says {stated[:1]}")
    number = 1.0
    if match["number"]:
        number = checks.number(match["number"], "the unit", grouped=True)
    per_unit = number * _WORDS[(match["word"] or "").lower()] / 1e9
    if per_unit <= 0:
        raise Unexpected(f"the unit {stated[0][:60]!r} makes no sense")
    return per_unit, as_currency(match["currency"])


class _Figures:
    """The rows of partners by name, and their figures once they are shown to be in place."""

    def __init__(self, rows: list[list[str]], per_unit: float, span: tuple[int, int]) -> None:
        self.per_unit, self.span = per_unit, span
        self.named: dict[str, list[str]] = {}
        begun = False
        for cells in rows:
            name = (
                re.sub(r"^of which:?\s*", "", cells[0], flags=re.IGNORECASE).lower()
                if cells
                else ""
            )
            begun = begun or name in TOTAL
            if not begun or len(cells) not in (TWO_SPANS, ONE_SPAN):
                continue
            if name in self.named:
                raise Unexpected(f"the table has {cells[0][:60]!r} twice")
            self.named[name] = cells
        self.repeats = _check_heads(rows, span)

    def has(self, names: Iterable[str]) -> bool:
        return any(name in self.named for name in names)

    def row(self, names: Iterable[str]) -> Row:
        found = [name for name in names if name in self.named]
        if len(found) != 1:
            there = ", ".join(name[:40] for name in list(self.named)[:5]) or "no rows with figures"
            raise Unexpected(f"the table has {len(found)} rows for {next(iter(names))}: {there}")
        cells = self.named[found[0]]
        if len(cells) == ONE_SPAN:
            single = self._amounts(found[0], cells[1:4])
            return Row(single if self.span[0] == self.span[1] else None, single)
        month, year = (self._amounts(found[0], cells[at:7:2]) for at in (1, 2))
        if month is not None and year is not None:
            slack = self._slack(cells[1:7]) * self.per_unit
            if any(
                m > y + slack
                for m, y in (
                    (month.total, year.total),
                    (month.exports, year.exports),
                    (month.imports, year.imports),
                )
            ):
                raise Unexpected(f"{found[0]}: the month is larger than the months since January")
        repeated = self.repeats or (self.span[0] < self.span[1] and month == year)
        return Row(None if repeated else month, year)

    def _amounts(self, name: str, cells: list[str]) -> Amounts | None:
        """Three figures that add up; None where the publisher shows none of them."""
        if any(cell.strip("-–—. ") == "" or set(cell) == {"#"} for cell in cells):
            return None
        total, exports, imports = (
            checks.number(cell, f"{name} in table (4)", grouped=True) for cell in cells
        )
        if min(total, exports, imports) < 0:
            raise Unexpected(f"{name}: a negative amount among {', '.join(cells)}")
        if abs(total - exports - imports) > self._slack(cells):
            raise Unexpected(
                f"{name}: {cells[1]} and {cells[2]} do not add up to {cells[0]}; "
                "the columns are not where they should be"
            )
        return Amounts(total * self.per_unit, exports * self.per_unit, imports * self.per_unit)

    @staticmethod
    def _slack(cells: list[str]) -> float:
        """What rounding of three figures can make, with the decimals that are shown."""
        decimals = min(len(cell.partition(".")[2]) for cell in cells)
        return 1.6 * 10.0**-decimals


def _check_heads(rows: list[list[str]], span: tuple[int, int]) -> bool:
    """Whether the column of the month repeats the months since January.

    The heads may hold placeholders, and then say nothing; but they must not contradict the order
    of columns or the month of the title.
    """
    repeats = False
    for cells in rows:
        if cells and cells[0].lower() in TOTAL:
            break
        heads = [re.sub(r"\W+", " ", cell).strip().lower() for cell in cells]
        order = [
            one for one in dict.fromkeys(heads) if one in {"export import", "export", "import"}
        ]
        if len(order) == 3 and order != ["export import", "export", "import"]:
            raise Unexpected(f"the columns come as {', '.join(order)}; expected the sum first")
        if len(cells) != TWO_SPANS:
            continue
        months = [[int(n) for n in re.findall(r"\d{1,2}", head, re.ASCII)] for head in heads[1:3]]
        if not all(months) or not all(1 <= n <= 12 for one in months for n in one):
            continue
        if months[0][-1] != span[1] or months[1][-1] != span[1]:
            raise Unexpected(
                f"the heads say {cells[1]} and {cells[2]}, but the title month {span[1]}"
            )
        repeats = len(months[0]) > 1
    return repeats
