"""The Treasury's changes: what a delta says, and how months are counted from deltas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import catalogue
from indicators.source import CallFailed, Unexpected
from indicators.sources.ofac import COUNTS, SOURCE
from indicators.sources.ofac_delta import Publication, parse_delta, parse_history
from tests.indicators.asking import Served, harvest
from tests.indicators.ofac_files import BASE, delta, entity, history

NOW = datetime(2025, 4, 10, 12, 0, tzinfo=UTC)
NOTHING: Mapping[str, float] = dict.fromkeys(COUNTS, 0.0)


def xml(path: str, body: bytes) -> Served:
    return Served(f"{BASE}/{path}", body, "application/xml")


def site(
    publications: Mapping[int, tuple[str, bytes]], latest: bytes | None = None, year: int = 2025
) -> list[Served]:
    """The service with these publications, the last of them the latest."""
    days = {number: day for number, (day, _) in publications.items()}
    newest = list(publications.values())[-1][1] if latest is None else latest
    return [
        xml("changes/latest", newest),
        Served(f"{BASE}/changes/history/{year}", history(days), "application/json"),
        *(xml(f"changes/{number}", body) for number, (_, body) in publications.items()),
    ]


def dated(day: str, *entities: str) -> tuple[str, bytes]:
    return day, delta(*entities, dated=f"{day}T00:00:00-05:00")


def known_to(month: int) -> dict[str, dict[str, float]]:
    """Everything is known from the first month to this one."""
    return {name: {f"2025-{n:02d}": 0.0 for n in range(1, month + 1)} for name in COUNTS}


def test_only_entries_with_an_action_are_events() -> None:
    found = parse_delta(
        delta(
            entity(1, "add", ("RUSSIA-EO14024", "SDGT"), ("Russia", "Cyprus")),
            entity(2, "remove"),
            entity(3, None, countries=("Russia",), child_action="add"),
            entity(4, "modify"),
        )
    )

    assert found.day == date(2026, 8, 26)
    assert [one.id for one in found.added] == [1]
    assert found.added[0].programmes == {"RUSSIA-EO14024", "SDGT"}
    assert found.added[0].places == {"russia", "cyprus"}
    assert (found.removed, found.n_changed, found.warnings) == ((2,), 2, ())


def test_an_address_that_is_taken_away_does_not_count() -> None:
    gone = entity(1, countries=("Russia",), child_action="remove")

    assert parse_delta(delta(gone)).added[0].places == frozenset()


def test_new_parts_are_told() -> None:
    body = delta(entity(1)).replace(b"<featureTypes />", b"<featureTypes /><novelty />")
    body = body.replace(b"<generalInfo>", b"<mood>good</mood><generalInfo>")

    assert parse_delta(body).warnings == (
        "the delta file has unknown fields: novelty",
        "an entry has unknown fields: mood",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (delta().replace(b"DeltaFile/1.0", b"DeltaFile/2.0"), "expected sanctionsData"),
        (b"<Error><Code>AccessDenied</Code><Message>expired</Message></Error>", "AccessDenied"),
        (b"<html><body>Access denied</body></html>", "expected sanctionsData"),
        (b"<html><p>not closed</html>", "no sound XML"),
        (delta()[:200], "no sound XML"),
        (b"", "no sound XML"),
        (delta().replace(b"<sanctionsData", b"<!DOCTYPE a><sanctionsData"), "document type"),
        (delta(dated="26 August 2026"), "expected a moment"),
        (delta(dated="2026-08-26T00:00:00"), "expected a moment with its zone"),
        (delta(dated="2026-02-30T00:00:00-05:00"), "which is no moment"),
        (delta().replace(b"<entities></entities>", b""), "no list of entities"),
        (delta(entity(1, "merge")), "the unknown action 'merge'"),
        (delta(entity(1), entity(1)), "adds the entry 1 twice"),
        (delta(entity(1, programmes=())), "under no programme"),
        (delta(entity(1, countries=("Russian Fed.",))), "is it one that is counted"),
        (delta(entity(1)).replace(b'id="1"', b'id="one"'), "expected a number"),
        (delta().replace(b"Standard", b"St\xe4ndard"), "is not UTF-8"),
    ],
)
def test_what_is_no_delta_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        parse_delta(body)


@pytest.mark.parametrize("depth", [300, 5000])
def test_deep_nesting_is_refused(depth: int) -> None:
    body = delta(entity(1)).replace(b"<generalInfo>", b"<a>" * depth + b"<generalInfo>")
    with pytest.raises(Unexpected, match="no sound XML"):
        parse_delta(body)


def test_entities_of_a_document_type_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'
    body = delta(entity(1)).replace(b"<sanctionsData", b"<!-- <a> -->" + bomb + b"<sanctionsData")
    with pytest.raises(Unexpected, match="document type"):
        parse_delta(body.replace(b"Standard Action", b"&c;"))


def test_the_list_of_publications_is_put_in_order() -> None:
    found, warnings = parse_history(history({12: "2026-02-03", 9: "2026-01-16"}))

    assert found == (Publication(9, date(2026, 1, 16)), Publication(12, date(2026, 2, 3)))
    assert warnings == ()
    assert parse_history(b"[]") == ((), ())
    more = b'[{"publicationID": "7", "datePublished": "2026-01-16", "mood": 1}]'
    assert parse_history(more)[1] == ("a publication has unknown fields: mood",)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "is an object; expected a list"),
        (b'[{"publicationID": 1}]', "lacks datePublished"),
        (b'[{"publicationID": 1.5, "datePublished": "2026-01-16"}]', "a whole number"),
        (b'[{"publicationID": "../1", "datePublished": "2026-01-16"}]', "a whole number"),
        (b'[{"publicationID": true, "datePublished": "2026-01-16"}]', "a whole number"),
        (b'[{"publicationID": 1, "datePublished": "16/01/2026"}]', "expected a day"),
        (b'[{"publicationID": 1, "datePublished": "2026-02-30"}]', "expected a day"),
        (b'[{"publicationID": 1, "datePublished": null}]', "expected a day"),
        (history({1: "2026-01-16"}).replace(b"]", b", {}]"), "lacks publicationID"),
        (b"<html>", "is no JSON"),
    ],
)
def test_what_is_no_list_of_publications_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unexpected, match=words):
        parse_history(body)


def test_a_month_is_counted_by_the_definitions() -> None:
    served = site(
        {
            1: dated(
                "2025-01-10",
                entity(11, countries=("Russia", "China")),
                entity(12, programmes=("IFSR",), countries=("China",)),
            ),
            2: dated(
                "2025-01-15",
                entity(13, countries=("Hong Kong",)),
                entity(14, programmes=("HK-EO13936",), countries=("Hong Kong",)),
                entity(15, programmes=("UKRAINE-EO13662",), countries=("Cyprus",)),
                entity(11, "remove", countries=("Russia",)),
            ),
            3: dated("2025-02-04", entity(99, countries=("Russia",))),
        }
    )
    brought = harvest(SOURCE, served, now=datetime(2025, 2, 5, tzinfo=UTC))

    assert brought.result == "value"
    assert {one.period.text for one in brought.readings} == {"2025-01"}
    assert {one.indicator: one.value for one in brought.readings} == {
        "ofac_russia_additions": 1,
        "ofac_china_additions": 2,
        "secondary_designations_china": 4,
    }
    chinese = next(
        one for one in brought.readings if one.indicator == "secondary_designations_china"
    )
    assert chinese.note == "new entries in 2 publications; 2 under programmes against Russia"
    assert {one.source for one in brought.readings} == {f"{BASE}/changes/history/2025"}


def test_an_entry_put_back_in_the_same_month_counts_once() -> None:
    russian = entity(11, countries=("Russia",))
    served = site({1: dated("2025-01-10", russian), 2: dated("2025-01-20", russian)})
    brought = harvest(SOURCE, served, now=datetime(2025, 2, 5, tzinfo=UTC))

    assert {one.value for one in brought.readings if one.indicator == "ofac_russia_additions"} == {
        1
    }


@pytest.mark.parametrize(("day", "n_readings"), [(1, 0), (2, 0), (3, len(COUNTS))])
def test_a_month_is_counted_only_when_it_is_over_in_washington(day: int, n_readings: int) -> None:
    served = site({1: dated("2025-01-10", entity(11))})
    # Four in the morning in London is still the day before in Washington.
    brought = harvest(SOURCE, served, now=datetime(2025, 2, day, 4, 0, tzinfo=UTC))

    assert len(brought.readings) == n_readings


def test_a_month_without_publications_is_zero_if_later_ones_are_listed() -> None:
    served = site({1: dated("2025-03-04")})
    brought = harvest(SOURCE, served, now=NOW)
    found = {(one.period.text, one.value) for one in brought.readings}

    assert found == {("2025-01", 0.0), ("2025-02", 0.0), ("2025-03", 0.0)}


def test_a_month_of_which_the_list_says_nothing_is_not_zero() -> None:
    served = site({1: dated("2025-02-04")})
    found = {one.period.text for one in harvest(SOURCE, served, now=NOW).readings}

    assert found == {"2025-01", "2025-02"}


def test_days_without_a_publication_are_none() -> None:
    served = site({1: dated("2025-04-04")})
    memory: dict[str, str] = {}
    first = harvest(SOURCE, served, now=NOW, known=known_to(3), memory=memory)
    again = harvest(SOURCE, served[:1], now=NOW, known=known_to(3), memory=memory)

    assert (first.result, again.result) == ("none", "none")


def test_what_came_out_since_the_last_visit_is_read() -> None:
    chinese = entity(21, programmes=("CMIC-EO13959",), countries=("China",))
    served = site(
        {
            1: dated("2025-04-01"),
            2: dated("2025-04-04", chinese, entity(22, programmes=("NS-CMIC-EO13959",))),
            3: dated("2025-04-07"),
        }
    )
    brought = harvest(SOURCE, served, now=NOW, known=known_to(3), memory={"last": "1"})

    assert brought.result == "value"
    (lead,) = brought.leads
    assert (lead.indicator, lead.key) == ("sanctions_on_china", "2025-04-04 21")
    assert lead.title == "2 new entries under CMIC-EO13959, NS-CMIC-EO13959"
    assert brought.readings == ()


def test_old_months_are_read_piece_by_piece_newest_first() -> None:
    publications = {
        100 * month + n: dated(f"2025-{month:02d}-{n + 1:02d}")
        for month in (1, 2, 3)
        for n in range(25)
    }
    first = harvest(SOURCE, site(publications), now=NOW)
    rest = harvest(
        SOURCE, site(publications), now=NOW, known={n: {"2025-02": 0, "2025-03": 0} for n in COUNTS}
    )

    assert {one.period.text for one in first.readings} == {"2025-02", "2025-03"}
    assert {one.period.text for one in rest.readings} == {"2025-01"}


def test_a_list_that_shrank_is_refused() -> None:
    served = site({1: dated("2025-01-10")})
    with pytest.raises(Unexpected, match="the list of 2025 shrank from 12 to 1"):
        harvest(SOURCE, served, now=NOW, memory={"publications 2025": "12"})


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (site({1: dated("2025-03-10")}, latest=delta(dated="2025-03-20T00:00:00-04:00")), "ends"),
        (site({1: dated("2024-12-10")}), "publications of another year"),
        (site({1: ("2025-03-10", dated("2025-02-01")[1])}), "is dated 2025-02-01 inside"),
    ],
)
def test_a_list_that_does_not_fit_the_deltas_is_refused(served: list[Served], words: str) -> None:
    latest = delta(dated="2025-03-20T00:00:00-04:00")
    served = [xml("changes/latest", latest), *served[1:]]
    with pytest.raises(Unexpected, match=words):
        harvest(SOURCE, served, now=NOW, known=known_to(2))


def test_a_delta_that_does_not_come_fails_the_visit() -> None:
    with pytest.raises(CallFailed):
        harvest(SOURCE, site({1: dated("2025-03-10")})[:2], now=NOW)


def test_what_is_counted_has_a_folder() -> None:
    assert set(COUNTS) <= set(catalogue())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", None]),
            st.sampled_from(["RUSSIA-EO14024", "CMIC-EO13959", "SDGT"]),
            st.lists(st.sampled_from(["Russia", "China", "Hong Kong", "Iran"]), max_size=3),
        ),
        max_size=12,
    )
)
def test_parts_are_never_larger_than_the_whole(
    entries: list[tuple[str | None, str, list[str]]],
) -> None:
    made = [entity(n, a, (p,), c) for n, (a, p, c) in enumerate(entries, start=1)]
    served = site({1: dated("2025-01-10", *made)})
    brought = harvest(SOURCE, served, now=datetime(2025, 2, 10, tzinfo=UTC))
    found = {one.indicator: one.value for one in brought.readings}

    assert found["ofac_china_additions"] <= found["secondary_designations_china"]
    assert max(found.values()) <= sum(action == "add" for action, _, _ in entries)
