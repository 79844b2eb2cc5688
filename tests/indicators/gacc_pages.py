"""Pages of Chinese customs as they come: unquoted addresses, no-break spaces, loose tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SITE = "http://english.customs.gov.cn"
TABLE = "(4) China's Total Export & Import Values by Country/Region"

#: March 2026 in hundreds of millions of yuan, as published on 8 April 2026.
TOTAL = "Total|41,046.4|118,380.0|22,297.0|68,466.7|18,749.4|49,913.3|15.0|11.9|19.6"
AMERICA = "&nbsp;United States (US)|2,921.1|9,016.7|2,045.0|6,777.6|876.1|2,239.0|-18.7|-18.3|-19.7"
RUSSIA = "&nbsp;Russian Federation|1,535.4|4,280.4|649.8|1,932.8|885.6|2,347.6|11.8|18.8|6.5"
ROWS = (TOTAL, AMERICA, RUSSIA)


def page_of(year: int, month: int, currency: str = "USD") -> str:
    """The address of one table."""
    return f"{SITE}/Statics/{year}-{month:02d}-{currency}.html"


def index(
    year: int = 2026,
    usd: Mapping[int, str] | None = None,
    cny: Mapping[int, str] | None = None,
    *,
    title: str = TABLE,
    years: Sequence[int] | None = None,
) -> bytes:
    """An index page; ``usd`` and ``cny`` give the label of each month that is out."""
    rows = ["<tr><td>(1) China's Total Export & Import Values (in USD)</td><td></td></tr>"]
    for currency, out in (("CNY", cny or {}), ("USD", usd or {})):
        cells = [
            f"<a href={page_of(year, n, currency)}> {out[n]}</a>"
            if n in out
            else f"<span>{MONTHS[n - 1]}.</span>"
            for n in range(1, 13)
        ]
        months = "".join(cells[:6]) + "</br>" + "".join(cells[6:])
        rows.append(f"<tr><td>{title} (in {currency})</td><td>{months}</td></tr>")
    options = "".join(f"<option value={y}>{y}</option>" for y in years or range(year, 2017, -1))
    return (
        '<!DOCTYPE html><html><head><meta charset="UTF-8"></head><body>'
        f'<select id="preliminarysel">{options}</select><table><tbody>'
        f"{''.join(rows)}</tbody></table></body></html>"
    ).encode()


def table(
    period: str = "Mar 2026",
    currency: str = "USD",
    unit: str = "USD 100 Million",
    rows: Sequence[str] = ROWS,
    *,
    heads: Sequence[str] = ("3", "1- to-3") * 3,
    dated: str = "2026/04/08",
    title: str = TABLE,
) -> bytes:
    """One table; rows are cells joined by ``|``."""
    named = f"{title}, {period} (in {currency})" if currency else f"{title}, {period}"
    body = "".join(
        "<tr>" + "".join(f"<td><span><b>{cell}&nbsp;</b></span></td>" for cell in row.split("|"))
        for row in rows
    )
    top = "".join(f"<td>{head}</td>" for head in ("Export Destination", *heads, "a", "b", "c"))
    return (
        f'<html><head><meta charset="UTF-8"><title>{named}</title></head><body>'
        f'<div class="atcl-ttl">{named}</div><div class="atcl-date">{dated}</div>'
        f'<div class="atcl-cnt"><table><tr><td colspan="10">{named}</td></tr>'
        f'<tr><td colspan="10">Unit: {unit}</td></tr>'
        "<tr><td>Import Source</td><td>Export &amp; Import</td><td>Export &amp; Import</td>"
        "<td>Export</td><td>Export</td><td>Import</td><td>Import</td><td colspan=3>±%</td></tr>"
        f'<tr>{top}</tr>{body}<tr><td colspan="10">Note: 1. ...</td></tr></table></div>'
    ).encode()
