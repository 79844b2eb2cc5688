"""Templates are compiled once, and a cache that cannot be kept or read is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from forecaster.web import frame


def environment(templates: Path, kept: Path) -> Environment:
    loader = FileSystemLoader(templates)
    return Environment(loader=loader, autoescape=True, bytecode_cache=frame.CompiledTemplates(kept))


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "one.html").write_text("<p>{{ name }}")
    return folder


def said(templates: Path, kept: Path) -> str:
    return environment(templates, kept).get_template("one.html").render(name="<b>")


def test_a_template_is_compiled_once_and_again_when_it_has_changed(
    templates: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    assert said(templates, kept) == "<p>&lt;b&gt;"
    (file,) = kept.iterdir()
    before = file.stat().st_mtime_ns
    assert said(templates, kept) == "<p>&lt;b&gt;"
    assert file.stat().st_mtime_ns == before
    (templates / "one.html").write_text("<i>{{ name }}")
    assert said(templates, kept) == "<i>&lt;b&gt;"


def test_a_cache_that_is_cut_foreign_or_missing_is_none(templates: Path, tmp_path: Path) -> None:
    assert said(templates, tmp_path / "nowhere") == "<p>&lt;b&gt;"
    kept = tmp_path / "kept"
    kept.mkdir()
    said(templates, kept)
    (file,) = kept.iterdir()
    whole = file.read_bytes()
    for content in (b"", whole[:20], whole[:-30], b"x" * len(whole)):
        file.write_bytes(content)
        assert said(templates, kept) == "<p>&lt;b&gt;"
    file.unlink()
    file.mkdir()
    assert said(templates, kept) == "<p>&lt;b&gt;"


def test_the_desk_keeps_its_templates_where_python_keeps_modules() -> None:
    cache = frame.environment().bytecode_cache
    assert isinstance(cache, frame.CompiledTemplates)
    assert "__pycache__" in cache.directory
