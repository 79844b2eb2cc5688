"""The report as PDF: a Chromium on the path prints the page, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from forecaster.errors import ForecasterError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 60.0
LARGEST = 20_000_000  # bytes
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",  # in a container it is too small
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # it reads one file and needs no name
)


class NoBrowser(ForecasterError):
    """There is nothing here that prints."""


class PrintingFailed(ForecasterError):
    """The browser gave no PDF."""


def browser() -> str:
    """The Chromium that prints.

    Raises
    ------
    NoBrowser
        Naming the packages that bring one.
    """
    found = next((where for name in NAMES if (where := shutil.which(name))), None)
    if found is None:
        raise NoBrowser(
            "a PDF is printed by Chromium, and there is none on the path; install the package "
            "chromium (Debian, Fedora, Alpine), chromium-browser (Ubuntu) or google-chrome-stable, "
            "or take the report as HTML and print it"
        )
    return found


def printed(page: str, seconds: float = SECONDS) -> bytes:
    """A page of our own, printed.

    Raises
    ------
    NoBrowser
        If there is no Chromium.
    PrintingFailed
        If it failed, or took too long and was stopped.
    """
    program = browser()
    with tempfile.TemporaryDirectory(
        prefix="forecaster-print-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # root cannot have the sandbox
        command = [
            *(program, *FLAGS, *root, f"--user-data-dir={folder / 'profile'}"),
            *(f"--print-to-pdf={target}", source.as_uri()),
        ]
        said = _run(command, folder, seconds)
        try:
            with target.open("rb") as file:
                found = file.read(LARGEST + 1)
        except FileNotFoundError:
            found = b""
    if not found.startswith(b"%PDF-") or len(found) > LARGEST:
        last = said.strip().splitlines()[-1:] or ["it said nothing"]
        raise PrintingFailed(f"{program} printed no PDF ({last[0][:300]}); try again")
    return found


def _run(command: list[str], folder: Path, seconds: float) -> str:
    """Let the browser do it, and leave nothing of it running; returns what it complained of."""
    log = folder / "log"
    with log.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603 - a browser from the path, and a file of ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(folder),
                "LANG": "C.UTF-8",
            },
            start_new_session=True,
        )
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise PrintingFailed(
                f"{command[0]} took longer than {seconds:g} s to print and was stopped; try again"
            ) from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return log.read_text(encoding="utf-8", errors="replace")
