"""What is not what it claims to be is refused, and nothing is guessed."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import checks
from indicators.source import Unexpected
from tests.replay.route import zipped

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(content=JSON, ascii_only=st.booleans())
def test_sound_json_is_read_as_it_is(*, content: Any, ascii_only: bool) -> None:
    if "\\u0000" in json.dumps(content) and not ascii_only:
        ascii_only = True
    text = json.dumps(content, ensure_ascii=ascii_only)
    assert content == checks.parse_json(text.encode())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"NaN", "NaN"),
        (b'{"a": [Infinity]}', "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 400 + b"]", "400 digits"),
        (b"[" + b"9" * 5000 + b"]", "5000 digits"),
        (b'{"a": 1, "b": {"c": 2, "c": 3}}', "the key 'c' twice"),
        (b'["\\ud800"]', "half a surrogate pair"),
        (b'{"\\udc00": 1}', "half a surrogate pair"),
        (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b'"\xe9"', "not UTF-8: byte 0xe9 at place 1"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"[1] [2]", "no JSON"),
        (b'"a\x00b"', "null character"),
    ],
)
def test_what_python_would_let_through_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected, match=why):
        checks.parse_json(body)


def test_a_whole_surrogate_pair_is_a_letter() -> None:
    assert ["😀"] == checks.parse_json(b'["\\ud83d\\ude00"]')


@given(st.binary(max_size=200))
def test_noise_is_json_or_refused(body: bytes) -> None:
    try:
        found = checks.parse_json(body)
    except Unexpected:
        return
    assert json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (b"caf\xe9", "utf-8", "not UTF-8"),
        ("café".encode(), "latin-1", "is UTF-8; expected Latin-1"),
        (b"\x93quoted\x94", "latin-1", "control code 0x93"),
        (b"a\x00", "latin-1", "null character"),
    ],
)
def test_text_in_another_encoding_is_refused(body: bytes, encoding: Any, why: str) -> None:
    with pytest.raises(Unexpected, match=why):
        checks.text(body, encoding)


def test_text_is_decoded_as_said() -> None:
    assert "café" == checks.text(b"caf\xe9", "latin-1") == checks.text("\ufeffcafé".encode())
    assert "plain" == checks.text(b"plain", "latin-1")


@pytest.mark.parametrize(
    ("given", "number"),
    [("1535.4", 1535.4), (" -3 ", -3.0), ("1e3", 1000.0), (".5", 0.5), (7, 7.0), (0.25, 0.25)],
)
def test_a_number_is_plain(given: object, number: float) -> None:
    assert number == checks.number(given, "it")


@pytest.mark.parametrize("grouped", ["1,535.4", "1,234,567"])
def test_groups_are_read_only_where_they_are_expected(grouped: str) -> None:
    assert float(grouped.replace(",", "")) == checks.number(grouped, "it", grouped=True)
    with pytest.raises(Unexpected):
        checks.number(grouped, "it")


@pytest.mark.parametrize(
    "given",
    [
        *("", "-", ".", "n/a", "1 535", "1_000", "٣", "nan", "inf", "1e999", "0x1f", "12,34"),
        *(True, None, [1], {}, float("nan"), float("inf")),
    ],
    ids=repr,
)
def test_what_is_no_number_is_refused(given: object) -> None:
    with pytest.raises(Unexpected, match="expected a"):
        checks.number(given, "it", grouped=True)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.text())
def test_a_number_is_finite_or_refused(given: float | str) -> None:
    try:
        found = checks.number(given, "it")
    except Unexpected:
        return
    assert isfinite(found)
    assert isinstance(given, str) or found == given


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda one: timezone(timedelta(minutes=one)))
MOMENTS = st.datetimes(timezones=ZONES).filter(lambda one: 1 < one.year < 9999)


@given(MOMENTS)
def test_a_moment_with_its_zone_is_read(moment: datetime) -> None:
    found = checks.instant(moment.isoformat(), "it")
    assert found.tzinfo is UTC
    assert found == moment


@pytest.mark.parametrize(
    "given",
    [
        "2026-11-22T06:10:00",
        "2026-11-22",
        "2026-02-30T00:00Z",
        "26-11-22T06:10Z",
        "22.11.2026 06:10Z",
        "2026-11-22T25:00Z",
        "0001-01-01T00:00+10:00",
        "2026-11-22T06:10 MSK",
        "",
        20261122,
        None,
    ],
)
def test_a_moment_that_nobody_could_place_is_refused(given: object) -> None:
    with pytest.raises(Unexpected):
        checks.instant(given, "it")


@pytest.mark.parametrize("given", ["[" * 5000, ["x" * 5000], {"x": "y" * 5000}])
def test_what_a_source_gave_is_said_again_only_in_part(given: object) -> None:
    for read in (checks.instant, checks.number):
        with pytest.raises(Unexpected) as told:
            read(given, "it")
        assert len(str(told.value)) < 250
    with pytest.raises(Unexpected, match="expected a finite number") as told:
        checks.number("9" * 5000, "it")
    assert len(str(told.value)) < 250


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (100, 80, False),
        (100, 79, True),
        (100, 0, True),
        (0, 0, False),
        (5, 4, False),
        (5, 9, False),
    ],
)
def test_a_list_may_shrink_by_a_fifth(*, before: int, now: int, told: bool) -> None:
    assert told == (checks.shrunk(before, now, "the list") is not None)


def test_new_fields_are_told_and_missing_ones_refused() -> None:
    assert ("a row has unknown fields: c, d",) == checks.unknown_fields("dacb", "ab", "a row")
    assert () == checks.unknown_fields("ab", "abc", "a row")
    assert {"a": 1} == checks.mapping({"a": 1}, "a row", "a")
    with pytest.raises(Unexpected, match="a row lacks b; it has a"):
        checks.mapping({"a": 1}, "a row", "ab")
    with pytest.raises(Unexpected, match="is an object; expected a list"):
        checks.sequence({}, "rows")


@pytest.mark.parametrize("given", [[], "a", None, 1, True])
def test_what_is_no_object_is_refused(given: object) -> None:
    with pytest.raises(Unexpected, match="expected an object"):
        checks.mapping(given, "a row")


def test_an_archive_of_one_member_is_unpacked() -> None:
    assert b"x" * 5000 == checks.unzip(zipped("a.csv", b"x" * 5000), cap=5000)


def archive(*names: str, method: int = zipfile.ZIP_DEFLATED, size: int = 10) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name in names:
            file.writestr(name, bytes(size))
    return made.getvalue()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (archive(), "has 0 members"),
        (archive("a", "b"), "has 2 members"),
        (archive("a", method=zipfile.ZIP_LZMA), "packed by method 14"),
        (archive("a", method=zipfile.ZIP_BZIP2), "packed by method 12"),
        (archive("a", size=50_000_000), "more than 1,000 bytes"),
        (b"PK\x03\x04 nothing", "no sound ZIP"),
        (b"", "no sound ZIP"),
        (archive("a", method=zipfile.ZIP_STORED).replace(bytes(10), bytes(9) + b"!"), "CRC"),
    ],
)
def test_an_archive_that_is_not_as_expected_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Unexpected, match=why):
        checks.unzip(body, cap=1000)


@given(st.integers(0, 200), st.binary(max_size=4))
def test_a_damaged_archive_gives_the_content_or_is_refused(at: int, put: bytes) -> None:
    content = bytes(range(256)) * 3
    whole = zipped("a.csv", content)
    at %= len(whole)
    try:
        assert content == checks.unzip(whole[:at] + put + whole[at + len(put) :], cap=1000)
    except Unexpected:
        return
