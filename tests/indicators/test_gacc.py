"""A visit to Chinese customs: which months it reads, and what it makes of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from indicators.source import CallFailed, Harvest, Unexpected
from indicators.sources.gacc import AMERICAN_SHARE, RUSSIAN_SHARE, SOURCE, TRADE
from tests.indicators.asking import Served, harvest
from tests.indicators.gacc_pages import SITE, index, page_of, table

NOW = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
MILLION = "USD1 Million"
MARCH = (
    "Total|590,000.0|1,600,000.0|320,000.0|930,000.0|270,000.0|670,000.0|1|2|3",
    "United States (US)|41,000.0|112,000.0|29,000.0|80,000.0|12,000.0|32,000.0|1|2|3",
    "&nbsp;Russian Federation|21,500.0|60,544.0|9,200.0|25,744.0|12,300.0|34,800.0|1|2|3",
)
FEBRUARY = (
    "Total|485,000.0|1,010,000.0|290,000.0|610,000.0|195,000.0|400,000.0|1|2|3",
    "&nbsp;Russian Federation|19,190.0|39,044.0|8,190.0|16,544.0|11,000.0|22,500.0|1|2|3",
)
SUM_ONLY = ("Total|9,000|5,000|4,000|1|2|3", "Russian Federation|39,044|16,544|22,500|1|2|3")
KNOWN = {
    TRADE: {"2026-01": 19.854, "2026-02": 19.19, "2025": 228.105},
    RUSSIAN_SHARE: {"2026-01": 2.6106, "2026-02": 2.8241},
}


def page(body: bytes, year: int, month: int) -> Served:
    return Served(page_of(year, month), body, "text/html")


def indexes(*, usd: dict[int, str], cny: dict[int, str] | None = None) -> list[Served]:
    report = f"{SITE}/statics/report/preliminary"
    return [
        Served(f"{report}.html", index(2026, usd, cny), "text/html"),
        Served(f"{report}2025.html", index(2025, years=(2026, 2025)), "text/html"),
    ]


def spring(
    currency: str = "USD",
    unit: str = MILLION,
    rows: tuple[str, ...] = MARCH,
    *,
    dated: str = "2026/04/08",
) -> list[Served]:
    """The site in April 2026; the arguments are those of the table of March."""
    heads = ("2", "1- to-2") * 3
    february = table("Feb 2026", "USD", MILLION, FEBRUARY, heads=heads, dated="2026/03/10")
    return [
        *indexes(usd={2: "January-February", 3: "Mar."}),
        page(february, 2026, 2),
        page(table("Mar 2026", currency, unit, rows, dated=dated), 2026, 3),
    ]


def values(brought: Harvest) -> dict[tuple[str, str], float]:
    return {(one.indicator, one.period.text): one.value for one in brought.readings}


def test_the_first_visit_reads_every_month_that_is_out() -> None:
    brought = harvest(SOURCE, spring(), now=NOW)

    assert brought.result == "value"
    assert values(brought) == {
        (TRADE, "2026-01"): 19.854,
        (TRADE, "2026-02"): 19.19,
        (TRADE, "2026-03"): 21.5,
        (RUSSIAN_SHARE, "2026-01"): pytest.approx(100 * 8354 / 320000, abs=1e-4),
        (RUSSIAN_SHARE, "2026-02"): pytest.approx(100 * 8190 / 290000, abs=1e-4),
        (RUSSIAN_SHARE, "2026-03"): pytest.approx(100 * 9200 / 320000, abs=1e-4),
        (AMERICAN_SHARE, "2026-03"): pytest.approx(100 * 29000 / 320000, abs=1e-4),
    }
    january = next(one for one in brought.readings if one.period.text == "2026-01")
    assert january.note == "January-February less February"
    assert january.published_at == datetime(2026, 3, 10, tzinfo=UTC)
    assert january.source == page_of(2026, 2)


def test_what_is_known_is_not_told_again() -> None:
    first = harvest(SOURCE, spring(), now=NOW)
    known: dict[str, dict[str, float]] = {}
    for one in first.readings:
        known.setdefault(one.indicator, {})[one.period.text] = one.value
    brought = harvest(SOURCE, spring(), now=NOW, known=known)

    assert (brought.result, brought.readings, brought.doubts) == ("unchanged", (), ())


def test_a_silent_revision_is_known_since_we_saw_it() -> None:
    known = {name: dict(values) for name, values in KNOWN.items()}
    known[TRADE]["2026-02"] = 19.2
    brought = harvest(SOURCE, spring(), now=NOW, known=known)
    revised = next(one for one in brought.readings if one.period.text == "2026-02")
    new = next(one for one in brought.readings if one.period.text == "2026-03")

    assert revised.value == 19.19
    assert revised.published_at == NOW
    assert new.published_at == datetime(2026, 4, 8, tzinfo=UTC)


def test_a_sum_of_january_and_february_is_not_split() -> None:
    served = [
        *indexes(usd={2: "January-February"}),
        page(
            table(
                "January-February 2026",
                unit=MILLION,
                rows=SUM_ONLY,
                heads=("1-2",) * 3,
                dated="2026/03/10",
            ),
            2026,
            2,
        ),
    ]
    brought = harvest(SOURCE, served, now=NOW)

    assert (brought.result, brought.readings) == ("unchanged", ())
    assert len(brought.warnings) == 2
    assert "not given by itself" in brought.warnings[0]


def test_a_month_in_yuan_only_is_told_and_not_converted() -> None:
    served = [*indexes(usd={}, cny={2: "Feb.", 3: "Mar."})]
    brought = harvest(SOURCE, served, now=NOW)

    assert (brought.result, brought.readings) == ("none", ())
    assert "Mar 2026 is published in yuan only; nothing is converted" in brought.warnings


def test_nothing_out_yet_is_none() -> None:
    assert harvest(SOURCE, indexes(usd={}), now=NOW).result == "none"


def test_december_brings_the_year() -> None:
    rows = (
        "Total|600,000.0|6,354,769.4|350,000.0|3,771,873.3|250,000.0|2,582,896.1|1|2|3",
        "Russian Federation|20,600.0|228,105.0|9,600.0|103,300.0|11,000.0|124,805.0|1|2|3",
    )
    served = [
        indexes(usd={})[0],
        Served(
            f"{SITE}/statics/report/preliminary2025.html",
            index(2025, {12: "Dec."}, years=(2026, 2025)),
            "text/html",
        ),
        page(
            table(
                "Dec 2025", unit=MILLION, rows=rows, heads=("12", "1-12") * 3, dated="2026/01/14"
            ),
            2025,
            12,
        ),
    ]
    memory: dict[str, str] = {}
    found = values(harvest(SOURCE, served, now=NOW, memory=memory))

    assert found[TRADE, "2025"] == 228.105
    assert found[TRADE, "2025-12"] == 20.6
    assert found[RUSSIAN_SHARE, "2025"] == pytest.approx(2.7387, abs=1e-4)
    assert memory["read whole: 2025"] == "yes"


def test_last_year_is_left_alone_once_it_has_been_read() -> None:
    served = [one for one in spring() if "preliminary2025" not in one.url]
    memory = {"read whole: 2025": "yes"}
    usd = {2: "Feb.", 3: "Mar.", 4: "Apr."}
    served[0] = indexes(usd=usd)[0]
    rows = tuple(
        row.replace("21,500.0|60,544.0", "21,500.0|82,044.0")
        .replace("25,744.0", "34,944.0")
        .replace("34,800.0", "47,100.0")
        for row in MARCH
    )
    served.append(
        page(
            table("Apr 2026", unit=MILLION, rows=rows, heads=("4", "1-4") * 3, dated="2026/05/09"),
            2026,
            4,
        )
    )

    brought = harvest(SOURCE, served, now=datetime(2026, 5, 10, tzinfo=UTC), memory=memory)

    assert (TRADE, "2026-04") in values(brought)


def test_a_shorter_table_is_doubted() -> None:
    brought = harvest(SOURCE, spring(), now=NOW, known=KNOWN, memory={"rows": "30"})

    assert brought.result == "value"
    assert brought.readings == ()
    assert {one.reading.period.text for one in brought.doubts} >= {"2026-03"}
    assert "shrank from 30 to 3" in brought.doubts[0].why


def test_a_unit_that_changed_unseen_is_doubted() -> None:
    brought = harvest(SOURCE, spring(unit="USD 100 Million"), now=NOW, known=KNOWN)

    assert [one.reading.indicator for one in brought.doubts] == [TRADE]
    assert "has the unit changed?" in brought.doubts[0].why


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (spring("CNY", "CNY 100 Million"), "the index says USD"),
        (spring(dated="2026/03/31"), "is dated 2026-03-31"),
    ],
)
def test_a_page_that_is_not_what_was_linked_is_refused(served: list[Served], words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        harvest(SOURCE, served, now=NOW)


def test_a_page_of_another_month_is_refused() -> None:
    served = spring()
    served[-1] = page(served[-2].body, 2026, 3)
    with pytest.raises(Unexpected, match="the page linked for Mar 2026 is of Feb 2026"):
        harvest(SOURCE, served, now=NOW)


def test_a_table_that_does_not_come_fails_the_visit() -> None:
    with pytest.raises(CallFailed):
        harvest(SOURCE, spring()[:-1], now=NOW)


def test_a_page_dated_ahead_of_our_clock_is_published_now() -> None:
    early = datetime(2026, 4, 7, 23, 0, tzinfo=UTC)
    brought = harvest(SOURCE, spring(), now=early, known=KNOWN)

    assert {one.published_at for one in brought.readings if one.period.text == "2026-03"} == {early}
