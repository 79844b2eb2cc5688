"""The ideal points: kinds of votes told by a column, odd letters, versions and their files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

import pytest

from indicators.source import Request, Unexpected
from indicators.sources.dataverse import (
    SOURCE,
    File,
    newest_of_each_kind,
    parse_points,
    parse_version,
    readings_of,
)
from tests.indicators.answering import Answering, harvest, sample

ALL = sample("un_distance_russia_china", "sample.txt")
FINAL = sample("un_distance_russia_us", "sample.txt")
WAF = b"<!DOCTYPE HTML><html><head><title>403 Forbidden</title></head></html>"


def described(*files: dict[str, Any], **version: Any) -> bytes:
    newest = {"versionNumber": 39, "versionMinorNumber": 0, "releaseTime": "2026-07-30T13:05:11Z"}
    return json.dumps(
        {"status": "OK", "data": {"latestVersion": newest | version | {"files": list(files)}}}
    ).encode()


def file(number: int, label: str, body: bytes = b"", **more: Any) -> dict[str, Any]:
    digest = md5(body, usedforsecurity=False).hexdigest()
    inside = {"id": number, "filename": label, "filesize": len(body), "md5": digest}
    return {"label": label, "dataFile": inside | more}


FILES = (
    file(14098429, "IdealpointestimatesFP_2026FP.csv", FINAL),
    file(7218014, "IdealpointestimatesAll_Jul2023.csv", ALL),
    file(14098430, "AgreementScoresFP_idealpoints.csv", b"x"),
    file(13642024, "Codebook_IdealPointEstimates1946-2025.txt", b"x"),
    file(14098431, "UNVotes.csv", b"x"),
)


def test_the_newest_version_and_its_files_of_ideal_points() -> None:
    version = parse_version(described(*FILES))

    assert (version.number, version.released) == (
        "39.0",
        datetime(2026, 7, 30, 13, 5, 11, tzinfo=UTC),
    )
    assert [one.id for one in version.files] == [14098429, 7218014]


def test_the_newest_file_of_each_kind_is_taken() -> None:
    labels = (
        "IdealpointestimatesFP_2026FP.csv",
        "IdealpointestimatesFP_2025.csv",
        "IdealpointestimatesAll_Jun2024.csv",
        "Idealpointestimates1946-2025.tab",
        "IdealpointestimatesAll_Jul2023.csv",
        "IdealpointsJuly2025.tab",
    )
    files = [File(len(labels) - n, label, 1, "", ingested=False) for n, label in enumerate(labels)]

    assert [one.label for one in newest_of_each_kind(files)] == [labels[0], labels[2], labels[3]]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (WAF, "is no JSON"),
        (b'{"status":"ERROR","message":"Not found"}', "answers ERROR: Not found"),
        (described(FILES[3]), "lists no file of ideal points"),
        (described(*FILES, releaseTime="2026-07-30"), "expected a moment with its zone"),
        (described(file(1, "idealpoints.csv", id="1")), "a file has the id '1'"),
    ],
)
def test_what_is_no_description_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        parse_version(body)
    assert why in str(told.value)


def test_the_column_tells_the_votes_and_the_session_the_year() -> None:
    points = parse_points(ALL)

    assert points.votes == "all"
    assert points.values[365, 2021] == 0.1008
    assert parse_points(FINAL).votes == "final passage"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("cut", [",", "\t"])
def test_encodings_and_separators_of_all_issues(encoding: str, cut: str) -> None:
    body = cut.join(("ccode", "session", "NVotes", "IdealPoint", "Countryname"))
    rows = [("437", "74", "90", "0.5", "Côte d'Ivoire"), ("710", "74", "90", "-0.5", "China")]
    table = "\r\n".join([body, *(cut.join(row) for row in rows)]).encode(encoding)

    assert parse_points(table).values == {(437, 2019): 0.5, (710, 2019): -0.5}


def test_a_distance_needs_both_states() -> None:
    found = readings_of(parse_points(b"ccode,session,IdealPointFP\n365,79,1\n365,78,1\n710,78,3\n"))

    assert [(one.indicator, one.period.text, one.value) for one in found] == [
        ("un_distance_russia_china_fp", "2023", 2.0)
    ]


def test_2025_is_left_out_on_final_passage_only() -> None:
    rows = b"365,80,1\n710,80,3\n2,80,5\n"

    assert readings_of(parse_points(b"ccode,session,IdealPointFP\n" + rows)) == ()
    (one,) = readings_of(parse_points(b"ccode,session,IdealPointAll\n" + rows))
    assert (one.indicator, one.period.text) == ("un_distance_russia_china", "2025")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (WAF, "the columns are <!doctype html"),
        (b"", "the columns are ; expected ccode"),
        (b"ccode,IdealPointFP\n", "expected ccode, session and one of"),
        (b"ccode,session,IdealPointFP,IdealPointAll\n", "one of idealpointall"),
        (b"ccode,session,IdealPointFP\n365,79\n", "line 2 has 2 cells; expected 3"),
        (b"ccode,session,IdealPointFP\n365,2024,1\n", "session in line 2 is '2024'"),
        (b"ccode,session,IdealPointFP\n365,79,1\n365,79,2\n", "365 in 2024 a second time"),
        (b"ccode,session,IdealPointFP\n365,79,warm\n", "is 'warm'; expected a number"),
        (b'ccode,session,IdealPointFP\n365,79,"1', "the file is no table"),
        (b"ccode,session,IdealPointFP,n\n365,79,1,\x81\n", "neither UTF-8 nor Latin-1"),
        (b"ccode,session,IdealPointFP,n\n365,79,1,\xe9\0\n", "not UTF-8"),
    ],
)
def test_what_is_no_table_of_points_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected) as told:
        parse_points(body)
    assert why in str(told.value)


def test_a_missing_estimate_is_no_point() -> None:
    assert parse_points(b"ccode,session,IdealPointFP\n365,79,NA\n365,78,\n").values == {}


def test_estimates_past_their_release_are_refused() -> None:
    points = parse_points(b"ccode,session,IdealPointFP\n365,99,1\n")
    with pytest.raises(Unexpected, match="go to 2044, past their release on 2026-07-30"):
        readings_of(points, datetime(2026, 7, 30, tzinfo=UTC))


class Archive:
    """A dataset as it is served, with the bodies by the number of the file."""

    def __init__(self, *files: dict[str, Any], **bodies: bytes) -> None:
        self.files, self.bodies = files, bodies

    def __call__(self, request: Request) -> bytes:
        if "/datasets/" in request.path:
            return described(*self.files)
        return self.bodies["f" + request.path.rpartition("/")[2]]


def test_a_new_version_is_read_whole_and_once() -> None:
    ask = Answering(Archive(*FILES, f14098429=FINAL, f7218014=ALL))
    memory: dict[str, str] = {}
    found = harvest(SOURCE, ask, memory)

    assert {one.indicator for one in found.readings} == set(SOURCE.indicators)
    assert found.warnings == ()
    one = next(r for r in found.readings if r.indicator == "un_distance_russia_china")
    assert one.published_at == datetime(2026, 7, 30, 13, 5, 11, tzinfo=UTC)
    assert one.note == "version 39.0, votes: all, file IdealpointestimatesAll_Jul2023.csv"
    asked = len(ask.asked)
    assert harvest(SOURCE, ask, memory).result == "unchanged"
    assert len(ask.asked) == asked + 1


def test_without_a_file_of_all_votes_nothing_is_spliced() -> None:
    found = harvest(SOURCE, Answering(Archive(FILES[0], f14098429=FINAL)))

    assert "un_distance_russia_china" not in {one.indicator for one in found.readings}
    assert found.warnings == ("this version has no ideal points from all votes",)


def test_an_unnamed_older_file_of_the_same_votes_is_passed_over() -> None:
    old = file(13000000, "Idealpointestimates1946-2025.tab", originalFileFormat="text/csv")
    ask = Answering(Archive(*FILES, old, f14098429=FINAL, f7218014=ALL, f13000000=FINAL))
    found = harvest(SOURCE, ask)

    assert "an older file of the same votes" in found.warnings[0]
    assert [one.params for one in ask.asked if one.path.endswith("/13000000")] == [
        (("format", "original"),)
    ]


def test_a_broken_download_and_a_shorter_file_are_refused() -> None:
    with pytest.raises(Unexpected, match="the publisher says"):
        harvest(SOURCE, Answering(Archive(FILES[0], f14098429=FINAL + b"\n")))
    memory = {"final passage": "10000"}
    with pytest.raises(Unexpected, match="shrank from 10000 to 7"):
        harvest(SOURCE, Answering(Archive(FILES[0], f14098429=FINAL)), memory)
