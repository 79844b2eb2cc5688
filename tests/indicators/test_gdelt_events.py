"""The lists of event files, days with gaps, and a publisher that is down."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from indicators.source import CallFailed, Request, Unexpected
from indicators.sources.gdelt_events import (
    FAILURES_IN_A_ROW,
    SOURCE,
    TAIL,
    Listed,
    open_file,
    parse_list,
)
from tests.indicators.answering import Answering, harvest
from tests.indicators.newsroom import CHINA, HOST, RUSSIA, Newsroom, quarters, row
from tests.replay.route import zipped

DAY = "20261121"
NOW = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
NOON = f"{DAY}120000"
DRILL = row(5, CHINA, RUSSIA, "062", quad=2, added=NOON)


@pytest.fixture
def newsroom() -> Newsroom:
    """One whole day with an exercise in it, and the first file of the next."""
    room = Newsroom()
    room.publish_day(DAY, [DRILL])
    room.publish("20261122000000")
    return room


def test_a_list_names_the_event_files_among_others(newsroom: Newsroom) -> None:
    found = parse_list(newsroom.master())

    assert len(found.files) == 97
    assert found.warnings == ()
    assert [one.stamp for one in found.of_day(date(2026, 11, 21))] == quarters(DAY)
    assert parse_list(newsroom.last()).files.keys() == {"20261122000000"}


def test_the_end_of_a_list_begins_in_the_middle_of_a_line(newsroom: Newsroom) -> None:
    body = newsroom.master()[30:]

    assert len(parse_list(body, cut=True).files) == 96


@pytest.mark.parametrize(
    "line",
    [
        f"100 {'0' * 32} http://elsewhere.example/gdeltv2/{NOON}.export.CSV.zip",
        f"100 {'0' * 31} {HOST}/{NOON}.export.CSV.zip",
        f"{HOST}/{NOON}.export.CSV.zip",
        f"100 {'0' * 32} {HOST}/20261341000000.export.CSV.zip",
        f"100 {'0' * 32} {HOST}/../{NOON}.export.CSV.zip",
        "<html>",
    ],
)
def test_a_line_that_cannot_be_read_is_told(newsroom: Newsroom, line: str) -> None:
    found = parse_list(newsroom.last() + line.encode() + b"\n")

    assert found.files.keys() == {"20261122000000"}
    assert found.warnings[0].startswith("1 lines of the list cannot be read, first")


@pytest.mark.parametrize("body", [b"", b"<html>Not found</html>", b"\n\n"])
def test_a_list_without_event_files_is_refused(body: bytes) -> None:
    with pytest.raises(Unexpected, match="names no event file"):
        parse_list(body)


def test_a_file_has_to_be_what_the_list_says(newsroom: Newsroom) -> None:
    listed = parse_list(newsroom.master()).files[NOON]
    body = newsroom.files[NOON]

    assert open_file(body, listed).endswith(DRILL)
    for wrong in (body[:-1], body[:50] + b"x" + body[51:], b""):
        with pytest.raises(Unexpected, match="the list says"):
            open_file(wrong, listed)


def test_a_file_that_unpacks_to_more_than_it_may_is_refused() -> None:
    from hashlib import md5

    bomb = zipped("bomb.CSV", bytes(17_000_000))
    digest = md5(bomb, usedforsecurity=False).hexdigest()
    with pytest.raises(Unexpected, match="holds more than 16,000,000 bytes"):
        open_file(bomb, Listed(NOON, len(bomb), digest, HOST))


def test_a_whole_day_gives_its_figures_and_leads(newsroom: Newsroom) -> None:
    ask = Answering(newsroom)
    found = harvest(SOURCE, ask, now=NOW)

    assert found.result == "value"
    assert {one.indicator: one.value for one in found.readings} == {
        "gdelt_visits": 0.0,
        "gdelt_tone": 1.5,
        "gdelt_material_cooperation": 100.0,
        "gdelt_goldstein": 1.0,
    }
    assert {one.period.text for one in found.readings} == {"2026-11-21"}
    assert [one.indicator for one in found.leads] == ["joint_exercises"]
    assert (found.doubts, found.warnings) == ((), ())
    assert len(ask.asked) == 98
    assert ask.asked[1].headers == {"Range": f"bytes=-{TAIL}"}
    assert ask.asked[2].path == f"{HOST}/{DAY}000000.export.CSV.zip"


def test_within_a_day_nothing_is_asked_but_what_is_newest(newsroom: Newsroom) -> None:
    ask = Answering(newsroom)
    memory: dict[str, str] = {}
    harvest(SOURCE, ask, memory, now=NOW)
    ask.asked.clear()

    assert harvest(SOURCE, ask, memory, now=NOW).result == "unchanged"
    assert [one.path for one in ask.asked] == ["/lastupdate.txt"]


def test_a_missing_file_puts_the_day_in_doubt_and_a_late_one_mends_it(newsroom: Newsroom) -> None:
    late = newsroom.files.pop(f"{DAY}031500")
    ask = Answering(newsroom)
    memory: dict[str, str] = {}
    found = harvest(SOURCE, ask, memory, now=NOW)

    assert found.readings == ()
    assert {one.reading.indicator for one in found.doubts} >= {"gdelt_visits", "gdelt_tone"}
    assert found.doubts[0].why == "95 of 96 files of 2026-11-21 could be read; 95 are listed"
    assert harvest(SOURCE, ask, memory, now=NOW).result == "unchanged"
    newsroom.files[f"{DAY}031500"] = late
    again = harvest(SOURCE, Answering(newsroom), memory, now=NOW)
    assert {one.period.text for one in again.readings} == {"2026-11-21"}
    assert again.doubts == ()
    assert memory["gaps"] == ""


def test_a_listed_file_that_cannot_be_had_is_a_gap_to_be_tried_again(newsroom: Newsroom) -> None:
    memory: dict[str, str] = {}

    def give(request: Request) -> bytes:
        if NOON in request.path:
            raise CallFailed("status 404", needs_attention=True)
        return newsroom(request)

    found = harvest(SOURCE, Answering(give), memory, now=NOW)

    assert (found.result, found.readings, found.leads) == ("value", (), ())
    assert [one.reading.value for one in found.doubts] == [0.0]
    assert "95 of 96 files of 2026-11-21 could be read; status 404" in found.warnings[0]
    assert harvest(SOURCE, Answering(newsroom), memory, now=NOW).leads != ()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>error</html>", "the list says"),
        (zipped("x.CSV", b"not a table\n"), "has 1 columns; expected 61"),
    ],
)
def test_a_broken_file_is_a_gap_and_is_not_asked_for_again(
    newsroom: Newsroom, body: bytes, why: str
) -> None:
    memory: dict[str, str] = {}
    if body.startswith(b"PK"):
        newsroom.files[NOON] = body
    ask = Answering(lambda r: body if NOON in r.path else newsroom(r))
    found = harvest(SOURCE, ask, memory, now=NOW)

    assert why in found.warnings[0]
    assert found.readings == ()
    ask.asked.clear()
    assert harvest(SOURCE, ask, memory, now=NOW).result == "unchanged"
    assert not [one for one in ask.asked if one.path.endswith(".zip")]


def test_a_day_with_less_than_half_its_files_has_no_figure_at_all(newsroom: Newsroom) -> None:
    for stamp in quarters(DAY)[:50]:
        if stamp != NOON:
            del newsroom.files[stamp]
    found = harvest(SOURCE, Answering(newsroom), now=NOW)

    assert (found.readings, found.doubts) == ((), ())
    assert found.warnings == ("47 of 96 files of 2026-11-21 could be read; 47 are listed",)
    assert len(found.leads) == 1


def test_a_publisher_that_is_down_fails_the_visit(newsroom: Newsroom) -> None:
    asked: list[str] = []

    def give(request: Request) -> bytes:
        asked.append(request.path)
        if request.path.endswith(".zip"):
            raise CallFailed("connection refused")
        return newsroom(request)

    with pytest.raises(CallFailed, match="connection refused"):
        harvest(SOURCE, Answering(give), now=NOW)
    assert len(asked) == 2 + FAILURES_IN_A_ROW


def test_days_that_were_missed_are_read_later_and_very_old_ones_are_named() -> None:
    room = Newsroom()
    for n in range(8, 22):
        room.publish_day(f"202611{n:02d}")
    room.publish("20261122000000")
    some = harvest(SOURCE, Answering(room), {"day": "2026-11-18"}, now=NOW)
    many = harvest(SOURCE, Answering(room), {"day": "2026-11-10"}, now=NOW)

    assert [one.period.text for one in some.readings] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    assert [one.period.text for one in many.readings] == [f"2026-11-{n}" for n in range(15, 22)]
    assert many.warnings == ("2026-11-11 to 2026-11-14: too old, never read",)


def test_a_day_of_which_a_cut_list_shows_only_the_end_is_not_read(newsroom: Newsroom) -> None:
    def give(request: Request) -> bytes:
        whole = newsroom(request)
        return whole[30:] if "master" in request.path else whole

    ask = Answering(give, partial=True)
    found = harvest(SOURCE, ask, now=NOW)

    assert (found.result, found.readings) == ("empty", ())
    assert found.warnings == ("2026-11-21 to 2026-11-21: too old, never read",)
    assert len(ask.asked) == 2


def test_a_list_from_the_future_is_refused(newsroom: Newsroom) -> None:
    newsroom.publish("20261124000000")
    with pytest.raises(Unexpected, match="which is yet to come"):
        harvest(SOURCE, Answering(newsroom), now=NOW)
