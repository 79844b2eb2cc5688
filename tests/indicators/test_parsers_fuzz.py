"""Whatever comes, a parser reads it or refuses it in our own words; nothing else is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.source import Unexpected
from indicators.sources.federal_register_page import parse_page
from indicators.sources.federal_register_rules import classify
from indicators.sources.gacc_index import parse_index
from indicators.sources.gacc_table import parse_table
from indicators.sources.kremlin_feed import parse_feed
from indicators.sources.kremlin_rules import HINTS, kind_of
from indicators.sources.kremlin_stays import stays
from indicators.sources.ofac_delta import parse_delta, parse_history
from tests.indicators import federal_pages, gacc_pages, kremlin_pages, ofac_files

Parse = Callable[[bytes], Any]


def _index(body: bytes) -> Any:
    return parse_index(body, gacc_pages.SITE)


def _feed(body: bytes) -> Any:
    entries = parse_feed(body).entries
    stays(entries)
    return [(kind_of(one), [hint.fits(one) for hint in HINTS]) for one in entries]


def _page(body: bytes) -> Any:
    return [classify(one) for one in parse_page(body).documents]


ENTRY = kremlin_pages.entry(7, "Russian-Chinese talks", "2026-05-20", "In Beijing.", "<b>x</b>")
PAYLOADS: dict[str, tuple[Parse, bytes]] = {
    "gacc index": (_index, gacc_pages.index(usd={2: "January-February", 3: "Mar."})),
    "gacc table": (parse_table, gacc_pages.table()),
    "ofac delta": (parse_delta, ofac_files.delta(ofac_files.entity(1, countries=("Russia",)))),
    "ofac history": (parse_history, ofac_files.history({1: "2026-01-16", 2: "2026-01-17"})),
    "federal register": (_page, federal_pages.page([federal_pages.document(title="China")])),
    "kremlin": (_feed, kremlin_pages.feed([ENTRY], 2)),
}
PIECES = (
    b"", b"\0", b"\xff", b"&", b"<", b">", b"&#0;", b"&#xD800;", b"&lol;", b"]]>", b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY lol SYSTEM 'file:///etc/passwd'>]>", b"<a>" * 400, b"[" * 2000,
    b"9" * 5000, b"-", b"####", b"NaN", b"1e999", b"null", b'"\\ud800"', b"{}", b"2026-02-30",
    b"\xe2\x80\xae", b"\xef\xbb\xbf", b"<?xml version='1.0' encoding='utf-16'?>", b"&nbsp;" * 50,
    "\u0661\u0662".encode(), "\u00b2".encode(), b"http://[", b"T24:00:00+99:99", b"0001-01-01",
)  # fmt: skip


def survives(parse: Parse, body: bytes) -> None:
    words = "read"
    try:
        parse(body)
    except Unexpected as error:
        words = str(error)
    assert 0 < len(words) < 1000


@pytest.mark.parametrize("name", PAYLOADS)
@given(data=st.data())
@settings(max_examples=150)
def test_a_changed_body_is_read_or_refused(name: str, data: st.DataObject) -> None:
    parse, body = PAYLOADS[name]
    changed = body
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(changed)))
        end = min(len(changed), start + data.draw(st.integers(0, 40)))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)))
        changed = changed[:start] + piece + changed[end:]

    survives(parse, changed)


@pytest.mark.parametrize("name", PAYLOADS)
@given(data=st.data())
@settings(max_examples=100)
def test_a_changed_value_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """What stands between tags or quotes is changed, so that the shape stays whole."""
    parse, body = PAYLOADS[name]
    words = body.decode().replace(">", ">\0").replace("<", "\0<").replace('"', '"\0').split("\0")
    at = data.draw(st.integers(0, len(words) - 1))
    given = data.draw(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from([piece.decode("utf-8", "replace") for piece in PIECES]),
        )
    )

    survives(parse, "".join([*words[:at], given, *words[at + 1 :]]).encode("utf-8", "replace"))


@pytest.mark.parametrize("name", PAYLOADS)
@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_noise_is_refused(name: str, noise: bytes) -> None:
    parse, _ = PAYLOADS[name]
    survives(parse, noise)
    if not noise.strip():
        with pytest.raises(Unexpected):
            parse(noise)


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize(
    "piece",
    [b"<b>" * 20_000, b"a" * 300_000, b"<" * 50_000, b"joint " * 50_000, b"China " * 50_000],
)
def test_a_long_body_ends_in_words(name: str, piece: bytes) -> None:
    """Long runs of what patterns look for: the work grows with the length and no faster."""
    parse, body = PAYLOADS[name]
    for place in (b"Russian-Chinese talks", b"In Beijing.", b"China", b"Mar", b"Russia"):
        if place in body:
            survives(parse, body.replace(place, place + piece, 1))
    survives(parse, body + piece)
