"""Each indicator that a source feeds keeps a sample of what the publisher sends, and its value.

``sample.toml`` names the source, the body (a file beside it or in another indicator's folder), its
type and its address; ``[[also]]`` names what else a visit asks for, ``now`` the time of the visit,
``memory`` what the source noted before. ``[[expected]]`` gives periods and values of the indicator.

Where one body says it all, the source has a ``parse`` for kept bodies, and no visit is needed.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from indicators import catalogue
from indicators.source import Source
from indicators.sources import SOURCES
from tests.indicators.asking import NOW, Served, harvest

ROOT = Path(__file__).parents[2] / "indicators"
SAMPLES = sorted(ROOT.glob("*/sample.toml"))


def _served(folder: Path, one: dict[str, Any]) -> Served:
    return Served(one["url"], (folder / one["body"]).read_bytes(), one["content_type"])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_a_sample_gives_the_values_that_are_written_beside_it(path: Path) -> None:
    sample = tomllib.loads(path.read_text(encoding="utf-8"))
    served = [_served(path.parent, one) for one in (sample, *sample.get("also", []))]
    now = sample.get("now", NOW)
    name, source = path.parent.name, SOURCES[sample["source"]]
    parse = getattr(import_module(f"indicators.sources.{source.name}"), "parse", None)
    if parse is None:
        memory = dict(sample.get("memory", {}))
        readings = harvest(source, served, now=now, memory=memory).readings
    else:
        readings = parse(served[0].body, served[0].url)
    found = {one.period.text: one for one in readings if one.indicator == name}
    values = {one["period"]: one["value"] for one in sample["expected"]}

    assert name in source.indicators
    assert values == pytest.approx({p: found[p].value for p in values if p in found}, abs=1e-6)
    for reading in found.values():
        assert catalogue()[name].implausible(reading.value) is None
        assert reading.period.end < now.date()
        assert reading.published_at is None or reading.published_at <= now
        assert reading.source.startswith(("http://", "https://"))


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_every_source_has_a_sample_of_its_own_indicators(source: Source) -> None:
    samples = {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in SAMPLES}
    theirs = {name for name, sample in samples.items() if sample["source"] == source.name}

    assert theirs
    assert theirs <= set(source.indicators)


def test_samples_are_read_at_a_time_of_their_own() -> None:
    times = [tomllib.loads(path.read_text(encoding="utf-8")).get("now", NOW) for path in SAMPLES]

    assert all(isinstance(one, datetime) and one.astimezone(UTC) <= NOW for one in times)
