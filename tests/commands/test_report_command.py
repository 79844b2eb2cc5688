"""The report is written whole, from the posterior of the forecast that stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from forecaster.errors import DamagedFile, ForecasterError, NothingKnown
from forecaster.posterior import series
from forecaster.web import reporting
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from tests import synthetic
from tests.commands.conftest import NOW, Put


@pytest.fixture
def curves(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Made-up curves in place of those of a posterior file; the files asked for."""
    asked: list[Path] = []

    def load(path: Path, sha256: str) -> object:
        assert sha256 == "0" * 64
        asked.append(path)
        return synthetic.series()

    monkeypatch.setattr(series, "load", load)
    return asked


def page_of(desk: Desk) -> str:
    with Studio() as studio:
        return reporting.html(desk, studio)


def test_the_page_shows_the_standing_forecast_and_all_sources(
    put: Put, desk: Desk, curves: list[Path]
) -> None:
    put("before", NOW - timedelta(days=1), mean=0.1)
    put("now", NOW - timedelta(hours=1), mean=0.13)
    page = page_of(desk)

    assert curves == [desk.settings.home / "posteriors" / "now.nc"]
    assert "▲\N{NO-BREAK SPACE}3.0\N{NO-BREAK SPACE}points since" in page
    for one in desk.catalogue.values():
        assert one.title.partition("'")[0].partition("&")[0] in page
    assert len(page) < 2_000_000


def test_without_a_forecast_there_is_no_page(desk: Desk) -> None:
    with pytest.raises(NothingKnown, match="forecaster update"):
        page_of(desk)


def test_a_posterior_that_is_gone_is_told(put: Put, desk: Desk) -> None:
    put("now", NOW - timedelta(hours=1))
    with pytest.raises(DamagedFile, match=r"now\.nc"):
        page_of(desk)


def test_the_file_is_put_in_place_at_once(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("the old page")
    reporting.write(target, "the new page")

    assert target.read_text() == "the new page"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ForecasterError, match="name another place"):
        reporting.write(tmp_path / "no such folder" / "report.html", "page")
