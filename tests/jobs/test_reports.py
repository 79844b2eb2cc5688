"""The report of each day: written whole, with its PDF where one can be printed, the oldest gone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecaster import settings
from forecaster.errors import ForecasterError
from forecaster.posterior import series
from forecaster.store import forecasts
from forecaster.store.engine import writing
from forecaster.wiring import Desk, open_desk
from jobs import reports, work
from tests import synthetic

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
PRINTS = (
    "#!/bin/sh\n"
    'for word in "$@"; do case "$word" in --print-to-pdf=*) '
    'printf "%%PDF-1.4 made up" > "${word#*=}";; esac; done\n'
)


@pytest.fixture
def desk(home: Path) -> Desk:
    assert home.is_dir()
    return open_desk(settings.load(), clock=lambda: NOW)


@pytest.fixture
def standing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A forecast stands; its curves are made up."""
    monkeypatch.setattr(series, "load", lambda _path, _sha256: synthetic.series())
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection,
            synthetic.document(),
            kind="published",
            posterior_path="posteriors/synthetic.nc",
            posterior_sha256="0" * 64,
        )
    return desk


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on the path, with no browser in it."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def browser(tools: Path, text: str) -> None:
    program = tools / "chromium"
    program.write_text(text)
    program.chmod(0o755)


def names(home: Path) -> list[str]:
    return sorted(one.name for one in (home / reports.FOLDER).iterdir())


def test_before_the_first_forecast_it_says_what_to_do(desk: Desk, home: Path) -> None:
    done = work.WORK["report"](desk)
    assert "no report yet: there is no forecast yet; run `forecaster update`" == done.message
    assert not (home / reports.FOLDER).exists()


def test_the_page_is_there_without_a_browser_too(standing: Desk, home: Path, tools: Path) -> None:
    assert [] == list(tools.iterdir())
    message = work.WORK["report"](standing).message
    assert message.startswith("wrote report-2026-11-22.html (")
    assert message.endswith("; no PDF, for there is no Chromium on the path")
    assert ["report-2026-11-22.html"] == names(home)  # and no half file
    assert "13\N{NO-BREAK SPACE}%" in (home / "reports/report-2026-11-22.html").read_text()


def test_the_pdf_lies_beside_it(standing: Desk, home: Path, tools: Path) -> None:
    browser(tools, PRINTS)
    assert "; report-2026-11-22.pdf (under 1 kB)" in work.WORK["report"](standing).message
    assert ["report-2026-11-22.html", "report-2026-11-22.pdf"] == names(home)
    assert b"%PDF-1.4 made up" == (home / "reports/report-2026-11-22.pdf").read_bytes()


def test_a_browser_that_fails_costs_the_pdf_and_no_more(
    standing: Desk, home: Path, tools: Path
) -> None:
    browser(tools, "#!/bin/sh\necho 'no display' >&2\nexit 1\n")
    message = work.WORK["report"](standing).message
    assert "no PDF: " in message
    assert "printed no PDF (no display)" in message
    assert ["report-2026-11-22.html"] == names(home)


def test_the_last_thirty_days_are_kept_and_what_people_put_there(
    standing: Desk, home: Path, tools: Path
) -> None:
    assert tools.is_dir()
    folder = home / reports.FOLDER
    folder.mkdir()
    days = [f"2026-{month:02d}-{day:02d}" for month in (9, 10) for day in range(1, 31)]
    for day in days:
        for ending in ("html", "pdf"):
            (folder / f"report-{day}.{ending}").write_text("old")
    (folder / "notes.txt").write_text("mine")
    message = work.WORK["report"](standing).message
    assert "62 old files removed" in message
    kept = {name[7:17] for name in names(home) if name.startswith("report-")}
    assert {*days[-29:], "2026-11-22"} == kept
    assert "notes.txt" in names(home)


def test_a_folder_that_cannot_be_made_is_told(standing: Desk, home: Path, tools: Path) -> None:
    assert tools.is_dir()
    (home / reports.FOLDER).write_text("a file")
    with pytest.raises(ForecasterError, match="reports cannot be made"):
        work.WORK["report"](standing)
