"""SIPRI Arms Transfers Database: the trade register, asked for as a table of all deliveries.

The answer is JSON around a table in base64, the table begins after a preamble of changing length,
and holds one line per deal *and year of delivery*. SIPRI estimates the whole history anew each
March. Only yearly sums of single pairs leave this module: the terms ask for no more.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from indicators.checks import mapping, parse_json, shrunk, text, unknown_fields
from indicators.period import Period
from indicators.source import Ask, Harvest, Request, Source, Unexpected, Visit
from indicators.spec import Reading

FIRST_YEAR = 1995
UNDELIVERED_YEARS = 6
"""Orders of the last years are left out: what is not yet delivered would be missing."""
RECIPIENTS: Mapping[str, str] = {
    "China": "arms_deliveries",
    "India": "arms_to_india",
    "Viet Nam": "arms_to_vietnam",
    "Indonesia": "arms_to_indonesia",
}
ORDERS = "arms_orders"
FIRST_CELL = "SIPRI AT Database ID"
NEEDED = ("Supplier", "Recipient", "Order date", "Delivery year", "TIV delivery values")
COLUMNS = (
    *(FIRST_CELL, "Supplier", "Recipient", "Designation", "Description", "Armament category"),
    *("Order date", "Order date is estimate", "Numbers delivered"),
    *("Numbers delivered is estimate", "Delivery year", "Delivery year is estimate", "Status"),
    *("SIPRI estimate", "TIV deal unit", "TIV delivery values", "Local production"),
)
_GENERATED = re.compile(r"Data generated: (\d{1,2}) ([A-Z][a-z]{2})[a-z]* (\d{4})\b")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR = re.compile(r"(19|20)\d\d", re.ASCII)
_DEAL = re.compile(r"\d{1,9}", re.ASCII)


@dataclass
class Total:
    """A sum of trend-indicator values, million, and the deals that it rests on."""

    tiv: Decimal = Decimal(0)
    deals: set[str] = field(default_factory=set)

    def add(self, deal: str, tiv: Decimal) -> None:
        """Add one line of the register."""
        self.tiv += tiv
        self.deals.add(deal)


@dataclass(frozen=True)
class Register:
    """The sums of Russia's deliveries that we watch, by year.

    ``delivered`` by recipient and year of delivery, ``ordered`` by China's year of order;
    ``generated`` is the day that the table names, the mark of its vintage.
    """

    generated: date
    n_lines: int
    delivered: Mapping[tuple[str, int], Total]
    ordered: Mapping[int, Total]
    first_delivery: int
    last_delivery: int
    warnings: tuple[str, ...] = ()


def parse_register(body: bytes) -> Register:
    """Read one answer of the trade register.

    Raises
    ------
    Unexpected
        If it is no table in base64, names no day of generation, lacks a column, or holds a line
        that cannot be read.
    """
    content = mapping(parse_json(body), "the answer", ("bytes",))
    packed = content["bytes"]
    if not isinstance(packed, str):
        raise Unexpected("bytes is no text; expected a table in base64")
    try:
        decoded = text(base64.b64decode(packed, validate=True), what="the register")
    except (binascii.Error, ValueError) as error:
        raise Unexpected(f"bytes is no base64: {error}") from None
    lines = decoded.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(FIRST_CELL)), None)
    if start is None:
        raise Unexpected(f"no line of the register begins with {FIRST_CELL!r}")
    generated = _generated(lines[:start])
    header, *rows = _cells(lines[start:])
    warnings = (*unknown_fields(content, ("bytes",), "the answer"),)
    return _sums(header, rows, generated, warnings)


def _generated(preamble: Sequence[str]) -> date:
    for line in preamble:
        match = _GENERATED.search(line)
        if match is not None and match[2] in _MONTHS:
            try:
                return date(int(match[3]), 1 + _MONTHS.index(match[2]), int(match[1]))
            except ValueError:
                break
    raise Unexpected("the preamble of the register names no day as 'Data generated: 10 Feb 2025'")


def _cells(lines: Iterable[str]) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO("\n".join(lines)), strict=True) if row]
    except csv.Error as error:
        raise Unexpected(f"the register is no table: {error}") from None


def _sums(
    header: list[str], rows: list[list[str]], generated: date, warnings: tuple[str, ...]
) -> Register:
    # Downloads of 2026 end every line with a semicolon, the header's included.
    names = [name.strip().rstrip(";") for name in header]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Unexpected(f"the register lacks {', '.join(missing)}")
    at = {name: names.index(name) for name in NEEDED}
    delivered: dict[tuple[str, int], Total] = {}
    ordered: dict[int, Total] = {}
    years: set[int] = set()
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise Unexpected(
                f"line {number} of the register has {len(row)} cells; expected {len(names)}"
            )
        year = _year(row[at["Delivery year"]], number)
        years.add(year)
        recipient = row[at["Recipient"]]
        if row[at["Supplier"]] != "Russia" or recipient not in RECIPIENTS:
            continue
        deal, tiv = _deal(row[0], number), _tiv(row[at["TIV delivery values"]], number)
        delivered.setdefault((recipient, year), Total()).add(deal, tiv)
        if recipient == "China":
            order = _year(row[at["Order date"]], number)
            ordered.setdefault(order, Total()).add(deal, tiv)
    if not years:
        raise Unexpected("the register has no line")
    if max(years) > generated.year:
        raise Unexpected(f"the register of {generated} holds deliveries of {max(years)}")
    return Register(
        generated=generated,
        n_lines=len(rows),
        delivered=delivered,
        ordered=ordered,
        first_delivery=min(years),
        last_delivery=max(years),
        warnings=(*warnings, *unknown_fields(names, COLUMNS, "the register")),
    )


def _year(cell: str, line: int) -> int:
    if _YEAR.fullmatch(cell) is None:
        raise Unexpected(f"line {line} of the register: {cell[:20]!r} is no year")
    return int(cell)


def _deal(cell: str, line: int) -> str:
    if _DEAL.fullmatch(cell) is None:
        raise Unexpected(f"line {line} of the register: {cell[:20]!r} is no number of a deal")
    return cell


def _tiv(cell: str, line: int) -> Decimal:
    """The volume; an empty cell says that no delivery was identified, so nothing is added."""
    if not cell:
        return Decimal(0)
    try:
        found = Decimal(cell) if len(cell) <= 12 and cell.isascii() else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= 100_000:
        raise Unexpected(f"line {line} of the register: {cell[:20]!r} is no volume")
    return found


def readings_of(register: Register) -> tuple[Reading, ...]:
    """Yearly sums, oldest first within each indicator.

    A year without a delivery is left out, as in the embedded histories; a year without an order is
    zero, since the register would show its deliveries. The year in which the table was made is
    not over and left out.
    """
    found = [
        _reading(indicator, year, register.delivered[recipient, year], register)
        for recipient, indicator in RECIPIENTS.items()
        for year in range(max(FIRST_YEAR, register.first_delivery), register.generated.year)
        if (recipient, year) in register.delivered
    ]
    if register.first_delivery <= FIRST_YEAR:
        last = min(register.last_delivery, register.generated.year - 1) - UNDELIVERED_YEARS
        found += [
            _reading(ORDERS, year, register.ordered.get(year, Total()), register)
            for year in range(FIRST_YEAR, last + 1)
        ]
    return tuple(found)


def _reading(indicator: str, year: int, total: Total, register: Register) -> Reading:
    made = register.generated
    n_deals = len(total.deals)
    return Reading(
        indicator=indicator,
        period=Period.parse(str(year)),
        value=float(round(total.tiv, 2)),
        published_at=datetime.combine(made, time(), tzinfo=UTC),
        source="https://www.sipri.org/databases/armstransfers",
        note=f"{n_deals} deal{'' if n_deals == 1 else 's'} in the register generated {made}",
    )


def parse(body: bytes, _url: str) -> tuple[Reading, ...]:
    """The readings of one kept answer; the address is the same for all."""
    return readings_of(parse_register(body))


class Sipri:
    """One question for all deliveries since 1995."""

    name = "sipri"
    title = "SIPRI Arms Transfers Database"
    base_url = "https://atbackend.sipri.org/api/p"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = (*RECIPIENTS.values(), ORDERS)
    pace = 5.0
    cap = 40_000_000
    deadline = 300.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Ask for the register, and keep the sums that are not known already.

        The day of generation is that of the question, so no two answers are the same bytes; what
        was known is compared instead.
        """
        answer = ask(_request(visit.now.year))
        register = parse_register(answer.body)
        if register.first_delivery > FIRST_YEAR:
            raise Unexpected(f"the register begins in {register.first_delivery}; asked: 1995")
        n_before = int(visit.memory.get("lines", "0"))
        why = shrunk(n_before, register.n_lines, "the register")
        if why is not None:
            raise Unexpected(why)
        visit.memory["lines"] = str(register.n_lines)
        found = readings_of(register)
        new = tuple(
            one
            for one in found
            if visit.known.get(one.indicator, {}).get(one.period.text) != one.value
        )
        warnings = (*register.warnings, *_gone(found, visit))
        return Harvest("value" if new else "unchanged", readings=new, warnings=warnings)


def _gone(found: Sequence[Reading], visit: Visit) -> list[str]:
    """Known years that the register no longer shows; whether they are zero, nobody says."""
    here = {(one.indicator, one.period.text) for one in found}
    return [
        f"{indicator} {period}: {value:g} was known, the register shows no delivery now"
        for indicator in RECIPIENTS.values()
        for period, value in visit.known.get(indicator, {}).items()
        if (indicator, period) not in here
    ]


def _request(year: int) -> Request:
    def condition(name: str, kind: str, first: int | str, last: int | str) -> dict[str, object]:
        return {"field": name, "condition": kind, "value1": first, "value2": last, "listData": []}

    return Request(
        "/trades/trade-register-csv/",
        method="POST",
        json={
            "filters": [
                condition("Delivery year", "contains", FIRST_YEAR, year),
                condition("Order year", "contains", 0, year),
                condition("opendeals", "", "", ""),
                condition("exportOption", "", "", ""),
            ],
            "logic": "AND",
        },
    )


SOURCE: Source = Sipri()
