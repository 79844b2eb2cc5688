"""Whole bodies that publishers really sent: read to these values, or refused with these words.

They are not part of the project; ``FORECASTER_TEST_RECORDINGS`` says where they lie.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indicators.source import SourceError
from indicators.sources.federal_register_page import parse_page
from indicators.sources.gacc_index import parse_index
from indicators.sources.gacc_table import parse_table
from indicators.sources.kremlin_feed import parse_feed
from indicators.sources.kremlin_rules import HINTS, kind_of
from indicators.sources.ofac_delta import parse_delta, parse_history

INDEX = "http://english.customs.gov.cn/statics/report/preliminary.html"
RECORDED = os.environ.get("FORECASTER_TEST_RECORDINGS")

pytestmark = pytest.mark.skipif(
    RECORDED is None, reason="FORECASTER_TEST_RECORDINGS names no folder of recorded bodies"
)


def body(name: str) -> bytes:
    return (Path(RECORDED or "") / name).read_bytes()


def test_the_index_of_customs() -> None:
    found = parse_index(body("gacc/preliminary_index_2026.html"), INDEX)

    assert found.year == 2026
    assert set(found.usd) == set(found.cny) == {2, 3}
    assert found.cny[3].endswith("/Statics/2e61c8a1-17b2-4074-b909-c039ccf8c8fb.html")


def test_the_table_of_march_2026_in_yuan() -> None:
    found = parse_table(body("gacc/table4_by_country_2026-03_cny.html"), "CNY")
    month, since = found.russia.month, found.russia.since_january

    assert (found.year, found.last, found.currency, found.n_rows) == (2026, 3, "CNY", 30)
    assert str(found.published) == "2026-04-08 00:00:00+00:00"
    assert month is not None
    assert since is not None
    assert (month.total, month.exports, month.imports) == pytest.approx((153.54, 64.98, 88.56))
    assert since.total == pytest.approx(428.04)
    assert found.total.month is not None
    assert 100 * month.exports / found.total.month.exports == pytest.approx(2.9143, abs=1e-4)


def test_the_delta_of_august_2026() -> None:
    found = parse_delta(body("ofac/changes_2026-08-26_delta.xml"))

    assert str(found.day) == "2026-08-26"
    assert [one.id for one in found.added] == [58105, 58314, 58462, 58463, 58464]
    assert {tag for one in found.added for tag in one.programmes} == {"SDGT"}
    assert not {"russia", "china", "hong kong"} & {p for one in found.added for p in one.places}
    assert (found.removed, found.n_changed, found.warnings) == ((), 0, ())


def test_the_first_page_of_presidential_documents() -> None:
    found = parse_page(body("federal_register/presidential-page-one.json"))

    assert [one.number for one in found.documents] == ["2026-19555", "2026-19554"]
    assert found.count == 8582
    assert found.next_url is not None
    assert "search_after_cursor=" in found.next_url
    assert found.warnings == ()


def test_two_documents_asked_for_by_number() -> None:
    found = parse_page(body("federal_register/2020_documents.json"))

    assert [one.type for one in found.documents] == ["Rule", "Rule"]
    assert len(found.warnings) == 1


def test_the_feed_of_january_2018() -> None:
    found = parse_feed(body("kremlin/en_events_all_feed.xml"))

    assert len(found.entries) == 20
    assert (str(found.entries[0].day), str(found.entries[-1].day)) == ("2018-01-07", "2017-12-29")
    assert found.next_url == "http://en.kremlin.ru/events/all/feed/page/2"
    assert (found.bad, found.warnings) == ((), ())
    assert {kind_of(one) for one in found.entries} == {"nothing"}
    assert not [one for one in found.entries for hint in HINTS if hint.fits(one)]


NO_XML = "the delta file is no sound XML"
NO_JSON = "the list of publications is no JSON"


@pytest.mark.parametrize(
    ("name", "parse", "words"),
    [
        ("federal_register/2020_document.json", parse_page, "the page lacks count; it has abstr"),
        ("federal_register/2020_public_document.json", parse_page, "the page lacks count; it has"),
        ("federal_register/facets-empty.json", parse_page, "the page lacks count; it has nothing"),
        (
            "federal_register/invalid-cursor_400.json",
            parse_page,
            "the publisher reports an error: Invalid search_after_cursor token",
        ),
        *(
            (f"ofac/{name}.csv", parse, words)
            for name in (
                "CONS_PRIM_2025-12",
                "SDN_2019-01",
                "tiny_add",
                "tiny_alt",
                "tiny_sdn",
                "tiny_sdn_comments",
            )
            for parse, words in ((parse_delta, NO_XML), (parse_history, NO_JSON))
        ),
    ],
)
def test_bodies_of_other_questions_are_refused(
    name: str, parse: Callable[[bytes], Any], words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        parse(body(name))
