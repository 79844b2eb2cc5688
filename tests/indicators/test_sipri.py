"""SIPRI's register: a table in base64 after a preamble, a line per deal and year of delivery."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.source import Request, Unexpected
from indicators.sources.sipri import SOURCE, parse_register, readings_of
from indicators.spec import Reading
from tests.indicators.answering import Answering, harvest
from tests.indicators.registers import (
    ENDS,
    GENERATED,
    HEADER,
    PREAMBLE,
    line,
    packed,
    register,
)

CHINA = (
    (900010, "Russia", "China", 1996, 1997, "10"),
    (900010, "Russia", "China", 1996, 1998, "10.5"),
    (900011, "Russia", "China", 1998, 1998, "0.25"),
    (900012, "China", "Russia", 1998, 1998, "7"),
    (900013, "Soviet Union", "China", 1988, 1998, "70"),
)


def values(readings: tuple[Reading, ...], indicator: str) -> dict[str, float]:
    return {one.period.text: one.value for one in readings if one.indicator == indicator}


def test_years_are_sums_of_lines_and_deals_are_counted_once() -> None:
    read = parse_register(register(CHINA))
    found = readings_of(read)

    assert values(found, "arms_deliveries") == {"1997": 10.0, "1998": 10.75}
    assert len(read.ordered[1996].deals) == 1
    (one,) = (one for one in found if (one.indicator, one.value) == ("arms_deliveries", 10.75))
    assert one.note == "2 deals in the register generated 2026-11-03"
    assert one.published_at is not None
    assert one.published_at.date() == date(2026, 11, 3)


def test_orders_are_booked_to_their_year_and_the_last_six_years_are_left_out() -> None:
    orders = values(readings_of(parse_register(register(CHINA))), "arms_orders")

    assert list(orders) == [str(year) for year in range(1995, 2020)]
    assert {year: tiv for year, tiv in orders.items() if tiv} == {"1996": 20.5, "1998": 0.25}


def test_each_recipient_has_its_indicator_and_a_year_without_a_line_is_left_out() -> None:
    deals = [
        (900020 + n, "Russia", recipient, 2003, 2005, n + 1)
        for n, recipient in enumerate(("India", "Viet Nam", "Indonesia", "Algeria"))
    ]
    found = readings_of(parse_register(register(deals)))

    assert values(found, "arms_to_india") == {"2005": 1.0}
    assert values(found, "arms_to_vietnam") == {"2005": 2.0}
    assert values(found, "arms_to_indonesia") == {"2005": 3.0}
    assert values(found, "arms_deliveries") == {}


def test_the_year_in_which_it_was_made_is_not_over() -> None:
    found = readings_of(parse_register(register([(1, "Russia", "India", 2020, 2026, 5)])))

    assert values(found, "arms_to_india") == {}


def test_orders_need_the_whole_register() -> None:
    late = [(1, "Russia", "China", 1999, 2000, 5), (2, "Russia", "China", 1999, 2001, 6)]
    found = readings_of(parse_register(register(late, ends=())))

    assert values(found, "arms_deliveries") == {"2000": 5.0, "2001": 6.0}
    assert values(found, "arms_orders") == {}


@pytest.mark.parametrize("n_lines", [0, 5, 30])
def test_the_table_is_found_behind_any_preamble(n_lines: int) -> None:
    preamble = (*PREAMBLE, *["more words"] * n_lines, GENERATED)

    assert parse_register(register(CHINA, preamble=preamble)).n_lines == 7


def test_a_download_with_semicolons_at_its_ends_is_read() -> None:
    lines = [line(one) + ";" for one in (*ENDS, *CHINA)]
    table = "\n".join((GENERATED, HEADER + ";", *lines)).encode()

    assert parse_register(packed(table)).delivered["China", 1997].tiv == 10


def test_an_empty_volume_adds_nothing() -> None:
    deals = [(1, "Russia", "India", 2003, 2005, ""), (2, "Russia", "India", 2003, 2005, "0")]

    assert values(readings_of(parse_register(register(deals))), "arms_to_india") == {"2005": 0.0}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>500</html>", "is no JSON"),
        (b'{"error": "timeout"}', "lacks bytes"),
        (b'{"bytes": 7}', "bytes is no text"),
        (b'{"bytes": "%%%"}', "bytes is no base64"),
        (packed(b"\xff\xfe"), "the register is not UTF-8"),
        (packed(b"No data"), "no line of the register begins with 'SIPRI AT Database ID'"),
        (register(preamble=PREAMBLE), "names no day as"),
        (register(preamble=["Data generated: 31 Feb 2026"]), "names no day as"),
        (register(preamble=["Data generated: 3 Nix 2026"]), "names no day as"),
        (register(header=HEADER.replace("Delivery year,", "Year,")), "lacks Delivery year"),
        (register(header=HEADER + ",More"), "has 17 cells; expected 18"),
        (register(ends=()), "has no line"),
        (register([(1, "Russia", "India", 2003, "2005?", 1)]), "'2005?' is no year"),
        (register([(1, "Russia", "China", "", 2005, 1)]), "'' is no year"),
        (register([("A1", "Russia", "India", 2003, 2005, 1)]), "'A1' is no number of a deal"),
        (register([(1, "Russia", "India", 2003, 2005, "1,5")]), "has 18 cells"),
        (register([(1, "Russia", "India", 2003, 2005, "NaN")]), "'NaN' is no volume"),
        (register([(1, "Russia", "India", 2003, 2005, "-5")]), "'-5' is no volume"),
        (register([(1, "Russia", "India", 2003, 2005, "1e99")]), "'1e99' is no volume"),
        (register([(1, "Russia", "India", 2003, 2027, 1)]), "holds deliveries of 2027"),
        (packed(f'{GENERATED}\n{HEADER}\n"1'.encode()), "the register is no table"),
    ],
)
def test_what_is_no_register_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        parse_register(body)
    assert why in str(told.value)


def test_new_columns_are_told() -> None:
    header = HEADER.replace("Status", "State")
    assert "State" in parse_register(register(header=header)).warnings[0]


TIVS = st.decimals(0, 500, places=2, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1996, 2024), TIVS), max_size=30))
def test_sums_are_exact_and_independent_of_the_order_of_lines(
    rows: list[tuple[int, int, object]],
) -> None:
    deals = [(900000 + n, "Russia", "India", 1996, year, tiv) for n, year, tiv in rows]
    one = readings_of(parse_register(register(deals)))
    other = readings_of(parse_register(register(reversed(deals))))

    assert one == other
    for year in {year for _, year, _ in rows}:
        exact = sum(round(100 * float(str(tiv))) for _, when, tiv in rows if when == year)
        assert values(one, "arms_to_india")[str(year)] == exact / 100


def test_a_visit_asks_for_all_deliveries_since_1995() -> None:
    asked: list[Request] = []

    def give(request: Request) -> bytes:
        asked.append(request)
        return register(CHINA)

    found = harvest(SOURCE, Answering(give))
    question = json.loads(json.dumps(asked[0].json))

    assert found.result == "value"
    assert asked[0].method == "POST"
    assert question["logic"] == "AND"
    assert question["filters"][0] == {
        "field": "Delivery year",
        "condition": "contains",
        "value1": 1995,
        "value2": 2026,
        "listData": [],
    }


def test_the_same_sums_under_a_new_day_are_unchanged() -> None:
    memory: dict[str, str] = {}
    first = harvest(SOURCE, Answering(lambda _: register(CHINA)), memory)
    known: dict[str, dict[str, float]] = {}
    for one in first.readings:
        known.setdefault(one.indicator, {})[one.period.text] = one.value
    later = [*PREAMBLE, "Data generated: 10 Nov 2026 09:00:00 AM"]
    again = harvest(
        SOURCE, Answering(lambda _: register(CHINA, preamble=later)), memory, known=known
    )

    assert (again.result, again.readings) == ("unchanged", ())
    revised = ((900010, "Russia", "China", 1996, 1997, "11"), *CHINA[1:])
    new = harvest(
        SOURCE, Answering(lambda _: register(revised, preamble=later)), memory, known=known
    )
    assert [(one.indicator, one.period.text, one.value) for one in new.readings] == [
        ("arms_deliveries", "1997", 11.0),
        ("arms_orders", "1996", 21.5),
    ]


def test_a_known_year_that_is_gone_is_told_and_not_set_to_zero() -> None:
    known = {"arms_to_india": {"2004": 900.0}}
    found = harvest(SOURCE, Answering(lambda _: register(CHINA)), known=known)

    assert "arms_to_india" not in {one.indicator for one in found.readings}
    assert found.withdrawn == ()
    assert found.warnings == (
        "arms_to_india 2004: 900 was known, the register shows no delivery now",
    )


def test_a_register_that_shrank_or_begins_late_is_refused() -> None:
    with pytest.raises(Unexpected, match="the register shrank from 100 to 7 entries"):
        harvest(SOURCE, Answering(lambda _: register(CHINA)), {"lines": "100"})
    with pytest.raises(Unexpected, match="the register begins in 1997; asked: 1995"):
        harvest(SOURCE, Answering(lambda _: register(CHINA, ends=())))
