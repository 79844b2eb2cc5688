"""The report printed: two pages of A4 by a real Chromium, and clear words where it cannot be."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pypdf
import pytest

from forecaster import settings
from forecaster.posterior import series
from forecaster.settings import Settings
from forecaster.store import forecasts, migrate, readings
from forecaster.store.engine import open_engine, writing
from forecaster.web import app, pdf, reporting
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from tests import synthetic
from tests.web.serving import served

A4 = (595, 842)  # points


@pytest.fixture
def chromium() -> str:
    """The browser that prints; where it has to be there, its absence is a failure."""
    try:
        return pdf.browser()
    except pdf.NoBrowser as error:
        if os.environ.get("FORECASTER_TEST_REQUIRE_BROWSER") == "1":
            pytest.fail(str(error))
        pytest.skip(f"not run: {error}")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on the path: a shell, and room for a stand-in of the browser."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "sleep"):
        (folder / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def browser(tools: Path, text: str) -> None:
    program = tools / "chromium"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The embedded record and a made-up forecast."""
    chosen: Settings = settings.load({"FORECASTER_HOME": str(tmp_path / "state")})
    engine = open_engine(chosen.database_url)
    migrate.upgrade(engine)
    found = Desk(chosen, engine)
    readings.add(engine, found.embedded(), now=found.clock())
    monkeypatch.setattr(series, "load", lambda _path, _sha256: synthetic.series())
    with writing(engine) as connection:
        forecasts.insert(
            connection,
            synthetic.document(),
            kind="published",
            posterior_path="posteriors/synthetic.nc",
            posterior_sha256="0" * 64,
        )
    return found


def test_the_report_is_two_clean_pages(chromium: str, desk: Desk) -> None:
    assert chromium
    with Studio() as studio:
        page = reporting.html(desk, studio)
    found = pypdf.PdfReader(io.BytesIO(pdf.printed(page)))
    sizes = [tuple(map(round, one.mediabox.upper_right)) for one in found.pages]
    assert [A4, A4] == sizes
    first, second = (one.extract_text() for one in found.pages)
    assert "very unlikely" in first
    assert "Provenance" in second
    assert "file:" not in first + second
    assert len(first) > 1000


def test_nothing_of_the_browser_is_left(
    chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert pdf.printed("<!doctype html><title>x</title><p>Hello").startswith(b"%PDF-")
    assert [] == list(tmp_path.glob("forecaster-print-*"))
    assert chromium
    assert [] == [one.pid for one in psutil.Process().children() if "chrom" in one.name()]


def test_without_a_browser_the_packages_are_named(desk: Desk, tools: Path) -> None:
    assert not (tools / "chromium").exists()
    with served(app.create_app(app.site(desk, Studio()))) as address:
        asked = httpx.get(f"{address}/report.pdf", timeout=60)
        for_people = httpx.get(f"{address}/report.pdf", headers={"accept": "text/html"}, timeout=60)
    assert (503, "application/problem+json") == (asked.status_code, asked.headers["content-type"])
    assert "install the package chromium (Debian" in asked.json()["detail"]
    assert 503 == for_people.status_code
    assert "install the package chromium (Debian" in for_people.text


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("echo a reason >&2; exit 1", r"printed no PDF \(a reason\)"),
        ("exit 0", r"printed no PDF \(it said nothing\)"),
        ("sleep 600 & sleep 600", r"took longer than 0.5 s to print and was stopped"),
    ],
)
def test_a_browser_that_fails_or_hangs_is_told(tools: Path, does: str, why: str) -> None:
    browser(tools, does)
    with pytest.raises(pdf.PrintingFailed, match=why):
        pdf.printed("<p>Hello", seconds=0.5 if "sleep" in does else 60)
    sleeping = [one for one in psutil.Process().children(recursive=True) if one.name() == "sleep"]
    assert [] == sleeping


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with Studio() as studio, served(app.create_app(app.site(desk, studio))) as where:
        yield where


def test_the_report_is_a_file_to_keep(address: str, desk: Desk) -> None:
    answer = httpx.get(f"{address}/report", timeout=60)
    assert (200, "text/html; charset=utf-8") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    today = f"report-{desk.clock():%Y-%m-%d}.html"
    assert f'attachment; filename="{today}"' == answer.headers["content-disposition"]
    assert "Content-Security-Policy" in answer.text
    again = httpx.get(
        f"{address}/report", headers={"if-none-match": answer.headers["etag"]}, timeout=60
    )
    assert 304 == again.status_code
    before = httpx.get(f"{address}/report?as_of=2020-01-01", timeout=60)
    assert (404, True) == (before.status_code, "no forecast as of" in before.json()["detail"])


def test_the_same_printed(chromium: str, address: str) -> None:
    assert chromium
    answer = httpx.get(f"{address}/report.pdf", timeout=120)
    assert (200, "application/pdf") == (answer.status_code, answer.headers["content-type"])
    assert answer.headers["content-disposition"].endswith('.pdf"')
    assert 2 == len(pypdf.PdfReader(io.BytesIO(answer.content)).pages)


def test_the_file_s_name_says_in_which_form(tmp_path: Path, tools: Path) -> None:
    browser(tools, 'for one in "$@"; do last="$one"; done; echo "$last" >&2; exit 1')
    assert 4 == reporting.write(tmp_path / "report.html", "page")
    with pytest.raises(pdf.PrintingFailed, match=r"page\.html"):
        reporting.write(tmp_path / "report.PDF", "page")
    assert "page" == (tmp_path / "report.html").read_text()
