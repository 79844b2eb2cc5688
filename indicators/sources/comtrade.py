"""UN Comtrade, the preview that needs no key: China as the reporter, one period at a time.

Without pinned dimensions a total comes many times over, and a mistyped parameter brings an empty
answer with status 200; so every row is held against what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from indicators.checks import mapping, number, parse_json, sequence, unknown_fields
from indicators.period import Period
from indicators.source import Ask, Harvest, Request, Source, Unexpected, Visit
from indicators.spec import Reading

CHINA, RUSSIA, USA, WORLD = 156, 643, 842, 0
EXPORTS, IMPORTS = "X", "M"
MONTHS_BACK = 8
YEARS_BACK = 2
MOST_ROWS = 500
PINS: Mapping[str, object] = {
    "typeCode": "C",
    "reporterCode": CHINA,
    "partner2Code": 0,
    "cmdCode": "TOTAL",
    "customsCode": "C00",
    "motCode": 0,
}
SHARES = {"russia_share_china_exports": RUSSIA, "us_share_china_exports_customs": USA}
PAGE = "https://comtradeplus.un.org/"
ANSWER = ("elapsedTime", "count", "data", "error")
ROW = (
    *("typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode"),
    *("reporterISO", "reporterDesc", "flowCode", "flowDesc", "partnerCode", "partnerISO"),
    *("partnerDesc", "partner2Code", "partner2ISO", "partner2Desc", "classificationCode"),
    *("classificationSearchCode", "isOriginalClassification", "cmdCode", "cmdDesc", "aggrLevel"),
    *("isLeaf", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc", "qtyUnitCode"),
    *("qtyUnitAbbr", "qty", "isQtyEstimated", "altQtyUnitCode", "altQtyUnitAbbr", "altQty"),
    *("isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt", "isGrossWgtEstimated"),
    *("cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag", "isReported", "isAggregate"),
)


@dataclass(frozen=True, slots=True)
class Flows:
    """US dollars by partner and flow, for one period; no entry where nothing was published."""

    period: str
    values: Mapping[tuple[int, str], float]
    warnings: tuple[str, ...] = ()


def parse_flows(body: bytes, period: str) -> Flows:
    """Read one answer about China's goods trade in one period, ``2024`` or ``2024-09``.

    Raises
    ------
    Unexpected
        If it is a refusal of the gateway, cut off at the most rows, of another reporter, period or
        product, or counts one flow twice.
    """
    what = f"the answer about {period}"
    content = mapping(parse_json(body, what), what)
    if "statusCode" in content:
        raise Unexpected(f"{what} is a refusal: {str(content.get('message', content))[:160]}")
    mapping(content, what, ("count", "data"))
    if content.get("error"):
        raise Unexpected(f"{what} names an error: {str(content['error'])[:160]}")
    rows = sequence(content["data"], f"the rows of {what}")
    if content["count"] != len(rows):
        raise Unexpected(f"{what} counts {content['count']} rows and brings {len(rows)}")
    if len(rows) >= MOST_ROWS:
        raise Unexpected(f"{what} has {len(rows)} rows, the most of a preview: it may be cut off")
    values: dict[tuple[int, str], float] = {}
    fields: set[str] = set()
    for row in rows:
        partner, flow, value = _row(row, period)
        if (partner, flow) in values:
            raise Unexpected(f"{what} gives flow {flow} with partner {partner} twice")
        values[partner, flow] = value
        fields |= row.keys()
    warnings = (
        *unknown_fields(content, ANSWER, what),
        *unknown_fields(fields, ROW, f"a row of {what}"),
    )
    return Flows(period, values, warnings)


def _row(given: object, period: str) -> tuple[int, str, float]:
    needed = ("period", "refMonth", "freqCode", "partnerCode", "flowCode", "primaryValue", *PINS)
    row = mapping(given, f"a row of {period}", needed)
    for name, wanted in PINS.items():
        if row[name] != wanted:
            raise Unexpected(f"a row of {period} has {name} {row[name]!r}; expected {wanted!r}")
    if _period(row) != period:
        raise Unexpected(f"a row is of {str(row['period'])[:20]!r}; expected {period}")
    partner, flow = row["partnerCode"], row["flowCode"]
    if not isinstance(partner, int) or flow not in (EXPORTS, IMPORTS):
        raise Unexpected(f"a row of {period} is of partner {partner!r}, flow {str(flow)[:8]!r}")
    return partner, flow, number(row["primaryValue"], f"flow {flow} of {period}")


def _period(row: Mapping[str, Any]) -> str:
    """As we write it; yearly rows name month 52, which says nothing, monthly ones their month."""
    text = str(row["period"])
    if row["freqCode"] == "A":
        return text
    if re.fullmatch(r"\d{6}", text, re.ASCII) is None or row["refMonth"] != int(text[4:]):
        raise Unexpected(f"a monthly row is of {text[:20]!r}, month {row['refMonth']!r}")
    return f"{text[:4]}-{text[4:]}"


def readings_of(flows: Flows) -> tuple[Reading, ...]:
    """The trade with Russia of the period and, of a year, the shares of China's exports."""
    values, period = flows.values, Period.parse(flows.period)
    found = []
    both = [values.get((RUSSIA, flow)) for flow in (EXPORTS, IMPORTS)]
    known = [value for value in both if value is not None]
    if len(known) == 2:
        amounts = f"exports {known[0] / 1e9:.3f}, imports {known[1] / 1e9:.3f} bn USD"
        trade = round(number(sum(known), f"trade of {period}") / 1e9, 3)
        found.append(Reading("trade_comtrade", period, trade, None, PAGE, amounts))
    if period.kind != "year":
        return tuple(found)
    whole = values.get((WORLD, EXPORTS))
    for indicator, partner in SHARES.items():
        part = values.get((partner, EXPORTS))
        if part is None or whole is None:
            continue
        if whole <= 0 or not 0 <= part <= whole:
            raise Unexpected(f"{indicator} {period}: {part:g} of {whole:g} is no share")
        amounts = f"{part / 1e9:.1f} of {whole / 1e9:.0f} bn USD"
        share = round(100 * (part / whole), 2)
        found.append(Reading(indicator, period, share, None, PAGE, amounts))
    return tuple(found)


def parse(body: bytes, url: str) -> tuple[Reading, ...]:
    """The readings of one kept answer, from the address that it was asked at."""
    asked = "".join(parse_qs(urlsplit(url).query).get("period", []))
    if re.fullmatch(r"(19|20)\d\d((0[1-9]|1[0-2]))?", asked, re.ASCII) is None:
        raise Unexpected(
            f"the address asks for the period {asked[:20]!r}; expected a year or month"
        )
    return readings_of(parse_flows(body, f"{asked[:4]}-{asked[4:]}".rstrip("-")))


def periods_before(today: date) -> list[str]:
    """The years and months worth asking about, newest last: what is out, or may be revised."""
    years = [str(today.year - back) for back in range(YEARS_BACK, 0, -1)]
    months, day = [], today.replace(day=1)
    for _ in range(MONTHS_BACK):
        day = (day - timedelta(days=1)).replace(day=1)
        months.append(f"{day:%Y-%m}")
    return years + months[::-1]


class Comtrade:
    """One request for each of the last years and months."""

    name = "comtrade"
    title = "UN Comtrade"
    base_url = "https://comtradeapi.un.org"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ("trade_comtrade", *SHARES)
    pace = 3.0
    cap = 2_000_000
    deadline = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Ask for every period and read those that changed; an empty answer is no zero."""
        readings: list[Reading] = []
        warnings: list[str] = []
        unchanged = True
        for period in periods_before(visit.now.date()):
            answer = ask(_request(period))
            if answer.unchanged:
                continue
            flows = parse_flows(answer.body, period)
            found = readings_of(flows)
            unchanged = False
            readings += found
            warnings += [*flows.warnings, *_gaps(flows, found)]
        if unchanged:
            return Harvest("unchanged")
        return Harvest(
            "value" if readings else "empty", readings=tuple(readings), warnings=tuple(warnings)
        )


def _gaps(flows: Flows, found: Iterable[Reading]) -> list[str]:
    """That something came, and yet not the trade with Russia in both directions."""
    if not flows.values or any(one.indicator == "trade_comtrade" for one in found):
        return []
    names = {EXPORTS: "exports to", IMPORTS: "imports from"}
    gone = [text for flow, text in names.items() if (RUSSIA, flow) not in flows.values]
    return [f"{flows.period}: China's {' and '.join(gone)} Russia are missing; no sum was made"]


def _request(period: str) -> Request:
    yearly = len(period) == 4
    partners = (RUSSIA, USA, WORLD) if yearly else (RUSSIA,)
    return Request(
        f"/public/v1/preview/C/{'A' if yearly else 'M'}/HS",
        params=(
            ("reporterCode", str(CHINA)),
            ("period", period.replace("-", "")),
            ("partnerCode", ",".join(str(one) for one in partners)),
            ("cmdCode", "TOTAL"),
            ("flowCode", f"{EXPORTS},{IMPORTS}"),
            ("partner2Code", "0"),
            ("motCode", "0"),
            ("customsCode", "C00"),
        ),
    )


SOURCE: Source = Comtrade()
