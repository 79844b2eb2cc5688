"""Remove what killed processes left behind: half files, files no forecast refers to, open runs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from forecaster import explained, kept_files
from forecaster.errors import Busy
from forecaster.posterior import files, words
from forecaster.store import archive, forecasts, idempotency, outbox, runs
from forecaster.store.lock import update_lock
from forecaster.wiring import Desk
from jobs import backups

DAY = timedelta(hours=24)
CHARTS_KEPT = timedelta(days=14)


def tidy(desk: Desk) -> str:
    """Sweep; returns what was done, in one line. What is younger stays.

    No row is ever removed but the answers that were kept for a day for retried requests, and what
    was delivered or given up so long ago as ``deliveries_kept_days`` says.
    """
    home = desk.settings.home
    parts = files.sweep(home / "posteriors", DAY) + files.sweep(backups.folder(desk), DAY)
    parts += _old_folders(home) + _old_folders(backups.folder(desk))
    for folder in (archive.FOLDER, "cache", "reports", kept_files.ANALYSES, explained.FOLDER):
        parts += _removed((home / folder).rglob("*.part"))
    charts = _removed((home / "cache" / "charts").glob("*/*"), CHARTS_KEPT)
    orphans = _orphans(home, set(forecasts.posteriors(desk.engine)))
    bodies = _bodies(home, archive.referenced(desk.engine))
    lost = _close_lost(desk)
    answers = idempotency.sweep(desk.engine, desk.clock())
    kept = timedelta(days=desk.settings.deliveries_kept_days)
    sent = outbox.forget(desk.engine, desk.clock() - kept)
    return (
        f"removed {words.count(len(parts), 'half file')}, "
        f"{words.count(len(orphans), 'orphaned posterior')} and "
        f"{words.count(len(bodies), 'orphaned body', 'orphaned bodies')}; "
        f"closed {words.count(lost, 'killed update')}"
        + (f"; forgot {words.count(len(charts), 'chart')} drawn long ago" if charts else "")
        + (f"; forgot {words.count(answers, 'answer')} to retried requests" if answers else "")
        + (f"; forgot {words.count(sent, 'old delivery', 'old deliveries')}" if sent else "")
    )


def _orphans(home: Path, known: set[str]) -> list[Path]:
    """Posteriors whose row was never written: the row is the commit."""
    return _removed(
        file
        for file in (home / "posteriors").glob("*.nc")
        if file.relative_to(home).as_posix() not in known
    )


def _bodies(home: Path, known: set[str]) -> list[Path]:
    """What a publisher sent and no fetch has a row for."""
    found = (home / archive.FOLDER).glob("*/*.gz")
    return _removed(file for file in found if file.stem not in known)


def _removed(found: Iterable[Path], age: timedelta = DAY) -> list[Path]:
    """Remove those that are old enough; the younger may still get their row."""
    limit = time.time() - age.total_seconds()
    removed = []
    for file in found:
        with suppress(FileNotFoundError):  # a half one may be whole by now, under another name
            if file.stat().st_mtime < limit:
                file.unlink()
                removed.append(file)
    return removed


def _old_folders(parent: Path) -> list[Path]:
    """Working folders of a backup or a restore that did not come to its end."""
    limit = time.time() - DAY.total_seconds()
    found = [one for one in parent.glob(f"{backups.WORKING}*") if one.stat().st_mtime < limit]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _close_lost(desk: Desk) -> int:
    try:
        with update_lock(desk.settings.home, "forecaster jobs run tidy"):
            return runs.close_lost(desk.engine, "update", desk.clock())
    except Busy:
        return 0  # an update is at work, and it is the open one
