"""The reference pages say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forecaster import settings
from indicators.sources import EVERY, SOURCES

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+?) \| [^|]+ \| (\d+) h \| ([\d.]+) s \|$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_named_exists(page: Path) -> None:
    known = {settings.variable(name) for name in settings.TABLE} | {settings.CONFIG}
    named = set(re.findall(r"FORECASTER_[A-Z0-9_]+", page.read_text()))
    assert set() == {name for name in named - known if not name.startswith("FORECASTER_TEST_")}


def test_the_page_of_sources_lists_each_with_its_rhythm_and_pause() -> None:
    rows = ROW.findall((ROOT / "docs" / "reference" / "sources.md").read_text())
    assert list(SOURCES) == [name for name, *_ in rows]
    assert EVERY == {name: int(hours) for name, _, hours, _ in rows}
    stated = {name: (title, float(pause)) for name, title, _, pause in rows}
    assert {name: (one.title, one.pace) for name, one in SOURCES.items()} == {
        name: stated[name] for name in SOURCES
    }
