"""The studio draws in a child that knows nothing and is replaced when it fails."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from forecaster.web import drawings, palette
from forecaster.web.frame import STATIC
from forecaster.web.studio import Drawing, RenderingFailed, Studio, worker
from tests import synthetic

HAZARD = drawings.hazard(synthetic.series())


def test_a_chart_may_not_fetch_anything() -> None:
    chart = {
        "data": {"url": "http://127.0.0.1:9/data.json"},
        "mark": "point",
        "encoding": {"x": {"field": "a", "type": "quantitative"}},
    }

    with pytest.raises(ValueError, match="External data url not allowed"):
        worker.picture(chart, "svg")


def test_what_cannot_be_drawn_is_told_and_the_next_is_drawn() -> None:
    with Studio() as studio:
        with pytest.raises(RenderingFailed, match="could not be drawn: KeyError"):
            studio.svgs({"one": Drawing("no such chart", {})})

        assert studio.svgs({"one": HAZARD})["one"].endswith("</svg>")


def test_a_child_that_hangs_is_stopped() -> None:
    with Studio(seconds=0.001) as studio, pytest.raises(RenderingFailed, match="stopped"):
        studio.svgs({"one": HAZARD})


def test_a_child_that_was_killed_is_replaced() -> None:
    with Studio() as studio:
        studio.svgs({"one": HAZARD})
        child = studio._child
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

        assert studio.png(HAZARD).startswith(b"\x89PNG")


def test_once_closed_nothing_starts_the_child_again() -> None:
    """Else a thread between two charts of a page would leave one behind."""
    with Studio() as studio:
        first = studio.svgs({"one": HAZARD})

    with pytest.raises(RenderingFailed, match="ending"):
        studio.svgs({"another": drawings.futures(synthetic.series())})
    assert studio._child is None
    assert studio.svgs({"one": HAZARD}) == first


def test_the_child_knows_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORECASTER_SOURCES__IMF__API_KEY", "a secret")
    with Studio() as studio:
        studio.svgs({"one": HAZARD})
        assert studio._child is not None
        known = Path(f"/proc/{studio._child.pid}/environ").read_text()

    assert "FORECASTER" not in known


def test_drawings_bring_no_identifiers_styles_or_addresses() -> None:
    with Studio() as studio:
        drawn = studio.svgs({"one": HAZARD})["one"]

    assert drawn.startswith('<svg viewBox="0 0 ')
    assert not any(piece in drawn for piece in (" id=", " style=", "href", "http", "<script"))


def test_a_download_needs_no_style_sheet() -> None:
    with Studio() as studio:
        drawn = studio.svg(HAZARD)

    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="')
    assert "var(" not in drawn
    assert palette.LIGHT["band90"] in drawn


def test_pictures_are_kept_over_restarts(tmp_path: Path) -> None:
    with Studio(tmp_path) as studio:
        first = studio.svgs({"one": HAZARD})
    with Studio(tmp_path) as studio:
        assert studio.svgs({"one": HAZARD}) == first
        assert studio._child is None


def test_a_kept_picture_that_was_changed_is_drawn_again(tmp_path: Path) -> None:
    with Studio(tmp_path) as studio:
        first = studio.svgs({"one": HAZARD})
    (kept,) = (file for file in tmp_path.rglob("*") if file.is_file())
    kept.write_text(kept.read_text().replace("svg", "script"))
    with Studio(tmp_path) as studio:
        assert studio.svgs({"one": HAZARD}) == first


def test_downloads_have_the_colours_of_the_page() -> None:
    style = (STATIC / "base.css").read_text()

    for name, colour in palette.LIGHT.items():
        assert f"--{name}: {colour};" in style
