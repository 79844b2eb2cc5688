"""What the jobs do."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from forecaster import settings
from forecaster.errors import FitRejected, ForecasterError
from forecaster.store import forecasts, idempotency, outbox, readings, resolutions, runs
from forecaster.store.archive import RawArchive
from forecaster.store.engine import writing
from forecaster.store.idempotency import Answer, Asked, Claim
from forecaster.store.lock import update_lock
from forecaster.wiring import Desk, open_desk
from indicators.archive import Fetch
from indicators.sources import SOURCES
from jobs import work
from jobs.work import Done
from tests import synthetic
from tests.predicted import counted, keep
from tests.replay import Publisher, Replay
from tests.store.outgoing import endpoint, put
from tests.store.support import many, new

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
OLD = time.time() - timedelta(hours=25).total_seconds()


@pytest.fixture
def desk(home: Path) -> Desk:
    assert home.exists()
    return open_desk(settings.load(), clock=lambda: NOW)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def test_collect_asks_its_source_and_tells_what_came(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.exists()
    with Replay() as replay:
        for name, address in replay.environment.items():
            monkeypatch.setenv(name, address)
        desk = open_desk(settings.load(), clock=lambda: NOW)
        first, again = (work.WORK["collect:worldbank"](desk) for _ in range(2))
    assert first.news
    assert "worldbank: value" in first.message
    assert "no readings added" not in first.message
    assert not again.news
    assert "no readings added" in again.message


def test_a_source_that_failed_has_failed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    with Publisher() as nobody:
        monkeypatch.setenv("FORECASTER_SOURCES__WORLDBANK__BASE_URL", nobody.address)
        desk = open_desk(settings.load(), clock=lambda: NOW)
        with pytest.raises(ForecasterError, match=r"worldbank: .*404"):
            work.WORK["collect:worldbank"](desk)


def test_every_source_has_its_job() -> None:
    assert {f"collect:{name}" for name in SOURCES} < set(work.WORK)


@pytest.mark.parametrize("kind", ["published", "unchanged", "rejected"])
def test_update_publishes_or_says_why_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    from forecaster import update

    outcome = SimpleNamespace(kind=kind, message="told", document=None)
    monkeypatch.setattr(update, "run", lambda _desk: outcome)
    if kind == "rejected":
        with pytest.raises(FitRejected, match="told"):
            work.update(desk)
    else:
        assert Done("told", forecast=kind == "published") == work.update(desk)


def test_update_draws_once_more_when_the_gate_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forecaster import update

    ends = [
        SimpleNamespace(kind=kind, message=kind, document=None)
        for kind in ("rejected", "published")
    ]
    monkeypatch.setattr(update, "run", lambda _desk: ends.pop(0))
    assert Done("published", forecast=True) == work.update(desk)
    assert [] == ends


def test_resolve_asks_for_an_update_once_for_what_nobody_looked_at(desk: Desk) -> None:
    assert not work.resolve(desk).news
    readings.add(desk.engine, many(3), now=ago(hours=3))
    assert Done(
        "recorded since the last update began: no resolutions, 3 readings; an update is asked for",
        news=True,
    ) == work.resolve(desk)
    number = runs.start(desk.engine, "update", {}, ago(hours=2))
    # However it ends: what the gate refused is tried again at the next time of the timetable.
    runs.finish(desk.engine, number, "rejected", "no", ago(hours=1))
    assert not work.resolve(desk).news
    resolutions.add(desk.engine, "alliance", NOW.date(), "https://example.org", ago(minutes=5))
    assert "1 resolution, no readings" in work.resolve(desk).message


def test_resolve_scores_what_was_predicted(desk: Desk) -> None:
    keep(desk.engine, counted("2025-12", "trade_total"), made_at=ago(days=2))
    readings.add(desk.engine, [new(3.0, 324)], now=ago(hours=3))
    assert "1 score of predictions added" in work.resolve(desk).message
    assert "of predictions" not in work.resolve(desk).message


def test_scoring_that_breaks_off_does_not_keep_an_update_from_being_made(desk: Desk) -> None:
    broken = counted("2025-12", "trade_total")._replace(body={"whole": True, "likelihood": "?"})
    keep(desk.engine, broken, made_at=ago(days=2))
    readings.add(desk.engine, [new(3.0, 324)], now=ago(hours=3))
    done = work.resolve(desk)
    assert done.news
    assert "predictions were not scored" in done.message


def old(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    os.utime(file, (OLD, OLD))
    return file


def test_tidy_removes_what_is_old_and_nobody_s(desk: Desk, home: Path) -> None:
    document = synthetic.document()
    with writing(desk.engine) as connection:
        forecasts.insert(
            connection,
            document,
            kind="hindcast",
            posterior_path="posteriors/known.nc",
            posterior_sha256="0" * 64,
        )
    body = b"as it came"
    RawArchive(desk.engine, home).keep(
        Fetch("gacc", "q", "GET", "https://example.org", NOW, 1, status=200, body=body)
    )
    digest = hashlib.sha256(body).hexdigest()
    chart = "cache/charts/ab/abcd"
    kept = [
        old(home / chart),
        old(home / "reports/report-2026-01-01.html"),
        old(home / "posteriors/known.nc"),
        old(home / "forecaster.toml"),
        old(home / f"archive/{digest[:2]}/{digest}.gz"),
    ]
    gone = [
        old(home / "posteriors/.half.nc.1.part"),
        old(home / "posteriors/orphan.nc"),
        old(home / "backups/.half.tar.1.part"),
        old(home / "archive/ab/tmpx.part"),
        old(home / "cache/charts/ab/.abcd.1.part"),
        old(home / "reports/.report-2026-01-01.html.1.part"),
        old(home / f"archive/00/{'00' * 32}.gz"),
    ]
    young = [
        home / "posteriors/.young.nc.1.part",
        home / "posteriors/young.nc",
        home / f"archive/00/{'01' * 32}.gz",
    ]
    for file in young:
        file.write_bytes(b"x")
    working = home / ".forecaster-working-1"
    old(working / "database.sqlite")
    os.utime(working, (OLD, OLD))
    message = work.tidy(desk).message
    assert message == (
        "removed 6 half files, 1 orphaned posterior and 1 orphaned body; closed no killed updates"
    )
    assert all(file.exists() for file in kept + young)
    assert not any(file.exists() for file in [*gone, working])


def test_tidy_forgets_answers_that_were_kept_for_a_day(desk: Desk) -> None:
    for key, since in (("old", timedelta(hours=24)), ("young", timedelta(hours=23))):
        asked = Asked("token:1", key, "POST", "/api/v1/readings", "0" * 64)
        claim = idempotency.claim(desk.engine, asked, now=NOW - since)
        assert isinstance(claim, Claim)
        idempotency.keep(desk.engine, claim, Answer(201, {}, b"x"), now=NOW - since)
    assert work.tidy(desk).message.endswith("; forgot 1 answer to retried requests")
    assert "forgot" not in work.tidy(desk).message


def test_tidy_forgets_what_was_delivered_long_ago(desk: Desk) -> None:
    one = endpoint(desk.engine)
    for since in (timedelta(days=90, seconds=1), timedelta(days=89)):
        put(desk.engine, one, now=NOW - since)
        with writing(desk.engine) as connection:
            outbox.give_up(connection, one.id, NOW - since)
    assert work.tidy(desk).message.endswith("; forgot 1 old delivery")
    assert [NOW - timedelta(days=89)] == [one.done_at for one in outbox.deliveries(desk.engine)]
    assert "forgot" not in work.tidy(desk).message


def test_tidy_forgets_charts_that_were_drawn_long_ago(desk: Desk, home: Path) -> None:
    young, gone = (old(home / "cache/charts" / name) for name in ("aa/aa1", "bb/bb1"))
    long_ago = time.time() - timedelta(days=14, hours=1).total_seconds()
    os.utime(gone, (long_ago, long_ago))
    assert "; forgot 1 chart drawn long ago" in work.tidy(desk).message
    assert young.exists()
    assert not gone.exists()


def test_tidy_closes_an_update_whose_process_was_killed_but_not_one_at_work(
    desk: Desk, home: Path
) -> None:
    runs.start(desk.engine, "update", {}, ago(hours=1))
    with update_lock(home, "forecaster update"):
        assert "closed no killed updates" in work.tidy(desk).message
    assert "running" == runs.recent(desk.engine)[0].status
    assert "closed 1 killed update" in work.tidy(desk).message
    (run,) = runs.recent(desk.engine)
    assert ("failed", "its process was killed", NOW) == (run.status, run.message, run.finished_at)
