"""Table (4) and its index are read as they come, or refused with words that help."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.source import Unexpected
from indicators.sources.gacc_index import parse_index, span_of
from indicators.sources.gacc_table import parse_table
from tests.indicators.gacc_pages import AMERICA, ROWS, RUSSIA, SITE, TOTAL, index, page_of, table

HERE = f"{SITE}/statics/report/preliminary.html"
YUAN = {"currency": "CNY", "unit": "CNY 100 Million"}


def test_a_month_and_the_months_since_january_are_read_in_billions() -> None:
    found = parse_table(table(**YUAN), "CNY")

    assert (found.year, found.first, found.last, found.currency) == (2026, 3, 3, "CNY")
    assert found.published == datetime(2026, 4, 8, tzinfo=UTC)
    assert found.n_rows == 3
    assert found.russia.month is not None
    assert found.russia.since_january is not None
    assert found.russia.month.total == pytest.approx(153.54)
    assert found.russia.month.exports == pytest.approx(64.98)
    assert found.russia.since_january.imports == pytest.approx(234.76)
    assert found.united_states is not None


@pytest.mark.parametrize(
    ("unit", "billions"),
    [
        ("USD1 Million", 1.5354),
        ("US$ Million", 1.5354),
        ("US$1,000", 0.0015354),
        ("USD 100 Million", 153.54),
        ("USD 1 Billion", 1535.4),
    ],
)
def test_the_unit_is_read_and_not_assumed(unit: str, billions: float) -> None:
    found = parse_table(table(unit=unit)).russia.month

    assert found is not None
    assert found.total == pytest.approx(billions)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (RUSSIA.replace("649.8", "1,932.8"), "do not add up"),
        (RUSSIA.replace("649.8|1,932.8", "1,932.8|649.8"), "do not add up"),
        ("Russian Federation|19|8|10|4|9|4|1|1|1", "larger than the months since January"),
        (RUSSIA.replace("1,535.4", "1535,4"), "expected a number"),
        (RUSSIA.replace("1,535.4", "-1,535.4"), "a negative amount"),
    ],
)
def test_cells_out_of_place_are_refused(row: str, words: str) -> None:
    """A page of April 2025 lost a column and filled the row up: counting cells proves nothing."""
    with pytest.raises(Unexpected, match=words):
        parse_table(table(rows=(TOTAL, row)))


@pytest.mark.parametrize("mark", ["-", "—", "############", ""])
def test_a_missing_figure_is_no_zero(mark: str) -> None:
    row = RUSSIA.replace("1,535.4", mark).replace("649.8", mark).replace("885.6", mark)

    assert parse_table(table(rows=(TOTAL, row))).russia.month is None


def test_january_in_the_layout_of_old_has_seven_cells() -> None:
    rows = ("Total|3,000.0|1,700.0|1,300.0|1|2|3", "Russian Federation|92.1|42.0|50.1|1|2|3")
    found = parse_table(
        table("Jan. 2019", "USD", "USD 100 Million", rows, heads=("1",) * 3, dated="2019/02/14")
    )

    assert found.russia.month is not None
    assert found.russia.month == found.russia.since_january
    assert found.russia.month.total == pytest.approx(9.21)
    assert found.russia.month.imports == pytest.approx(5.01)


@pytest.mark.parametrize(
    ("period", "rows", "heads"),
    [
        ("January-February 2027", ("Total|9|5|4|1|2|3", "Russia|7|4|3|1|2|3"), ("1-2",) * 3),
        ("Jan-Feb 2027", ("Total|9|9|5|5|4|4|1|2|3", "Russia|7|7|4|4|3|3|1|2|3"), ("x", "y") * 3),
        ("Feb 2027", ("Total|9|9|5|5|4|4|1|2|3", "Russia|7|7|4|4|3|3|1|2|3"), ("1-2", "1-2") * 3),
    ],
)
def test_a_sum_of_two_months_is_no_month(
    period: str, rows: tuple[str, ...], heads: tuple[str, ...]
) -> None:
    found = parse_table(table(period, rows=rows, heads=heads, dated="2027/03/09"))

    assert found.last == 2
    assert found.russia.month is None
    assert found.russia.since_january is not None


@pytest.mark.parametrize("heads", [("{0}", "{1}") * 3, ("Month", "1 to month") * 3, ("", "") * 3])
def test_placeholders_in_the_heads_say_nothing(heads: tuple[str, ...]) -> None:
    assert parse_table(table(heads=heads)).russia.month is not None


def test_the_title_of_old_names_no_currency_and_the_index_tells_it() -> None:
    title = "China's Total Value of Imports and Exports by Major Country (Region)"
    body = table("Jan. 2018", "", "USD 1 Million", heads=("1", "1") * 3, title=title)

    assert parse_table(body, "USD").last == 1
    with pytest.raises(Unexpected, match="the index says CNY, but the unit row USD"):
        parse_table(body, "CNY")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (table(currency="CNY"), "the title says CNY, but the unit row USD"),
        (table(unit="tons"), "the unit of the table is not told"),
        (table(unit="USD"), "the unit of the table is not told"),
        (table("2026"), "names no month and year"),
        (table("Feb-Mar 2026"), "do not begin in January"),
        (table(rows=(TOTAL, AMERICA)), "0 rows for russian federation"),
        (table(rows=(*ROWS, RUSSIA)), "twice"),
        (table(rows=(*ROWS, RUSSIA.replace("Russian Federation", "Russia"))), "2 rows"),
        (table(heads=("4", "1- to-4") * 3), "the title month 3"),
        (table(dated="2026/02/30"), "which is no day"),
        (table(title="(2) China's Total Export & Import Values by Trade Mode"), "no title names"),
        (b"<html><body>502 Bad Gateway</body></html>", "no title names"),
        (table()[:900], "table has|no row|unit"),
        (b"", "no HTML page"),
        (table().decode().replace("±", "Ã").encode("latin-1"), "is not UTF-8"),
        (table().replace(b"1,535.4", b"1,5\x0035.4"), "null character"),
    ],
)
def test_what_is_no_such_table_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        parse_table(body)


def test_columns_in_another_order_are_refused() -> None:
    body = table().replace(
        b"<td>Export &amp; Import</td><td>Export &amp; Import</td><td>Export</td><td>Export</td>",
        b"<td>Export</td><td>Export</td><td>Export &amp; Import</td><td>Export &amp; Import</td>",
    )
    with pytest.raises(Unexpected, match="expected the sum first"):
        parse_table(body)


def test_the_index_tells_which_months_are_out() -> None:
    found = parse_index(index(2026, {2: "January-February", 3: "Mar."}, {2: "Feb."}), HERE)

    assert found.year == 2026
    assert found.usd == {2: page_of(2026, 2), 3: page_of(2026, 3)}
    assert found.cny == {2: page_of(2026, 2, "CNY")}


def test_the_year_comes_from_what_the_page_offers() -> None:
    assert parse_index(index(2026, years=(2027, 2026)), HERE).year == 2027
    assert parse_index(index(2026, years=(2027, 2026)), HERE, 2026).year == 2026
    with pytest.raises(Unexpected, match="offers no year"):
        parse_index(index(2026, years=(0,)), HERE)


def test_full_width_brackets_are_brackets() -> None:
    wide = {ord("("): "\N{FULLWIDTH LEFT PARENTHESIS}", ord(")"): "\N{FULLWIDTH RIGHT PARENTHESIS}"}
    body = index(2026, {3: "Mar."}).decode().translate(wide)

    assert parse_index(body.encode(), HERE).usd == {3: page_of(2026, 3)}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (index(title="(3) China's Total Values by Country"), "no table"),
        (index().replace(b"(in CNY)", b""), "names no currency"),
        (index().replace(b"(in CNY)", b"(in USD)"), "in USD twice"),
        (index(usd={3: "Quarter"}), "expected a month"),
        (index(usd={3: "Mar.", 4: "Mar."}), "twice"),
        (b"<html>", "no table|no HTML"),
    ],
)
def test_an_index_that_cannot_be_told_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        parse_index(body, HERE)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Mar.", (3, 3)),
        ("September 2025", (9, 9)),
        ("Jan.-Feb.", (1, 2)),
        ("January to February", (1, 2)),
        ("Feb-Jan", None),
        ("2026", None),
    ],
)
def test_months_by_name(text: str, span: tuple[int, int] | None) -> None:
    assert span_of(text) == span


@given(
    st.integers(0, 10_000_000), st.integers(0, 10_000_000), st.sampled_from(["", "&nbsp;", "  "])
)
def test_any_sum_that_adds_up_is_read(exports: int, imports: int, blank: str) -> None:
    cells = [f"{n / 10:,.1f}" for n in (exports + imports, exports, imports)]
    doubled = "|".join(f"{cell}{blank}|{cell}" for cell in cells)
    found = parse_table(table(rows=(TOTAL, f"Russian Federation|{doubled}|1|2|3"))).russia.month

    assert found is not None
    assert found.total == pytest.approx((exports + imports) / 100, abs=1e-6)
