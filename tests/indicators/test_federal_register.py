"""The Federal Register: pages, rules, and months counted from all their documents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from indicators import catalogue
from indicators.source import Unexpected, Visit
from indicators.sources.federal_register import COUNTS, LISTS, QUERIES, SOURCE
from indicators.sources.federal_register_page import parse_page
from indicators.sources.federal_register_rules import COMMERCE, RULES, TRADE, TREASURY, classify
from tests.indicators.asking import Asking, Served, harvest
from tests.indicators.federal_pages import API, document, order, page

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
KNOWN = {
    name: {f"{y}-{m:02d}": 0.0 for y in (2024, 2025, 2026) for m in range(1, 13)} for name in COUNTS
}
SEPTEMBER = {
    name: {text: n for text, n in values.items() if text != "2026-09"}
    for name, values in KNOWN.items()
}


def served(presidential: bytes, others: bytes) -> list[Served]:
    address = f"{API}/documents.json"
    return [
        Served(f"{address}?conditions[type][]=PRESDOCU", presidential, "application/json"),
        Served(f"{address}?conditions[type][]=RULE", others, "application/json"),
    ]


def read(given: dict[str, Any]) -> Any:
    (found,) = parse_page(page([given])).documents
    return found


def test_a_page_is_read() -> None:
    found = parse_page(page([document(title="Two\u00a0 words\n", abstract="Of China")], 7, "next"))
    (one,) = found.documents

    assert (found.count, found.next_url, found.warnings) == (7, "next", ())
    assert (one.number, one.title, one.published) == ("2026-00001", "Two words", date(2026, 9, 16))
    assert one.agencies == {COMMERCE}
    assert one.subtype is None


def test_no_hits_may_come_without_results() -> None:
    assert parse_page(b'{"description": "Documents", "count": 0}').documents == ()
    assert parse_page(page([])).documents == ()


def test_new_fields_are_told() -> None:
    body = page([document(mood="good")]).replace(b'{"description"', b'{"novelty": 1, "description"')

    assert parse_page(body).warnings == (
        "the page has unknown fields: novelty",
        "a document has unknown fields: mood",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "the page lacks count"),
        (b'{"status":400,"message":"Invalid search_after_cursor token"}', "Invalid search_after"),
        (b'{"count": 1, "errors": {"not_found": ["2026-1"]}}', "reports an error"),
        (b"[]", "is a list; expected an object"),
        (b"<html>404</html>", "is no JSON"),
        (b'{"count": 3}', "lacks results"),
        (b'{"count": 3, "results": []}', "is empty, but counts 3"),
        (b'{"count": true, "results": []}', "counts 'True'"),
        (b'{"count": -1, "results": []}', "counts '-1'"),
        (b'{"count": 1, "results": {}}', "expected a list"),
        (page([document()]).replace(b'"count": 1', b'"count": NaN'), "NaN"),
        (page([document(number="../x")]), "document_number"),
        (page([document() | {"title": 7}]), "title of"),
        (page([document(day="2026-02-30")]), "expected a day"),
        (page([document(day="16/09/2026")]), "expected a day"),
        (page([document(signing_date="soon")]), "signing_date of document 2026-00001 is 'soon'"),
        (page([document() | {"html_url": "javascript:alert(1)"}]), "is said to lie at"),
        (page([document() | {"agencies": None}]), "expected a list"),
        (page([document()], 1).replace(b'"total_pages"', b'"next_page_url": 5, "t"'), "no address"),
    ],
)
def test_what_is_no_page_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        parse_page(body)


RUSSIAN = "Addressing Threats by the Government of the Russian Federation"
ADDED = "adds 12 entities under the destinations of China (9) and Russia (2)"


@pytest.mark.parametrize(
    ("given", "rule", "counts", "leads"),
    [
        (order("1-1", RUSSIAN), "order", ("us_orders_on_russia",), ("sanctions_on_russia",)),
        (
            order("1-1", "Duties on Products of China", subtype="Proclamation"),
            "tariff order",
            ("us_orders_on_china",),
            ("tariff_and_control_acts",),
        ),
        (
            order("1-1", "Addressing Investments in Chinese Military Companies"),
            "order",
            ("us_orders_on_china",),
            ("sanctions_on_china",),
        ),
        (order("1-1", "National Park Week"), "order", (), ()),
        (
            order("1-1", f"Continuation of the National Emergency: {RUSSIAN}", subtype="Notice"),
            "continuation",
            (),
            (),
        ),
        (
            document(title="Additions to the Entity List", abstract=ADDED),
            "entity list",
            ("entity_list_rules",),
            ("sanctions_on_china",),
        ),
        (
            document(title="Entity List: Removal of Entities", abstract="removes one in China"),
            "entity list",
            (),
            ("sanctions_on_china",),
        ),
        (
            document(title="Additions to the Military End-User List", abstract="in China"),
            "military end users",
            (),
            ("sanctions_on_china",),
        ),
        (
            document(title="Foreign-Produced Direct Product Rule", abstract="destined to China"),
            "export control",
            (),
            ("tariff_and_control_acts",),
        ),
        (
            document(
                title="Russian Harmful Foreign Activities Sanctions Regulations", agency=TREASURY
            ),
            "sanctions regulations",
            (),
            (),
        ),
        (
            document(title="Publication of Russian Web General License 13", agency=TREASURY),
            "general licences",
            (),
            (),
        ),
        (
            document(
                title="Notice of Modification of Section 301 Action: China's Acts",
                kind="Notice",
                agency=TRADE,
            ),
            "trade action",
            (),
            ("tariff_and_control_acts",),
        ),
        (
            document(title="China: Extension of Exclusions", kind="Notice", agency=TRADE),
            "proceedings",
            (),
            (),
        ),
    ],
)
def test_rules(
    given: dict[str, Any], rule: str, counts: tuple[str, ...], leads: tuple[str, ...]
) -> None:
    found = classify(read(given))

    assert found is not None
    assert (found.rule, found.counts, found.leads) == (rule, counts, leads)


@pytest.mark.parametrize(
    "given",
    [
        document(title="Additions to the Entity List", abstract=ADDED, correction_of=f"{API}/1"),
        document(title="Notice of OFAC Sanctions Actions", kind="Notice", agency=TREASURY),
        document(title="China", kind="Proposed Rule"),
        document(title="China and Russia", agency="fish-and-wildlife-service"),
        order("1-1", RUSSIAN, subtype="Memorandum"),
    ],
)
def test_what_no_rule_speaks_of_counts_nowhere(given: dict[str, Any]) -> None:
    assert classify(read(given)) is None


def test_every_rule_has_a_reason_and_known_indicators() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.why for rule in RULES)
    assert {*COUNTS, *LISTS} <= set(catalogue())
    assert all(catalogue()[name].role == "context" for name in COUNTS)


def test_a_month_that_is_over_is_counted() -> None:
    orders = [order("2026-1", RUSSIAN), order("2026-2", "National Park Week", "2026-10-01")]
    rules = [document("2026-3", "Additions to the Entity List", abstract=ADDED)]
    brought = harvest(SOURCE, served(page(orders), page(rules)), now=NOW, known=SEPTEMBER)

    assert brought.result == "value"
    assert {(one.indicator, one.period.text, one.value) for one in brought.readings} == {
        ("us_orders_on_russia", "2026-09", 1.0),
        ("us_orders_on_china", "2026-09", 0.0),
        ("entity_list_rules", "2026-09", 1.0),
    }
    russian = next(one for one in brought.readings if one.indicator == "us_orders_on_russia")
    assert russian.note == "2026-1"
    assert [(one.indicator, one.key) for one in brought.leads] == [
        ("sanctions_on_russia", "2026-1"),
        ("sanctions_on_china", "2026-3"),
    ]
    assert brought.leads[0].url.startswith("https://www.federalregister.gov/documents/2026/09/03/")


@pytest.mark.parametrize("day", [1, 2])
def test_a_month_is_not_counted_before_it_is_over(day: int) -> None:
    bodies = served(page([order("2026-1", RUSSIAN)]), page([document(title="A rule")]))
    now = datetime(2026, 10, day, 4, 0, tzinfo=UTC)

    assert harvest(SOURCE, bodies, now=now, known=SEPTEMBER).readings == ()


def test_a_month_without_any_document_is_not_zero() -> None:
    bodies = served(page([order("2026-1", RUSSIAN)]), page([]))
    brought = harvest(SOURCE, bodies, now=NOW, known=SEPTEMBER)

    assert brought.readings == ()
    assert brought.warnings == ("2026-09 has no rules and notices at all; it is not counted",)


def test_nothing_at_all_is_empty_and_nothing_of_ours_is_none() -> None:
    nothing = harvest(SOURCE, served(page([]), page([])), now=NOW, known=KNOWN)
    park = page([order("2026-1", "National Park Week")])
    others = harvest(SOURCE, served(park, page([])), now=NOW, known=KNOWN)

    assert (nothing.result, others.result) == ("empty", "none")


@pytest.mark.parametrize(
    ("given", "day"),
    [
        (order("2026-1", RUSSIAN, signing_date="2026-09-01"), "2026-09-01"),
        (order("2026-1", RUSSIAN), "2026-09-03"),
        (order("2026-1", "Duties on China", effective_on="2026-09-20"), "2026-09-20"),
        (
            order(
                "2026-1", "Duties on China", signing_date="2026-09-02", effective_on="2027-01-01"
            ),
            "2026-09-02",
        ),
    ],
)
def test_a_lead_has_the_day_that_its_list_goes_by(given: dict[str, Any], day: str) -> None:
    bodies = served(page([given]), page([document(title="A rule")]))
    (lead,) = harvest(SOURCE, bodies, now=NOW, known=SEPTEMBER).leads

    assert str(lead.day) == day


def test_leads_are_told_from_the_day_of_the_last_visit() -> None:
    orders = page([order("2026-1", RUSSIAN, "2026-09-28"), order("2026-2", RUSSIAN, "2026-10-02")])
    memory = {"told until": "2026-10-01"}
    brought = harvest(SOURCE, served(orders, page([])), now=NOW, known=SEPTEMBER, memory=memory)

    assert [one.key for one in brought.leads] == ["2026-2"]
    assert memory == {"told until": "2026-10-05"}


CURSOR = f"{API}/documents?page=2&search_after_cursor=WzE3&format=json"


def paged(first: bytes, second: bytes) -> list[Served]:
    """Presidential documents on two pages."""
    others = page([document(title="A rule")])
    return [Served(CURSOR, second, "application/json"), *served(first, others)]


def test_the_cursor_is_followed_to_the_last_page() -> None:
    orders = [order("2026-1", RUSSIAN), order("2026-2", RUSSIAN, "2026-09-04")]
    bodies = paged(page(orders[:1], 2, CURSOR), page(orders[1:], 2))
    brought = harvest(SOURCE, bodies, now=NOW, known=SEPTEMBER)

    assert {one.value for one in brought.readings if one.indicator == "us_orders_on_russia"} == {
        2.0
    }


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            page([order("2026-1", RUSSIAN)], 3, CURSOR),
            page([order("2026-2", RUSSIAN)], 3),
            "2 of 3 documents arrived",
        ),
        (
            page([order("2026-1", RUSSIAN)], 2, CURSOR),
            page([order("2026-1", RUSSIAN)], 2, CURSOR),
            "brought nothing new",
        ),
        (
            page([order("2026-1", RUSSIAN)], 2, CURSOR),
            b'{"status":400,"message":"Invalid search_after_cursor token"}',
            "Invalid search_after",
        ),
        (page([order("1999-1", RUSSIAN, "1999-01-04")]), page([]), "still understood"),
    ],
)
def test_documents_that_do_not_arrive_are_missed(first: bytes, second: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        harvest(SOURCE, paged(first, second), now=NOW, known=SEPTEMBER)


def test_what_is_asked_for() -> None:
    bodies = served(page([order("2026-1", RUSSIAN)]), page([document(title="A rule")]))
    ask = Asking(SOURCE.base_url, bodies, NOW)
    SOURCE.visit(ask, Visit(NOW, SEPTEMBER, {}))

    assert len(ask.asked) == len(QUERIES)
    assert all("publication_date%5D%5Bgte%5D=2026-08-21" in url for url in ask.asked)
    assert all("fields%5B%5D=correction_of" in url for url in ask.asked)
    assert all(f"agencies%5D%5B%5D={one}" in ask.asked[1] for one in (COMMERCE, TREASURY, TRADE))
