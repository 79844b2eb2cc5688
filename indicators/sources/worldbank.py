"""World Bank, World Development Indicators (API v2): whole series, revised with every release.

The answer is an array of two: a header with the release (``lastupdated``) and the rows. Mistakes
come with status 200, as an array of one; a query without data has ``null`` for its rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from indicators.checks import mapping, number, parse_json, sequence, shrunk, unknown_fields
from indicators.period import Period
from indicators.source import Answer, Ask, Harvest, Request, Source, Unexpected, Visit, Withdrawal
from indicators.spec import Reading

FIRST_YEAR = 1992
HEAD = ("page", "pages", "per_page", "total", "sourceid", "lastupdated")
ROW = (
    *("indicator", "country", "countryiso3code", "date"),
    *("value", "unit", "obs_status", "decimal"),
)
NAMES = {"CHN": "China", "RUS": "Russia"}


@dataclass(frozen=True, slots=True)
class Series:
    """What one indicator is made of: a value of one country, or the ratio of two.

    ``measure`` has to stand in the publisher's name of the series: it is the unit, and with it the
    base year, that the indicator is defined by.
    """

    indicator: str
    code: str
    measure: str
    countries: tuple[str, ...]
    digits: int

    @property
    def source(self) -> str:
        """Where anybody can look the values up."""
        return f"https://data.worldbank.org/indicator/{self.code}"


SERIES = (
    Series("gdp_ratio", "NY.GDP.MKTP.KD", "constant 2015 US$", ("CHN", "RUS"), 3),
    Series("milex_ratio_sipri", "MS.MIL.XPND.CD", "current US", ("CHN", "RUS"), 3),
    Series("china_exports_gdp", "NE.EXP.GNFS.ZS", "% of GDP", ("CHN",), 2),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one answer: values by country (ISO3) and year, ``None`` where there is none.

    ``released`` is the publisher's own mark of the release, a day; ``None`` where there are no
    rows.
    """

    released: date | None
    values: dict[tuple[str, int], float | None]
    warnings: tuple[str, ...] = ()


def parse_table(body: bytes, code: str, measure: str = "") -> Table:
    """Read one answer about one series.

    Raises
    ------
    Unexpected
        If it is an error object, a part of the rows only, another series or unit, or no JSON.
    """
    what = f"the answer about {code}"
    parts = sequence(parse_json(body, what), what)
    if len(parts) == 1:
        raise Unexpected(f"{what} is a refusal: {_refusal(parts[0])}")
    if len(parts) != 2:
        raise Unexpected(f"{what} has {len(parts)} parts; expected a header and rows")
    head = mapping(parts[0], f"the header of {what}", ("page", "pages", "total"))
    if parts[1] is None:
        return Table(None, {})
    rows = sequence(parts[1], f"the rows of {what}")
    if head["pages"] != 1 or head["total"] != len(rows):
        raise Unexpected(
            f"{what} says {head['total']} rows on {head['pages']} pages and brings {len(rows)}; "
            "expected all on one page"
        )
    released = _day(head.get("lastupdated"), what)
    values: dict[tuple[str, int], float | None] = {}
    fields: set[str] = set()
    for row in rows:
        country, year, value = _row(row, code, measure)
        if (country, year) in values:
            raise Unexpected(f"{what} gives {country} {year} twice")
        if year > released.year:
            raise Unexpected(f"{what} gives {year}, later than its release of {released}")
        values[country, year] = value
        fields |= row.keys()
    warnings = (*unknown_fields(head, HEAD, what), *unknown_fields(fields, ROW, f"a row of {what}"))
    return Table(released, values, warnings)


def _row(given: object, code: str, measure: str) -> tuple[str, int, float | None]:
    row = mapping(given, f"a row of {code}", ("indicator", "countryiso3code", "date", "value"))
    series = mapping(row["indicator"], f"the indicator of a row of {code}", ("id", "value"))
    if series["id"] != code:
        raise Unexpected(f"a row is of {series['id']!r}; expected {code}")
    if measure not in str(series["value"]):
        raise Unexpected(
            f"{code} is now called {str(series['value'])[:80]!r}; expected {measure!r} in it: "
            "the unit or its base year has changed"
        )
    country, year = row["countryiso3code"], row["date"]
    if not isinstance(country, str) or not isinstance(year, str):
        raise Unexpected(f"a row of {code} is of {country!r} and {year!r}; expected two texts")
    if re.fullmatch(r"(19|20)\d\d", year, re.ASCII) is None:
        raise Unexpected(f"a row of {code} is of {year[:20]!r}; expected a year")
    value = row["value"]
    found = None if value is None else number(value, f"{code} of {country[:8]} in {year}")
    return country, int(year), found


def _refusal(given: Any) -> str:
    """The publisher's own words, from its error object."""
    try:
        messages = given["message"]
        return "; ".join(f"{one['key']} ({one['id']}): {one['value']}" for one in messages)[:200]
    except (KeyError, TypeError):
        return f"an array of one, {str(given)[:80]}"


def _day(given: object, what: str) -> date:
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise Unexpected(f"{what} is of the release {given!r}; expected a day (lastupdated)")


def readings_of(series: Series, table: Table) -> tuple[Reading, ...]:
    """The readings of one series, oldest first; a year with a missing value is left out."""
    if table.released is None:
        return ()
    published = datetime.combine(table.released, time(), tzinfo=UTC)
    found = []
    for year in sorted({year for _, year in table.values if year >= FIRST_YEAR}):
        parts = [table.values.get((country, year)) for country in series.countries]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            continue
        if len(known) == 2 and known[1] <= 0:
            raise Unexpected(f"{series.code} of {series.countries[1]} in {year} is {known[1]:g}")
        value = known[0] / known[1] if len(known) == 2 else known[0]
        found.append(
            Reading(
                indicator=series.indicator,
                period=Period.parse(str(year)),
                value=round(number(value, f"{series.code} in {year}"), series.digits),
                published_at=published,
                source=series.source,
                note=_note(series, known, table.released),
            )
        )
    return tuple(found)


def _note(series: Series, values: list[float], released: date) -> str:
    if len(values) == 1:
        return f"release of {released}"
    pairs = zip(series.countries, values, strict=True)
    amounts = ", ".join(f"{NAMES[country]} {value / 1e9:.1f}" for country, value in pairs)
    return f"{amounts} billion (release of {released})"


def parse(body: bytes, url: str) -> tuple[Reading, ...]:
    """The readings of one kept answer, from the address that it was asked at."""
    code = urlsplit(url).path.rpartition("/")[2]
    series = next((one for one in SERIES if one.code == code), None)
    if series is None:
        raise Unexpected(f"no indicator is made of {code[:40]!r}")
    return readings_of(series, parse_table(body, series.code, series.measure))


def withdrawn_of(series: Series, table: Table, given: set[str]) -> tuple[Withdrawal, ...]:
    """Years that the World Bank had a value for (``given``) and now leaves blank.

    Only those: a value that we know from another publisher is not the World Bank's to take back.
    """
    blank = {
        str(year)
        for (country, year), value in table.values.items()
        if value is None and country in series.countries
    }
    return tuple(
        Withdrawal(
            series.indicator,
            Period.parse(year),
            series.source,
            f"blank in the release of {table.released}",
        )
        for year in sorted(blank & given)
    )


class WorldBank:
    """The series above, one request each."""

    name = "worldbank"
    title = "World Bank, World Development Indicators"
    base_url = "https://api.worldbank.org/v2"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = tuple(one.indicator for one in SERIES)
    pace = 1.0
    cap = 2_000_000
    deadline = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Ask for every series since 1992 and read those that changed."""
        readings: list[Reading] = []
        withdrawn: list[Withdrawal] = []
        warnings: list[str] = []
        answers = [(series, ask(_request(series, visit.now.year))) for series in SERIES]
        for series, answer in answers:
            if answer.unchanged:
                continue
            table = _whole(series, answer)
            found = readings_of(series, table)
            before = set(visit.memory.get(series.code, "").split())
            why = shrunk(len(before), len(found), f"{series.code} by year")
            if table.released is None:
                warnings.append(f"{series.code}: no data came")
                continue
            if why is not None:
                raise Unexpected(why)
            gone = withdrawn_of(series, table, before)
            readings += found
            withdrawn += [
                one for one in gone if one.period.text in visit.known.get(one.indicator, ())
            ]
            warnings += table.warnings
            visit.memory[series.code] = " ".join(one.period.text for one in found)
        if all(answer.unchanged for _, answer in answers):
            return Harvest("unchanged")
        return Harvest(
            "value" if readings or withdrawn else "empty",
            readings=tuple(readings),
            withdrawn=tuple(withdrawn),
            warnings=tuple(warnings),
        )


def _whole(series: Series, answer: Answer) -> Table:
    table = parse_table(answer.body, series.code, series.measure)
    missing = set(series.countries) - {country for country, _ in table.values}
    if table.released is not None and missing:
        raise Unexpected(f"{series.code}: no row is of {' or '.join(sorted(missing))}")
    return table


def _request(series: Series, year: int) -> Request:
    return Request(
        f"/country/{';'.join(series.countries)}/indicator/{series.code}",
        params=(
            ("format", "json"),
            ("date", f"{FIRST_YEAR}:{year}"),
            ("per_page", "1000"),
        ),
    )


SOURCE: Source = WorldBank()
