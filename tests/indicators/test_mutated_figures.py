"""Whatever a publisher of figures sends, a reader gives readings or refuses in our own words."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from hashlib import md5
from importlib import import_module
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.source import SourceError
from indicators.sources.dataverse import Version, parse_version
from indicators.sources.gdelt_events import FileList, Listed, open_file, parse_list
from indicators.sources.worldbank import SERIES
from indicators.spec import Reading
from tests.indicators.answering import ROOT
from tests.replay.route import CORPUS, zipped

SAMPLES = (
    *(one.indicator for one in SERIES),
    *("trade_imf", "china_share_russia_trade_imf", "trade_comtrade", "arms_deliveries"),
    *("arms_orders", "un_distance_russia_china", "un_distance_russia_us", "gdelt_visits"),
)
JSON = [name for name in SAMPLES if (ROOT / name / "sample.json").exists()]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["", "-", "NaN", "1e999", "2024", "2026-M99", "0:0", "0:0:0:0", "99999999"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def reader(indicator: str) -> tuple[Callable[[bytes], tuple[Reading, ...]], bytes]:
    """How a sample is read, and its body."""
    sample = tomllib.loads((ROOT / indicator / "sample.toml").read_text(encoding="utf-8"))
    parse = import_module(f"indicators.sources.{sample['source']}").parse
    body = (ROOT / indicator / sample["body"]).read_bytes()
    return lambda given: parse(given, sample["url"]), body


def refusal(read: Callable[[], object]) -> str | None:
    """Why it was refused; any other way to fail goes through."""
    try:
        read()
    except SourceError as error:
        return str(error)
    return None


def read(parse: Callable[[bytes], tuple[Reading, ...]], body: bytes) -> None:
    found: list[Reading] = []
    why = refusal(lambda: found.extend(parse(body)))

    assert why is None or 0 < len(why) < 1500
    assert all(isfinite(one.value) and one.source.startswith("http") for one in found)
    assert len(found) < 10_000


@pytest.mark.parametrize("indicator", SAMPLES)
@given(data=st.data())
def test_bytes_cut_doubled_and_changed(indicator: str, data: st.DataObject) -> None:
    parse, body = reader(indicator)
    changed = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        to = min(len(changed), at + data.draw(st.integers(0, 40)))
        piece = data.draw(
            st.sampled_from([b"", bytes(changed[at:to]) * 2, b"\t", b"\n", b'"', b"9"])
        )
        changed[at:to] = piece + data.draw(st.binary(max_size=4))
    read(parse, bytes(changed))


@pytest.mark.parametrize("indicator", JSON)
@given(data=st.data())
def test_parts_of_json_replaced(indicator: str, data: st.DataObject) -> None:
    parse, body = reader(indicator)
    content = json.loads(body)
    for _ in range(data.draw(st.integers(1, 3))):
        content = _replaced(content, data)
    read(parse, json.dumps(content).encode())


def _replaced(content: Any, data: st.DataObject) -> Any:
    """A copy in which one part, at any depth, is another."""
    if isinstance(content, dict) and content and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(content)))
        if data.draw(st.integers(0, 9)) == 0:
            return {name: part for name, part in content.items() if name != key}
        return content | {key: _replaced(content[key], data)}
    if isinstance(content, list) and content and data.draw(st.integers(0, 9)):
        at = data.draw(st.integers(0, len(content) - 1))
        return [*content[:at], _replaced(content[at], data), *content[at + 1 :]]
    return data.draw(ODD)


@given(st.data())
def test_any_list_of_files(data: st.DataObject) -> None:
    whole = (CORPUS / "gdelt_events" / "masterfilelist.txt").read_bytes()
    body = data.draw(st.sampled_from([b"", whole])) + data.draw(st.binary(max_size=300))
    found: list[FileList] = []
    refusal(lambda: found.append(parse_list(body, cut=data.draw(st.booleans()))))

    assert all(one.files and one.first_whole_day() for one in found)


@given(st.data())
def test_any_archive(data: st.DataObject) -> None:
    body = bytearray(zipped("x.CSV", b"one row\n" * 20))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    digest = md5(body, usedforsecurity=False).hexdigest()
    listed = Listed("20261121101500", len(body), digest, "")

    assert "20261121101500" in (refusal(lambda: open_file(bytes(body), listed)) or listed.stamp)


@given(st.data())
def test_any_description_of_the_dataset(data: st.DataObject) -> None:
    content = json.loads((CORPUS / "dataverse" / "dataset.json").read_bytes())
    found: list[Version] = []
    refusal(lambda: found.append(parse_version(json.dumps(_replaced(content, data)).encode())))

    assert all(one.files for one in found)
