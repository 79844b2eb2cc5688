"""Up and ready: what is told, and what turns it red."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from forecaster import settings
from forecaster.settings import Settings
from forecaster.store import lease
from forecaster.store.engine import open_engine, writing
from forecaster.store.lease import Candidate
from forecaster.store.schema_jobs import leases
from forecaster.web import app, health
from forecaster.web.site import Site
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from tests.web.serving import put, served

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chosen(blank: Path) -> Settings:
    return settings.load({"FORECASTER_HOME": str(blank), "FORECASTER_DISK_FLOOR_MB": "0"})


@pytest.fixture
def desk(chosen: Settings) -> Desk:
    return Desk(chosen, open_engine(chosen.database_url))


class Working:
    """Jobs of this process, which are well or not."""

    here = True

    def __init__(self, why: str | None = None) -> None:
        self.why = why

    def status(self) -> dict[str, Any]:
        return {"jobs": [], "counts": {}, "waiting": 0, "runner": None}

    def runs(self, job: str | None, limit: int, status: str | None = None) -> dict[str, Any]:
        return {"runs": [], "asked": [job, limit, status]}

    def ask(self, job: str, line: object = None) -> dict[str, Any]:
        return {"job": job, "line": line}

    def problem(self) -> str | None:
        return self.why


def red(site: Site) -> dict[str, str]:
    found = health.readiness(site)
    told = {name: one["detail"] for name, one in found["checks"].items() if not one["ok"]}
    assert found["ready"] == (not told)
    return told


def test_it_is_ready_when_all_is_well(desk: Desk) -> None:
    put(desk.engine)
    held = Candidate(desk.engine, "the runner", 30).take()
    assert held is not None
    site = app.site(desk, Studio(), Working())
    with served(app.create_app(site)) as address:
        up, ready = (httpx.get(f"{address}/{name}") for name in ("healthz", "readyz"))
        assert (200, "ok\n") == (up.status_code, up.text)
        assert 200 == httpx.head(f"{address}/healthz").status_code
    assert (200, "no-store") == (ready.status_code, ready.headers["cache-control"])
    said = ready.json()
    assert said["ready"]
    assert list(health.CHECKS) == list(said["checks"])
    assert "the runner looks after them" == said["checks"]["jobs"]["detail"]


def test_without_a_forecast_it_is_up_and_not_ready(desk: Desk) -> None:
    with served(app.create_app(app.site(desk, Studio()))) as address:
        ready = httpx.get(f"{address}/readyz")
    assert 503 == ready.status_code
    checks = ready.json()["checks"]
    assert ["forecast"] == [name for name, one in checks.items() if not one["ok"]]
    assert "forecaster update" in checks["forecast"]["detail"]


def test_jobs_that_stand_still_or_that_nobody_leads_turn_it_red(desk: Desk) -> None:
    put(desk.engine)
    assert {"jobs": "the disk is full"} == red(
        app.site(desk, Studio(), Working("the disk is full"))
    )
    nobody = red(app.site(desk, Studio(), Working()))
    assert ["jobs"] == list(nobody)
    assert "nobody holds the lease" in nobody["jobs"]


def test_little_room_on_the_disk_turns_it_red(desk: Desk) -> None:
    put(desk.engine)
    wanting = replace(desk, settings=replace(desk.settings, disk_floor_mb=1_000_000_000))
    told = red(app.site(wanting, Studio()))
    assert ["disk"] == list(told)
    assert "1,000 TB have to be" in told["disk"]


def test_a_database_of_another_version_turns_it_red(desk: Desk) -> None:
    put(desk.engine)
    with writing(desk.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    told = red(app.site(desk, Studio()))
    assert "made by a newer version" in told["database"]


def test_a_trial_leaves_nothing_behind(desk: Desk, tmp_path: Path) -> None:
    before = sorted(one.name for one in tmp_path.iterdir())
    red(app.site(desk, Studio()))
    with writing(desk.engine) as connection:
        assert [] == connection.execute(leases.select()).all()
    assert before == sorted(one.name for one in tmp_path.iterdir())
    assert lease.look(desk.engine)[1]


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root may write anything, so root becomes another user for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_database_that_may_not_be_written_turns_it_red(desk: Desk, tmp_path: Path) -> None:
    put(desk.engine)
    for path in tmp_path.parents:
        if path.stat().st_uid == os.geteuid() and path.stat().st_mode & 0o055 != 0o055:
            path.chmod(path.stat().st_mode | 0o055)
    (tmp_path / settings.DATABASE_NAME).chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with somebody_else():
            told = red(app.site(desk, Studio()))
    finally:
        tmp_path.chmod(0o755)
    assert ["writable"] == list(told)
    assert "is read-only" in told["writable"]


def test_a_disk_that_takes_nothing_more_turns_it_red(desk: Desk, tmp_path: Path) -> None:
    put(desk.engine)
    code = (
        "import json, resource\n"
        "from forecaster import settings\n"
        "from forecaster.web import app\n"
        "from forecaster.web.studio import Studio\n"
        "from forecaster.wiring import open_desk\n"
        "from starlette.testclient import TestClient\n"
        "whole = app.create_app(app.site(open_desk(settings.load()), Studio()))\n"
        "asked = TestClient(whole, 'http://127.0.0.1')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "ready, up, page = asked.get('/readyz'), asked.get('/healthz'), asked.get('/history')\n"
        "print(json.dumps([ready.status_code, up.status_code, page.status_code, ready.json()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],  # no bytecode that is cut short
        cwd=ROOT,
        env=os.environ | {"FORECASTER_HOME": str(tmp_path), "FORECASTER_DISK_FLOOR_MB": "0"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    ready, up, page, said = json.loads(done.stdout)
    assert (ready, up, page) == (503, 200, 200)  # what is there can be read all the same
    assert ["writable"] == [name for name, one in said["checks"].items() if not one["ok"]]
    assert not said["ready"]


def test_a_database_that_somebody_writes_is_well(desk: Desk) -> None:
    put(desk.engine)
    with writing(desk.engine):
        assert {} == red(app.site(desk, Studio()))
