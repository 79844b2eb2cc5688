"""One event file: rows checked and chosen, articles counted once, leads for a person to judge."""

from __future__ import annotations

from datetime import date

import pytest

from indicators.source import Unexpected
from indicators.sources.gdelt_events import parse
from indicators.sources.gdelt_file import Day, parse_events
from tests.indicators.newsroom import CHINA, PUTIN, RUSSIA, STAMP, USA, XI, row


def day(*rows: bytes) -> Day:
    found = Day(date(2026, 11, 21))
    found.add(parse_events(b"".join(rows), STAMP))
    return found


def figures(*rows: bytes) -> dict[str, float]:
    return {one.indicator: one.value for one in day(*rows).readings()}


def test_rows_about_the_pair_are_taken_in_both_orders() -> None:
    rows = (
        row(1, CHINA, RUSSIA, tone=-2),
        row(2, RUSSIA, CHINA, "036"),
        row(3, CHINA, CHINA),
        row(4, CHINA, ("", "")),
        row(5, ("JPN", "CHN"), ("RUSGOV", "X")),
        row(6, ("CHNMIL", "ARMY"), PUTIN, "043"),
    )
    found = parse_events(b"".join(rows), STAMP)

    assert [one.id for one in found] == [1, 2, 6]
    assert found[0].tone == -2.0
    assert found[2].code == "043"


def test_codes_elsewhere_in_a_row_do_not_make_it_one_of_the_pair() -> None:
    stray = row(1, ("JPN", "CHN"), ("KOR", "RUS"))

    assert b"\tCHN\t" in stray
    assert parse_events(stray, STAMP) == ()


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("20261121", True),
        ("20261118", True),
        ("20261117", False),
        ("20261021", False),
        ("20251121", False),
        ("20261122", False),
    ],
)
def test_an_event_of_another_day_is_left_out(said: str, taken: object) -> None:
    """The machine dates some events a month or a year back; the file's own day counts."""
    assert bool(parse_events(row(1, CHINA, RUSSIA, day=said), STAMP)) is taken


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "has no row"),
        (b"<html>\n", "row 1 of file 20261121101500 has 1 columns; expected 61"),
        (row(1, CHINA, USA) + b"x" + row(2, CHINA, USA)[:-9] + b"\tmore\n", "row 2 of file"),
        (row(1, CHINA, USA).replace(b"\t\t", b"\t", 1), "has 60 columns"),
        (row(1, ("JPN", "J"), USA, added="20261121100000"), "row 1 of file 20261121101500 was not"),
        (row(1, CHINA, USA, added="20261121100000", place=STAMP), "was added at '20261121100000'"),
        (row(1, CHINA, RUSSIA, day="2026112"), "'2026112' is no day"),
        (row(1, CHINA, RUSSIA, day="20261131"), "'20261131' is no day"),
        (row(1, CHINA, RUSSIA, quad="5"), "class '5'"),
        (row(1, CHINA, RUSSIA, quad=""), "class ''"),
        (row(1, CHINA, RUSSIA, "X"), "has the event code 'X'"),
        (row(1, CHINA, RUSSIA, tone="warm"), "AvgTone of row 1"),
        (row(1, CHINA, RUSSIA, gold="inf"), "Goldstein of row 1"),
        (row(1, CHINA, RUSSIA, gold="10.5"), "is 10.5; expected -10 to 10"),
        (row(1, CHINA, RUSSIA, tone="-101"), "is -101; expected -100 to 100"),
        (row(1, CHINA, RUSSIA).replace(b"Beijing", b"B\xe9ijing"), "is not UTF-8"),
        (row(1, CHINA, RUSSIA) + b"\n" + row(2, CHINA, RUSSIA), "row 2 of file"),
    ],
)
def test_a_file_that_is_not_of_this_table_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        parse_events(body, STAMP)
    assert why in str(told.value)


def test_a_row_without_a_deed_is_passed_over() -> None:
    assert parse_events(row(1, CHINA, RUSSIA, "---", quad=""), STAMP) == ()


def test_rows_of_one_article_count_once() -> None:
    url = "https://news.example/one"
    rows = [row(n, CHINA, RUSSIA, "060", quad=2, gold=4, tone=3, url=url) for n in range(1, 6)]
    rows += [row(6, CHINA, RUSSIA, "112", quad=3, gold=-2, tone=-1)]
    found = figures(*rows)

    assert found["gdelt_material_cooperation"] == 50.0
    assert found["gdelt_goldstein"] == 1.0
    assert found["gdelt_tone"] == 1.0


def test_the_tone_of_an_article_counts_once_whatever_its_codes() -> None:
    url = "https://news.example/one"
    rows = [
        row(1, CHINA, RUSSIA, "060", tone=3, url=url),
        row(2, CHINA, RUSSIA, "040", tone=3, url=url),
    ]

    assert figures(*rows, row(3, CHINA, RUSSIA, tone=-3))["gdelt_tone"] == 0.0


def test_visits_are_days_and_countries_not_articles() -> None:
    rows = (
        row(1, PUTIN, XI, "042"),
        row(2, XI, PUTIN, "043"),
        row(3, CHINA, RUSSIA, "044", place="China", url="https://news.example/b"),
        row(4, CHINA, RUSSIA, "042", country="RS"),
        row(5, CHINA, RUSSIA, "042", day="20261120"),
        row(6, CHINA, RUSSIA, "046", country="KZ"),
        row(7, CHINA, USA, "042", country="US"),
    )

    assert figures(*rows)["gdelt_visits"] == 3.0


def test_a_day_without_an_event_has_no_visit_and_no_share() -> None:
    assert figures(row(1, ("JPN", "J"), ("KOR", "K"))) == {"gdelt_visits": 0.0}


def test_conflict_is_a_share_of_its_own_pair() -> None:
    found = figures(
        row(1, CHINA, USA, "112", quad=3),
        row(2, USA, CHINA, "036"),
        row(3, USA, RUSSIA, "163", quad=4),
        row(4, CHINA, RUSSIA, "163", quad=4),
    )

    assert found["gdelt_conflict_china_us"] == 50.0
    assert found["gdelt_conflict_russia_us"] == 100.0
    assert found["gdelt_material_cooperation"] == 0.0


def test_an_event_without_a_score_is_left_out_of_the_mean_only() -> None:
    found = figures(row(1, CHINA, RUSSIA, gold=""))

    assert "gdelt_goldstein" not in found
    assert found["gdelt_tone"] == 1.5


def test_military_cooperation_is_a_lead_once_for_a_day_and_country() -> None:
    rows = (
        row(7, CHINA, RUSSIA, "062", quad=2, place="Sea of Japan", country="OS"),
        row(8, RUSSIA, CHINA, "062", quad=2, place="Sea of Japan", country="OS"),
        row(9, CHINA, ("MNG", "MONGOLIA"), "062"),
    )
    (lead,) = day(*rows).leads()

    assert (lead.indicator, lead.key, lead.day) == ("joint_exercises", "7", date(2026, 11, 21))
    assert lead.title == "CHINA and RUSSIA: Sea of Japan"
    assert lead.url == "https://news.example/7"
    assert "in 2 articles" in lead.why


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (PUTIN, 1),
        (("RUS", "PRESIDENT"), 1),
        (("RUS", "HEAD OF STATE"), 1),
        (("RUS", "PRESIDENTIAL CANDIDATE"), 0),
        (RUSSIA, 0),
    ],
)
def test_a_visit_of_a_president_is_a_lead(actor: tuple[str, str], told: int) -> None:
    leads = day(row(1, CHINA, RUSSIA, "042"), row(2, actor, CHINA, "042")).leads()

    assert len(leads) == told
    assert {one.indicator for one in leads} <= {"leader_meetings"}
    assert all(one.title.startswith(actor[1]) and one.key == "1" for one in leads)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "BBC Monitoring", "", "http:///x"])
def test_a_lead_without_a_web_address_points_to_the_publisher(url: str) -> None:
    (lead,) = day(row(1, CHINA, RUSSIA, "062", url=url)).leads()

    assert lead.url == "https://www.gdeltproject.org/"


def test_a_title_holds_no_control_characters() -> None:
    (lead,) = day(row(1, CHINA, RUSSIA, "062", place="Sea\x1b[31m of Japan")).leads()

    assert lead.title == "CHINA and RUSSIA: Sea [31m of Japan"


def test_an_address_of_another_file_is_refused() -> None:
    with pytest.raises(Unexpected, match="is not the address of an event file"):
        parse(b"", "http://data.gdeltproject.org/gdeltv2/masterfilelist.txt")
