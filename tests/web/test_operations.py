"""Operations as people see it, and a run that they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import html5lib
import httpx
import pytest

from forecaster.store import audit, ledger_views, tokens, visits
from forecaster.store.audit import Entry
from forecaster.store.tokens import NewToken
from forecaster.store.visits import Failure
from forecaster.web import app, machine
from forecaster.web.access import secret
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from jobs import timetable
from jobs.operations import OfTheJobs
from tests.web.serving import served

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    operations = OfTheJobs(desk, timetable.read(None), None)
    with served(app.create_app(app.site(desk, Studio(), operations))) as where:
        yield where


def token(desk: Desk, *scopes: str) -> str:
    text = secret.make()
    name = f"may {' and '.join(scopes)}"
    new = NewToken(name, text[: secret.SHOWN], secret.digest(text), frozenset(scopes), None)
    tokens.create(desk.engine, new, COMMAND_LINE, now=desk.clock())
    return text


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}", "accept": "text/html"}


def test_whoever_may_read_sees_the_machinery_and_no_more(desk: Desk, address: str) -> None:
    visits.fail(desk.engine, Failure("kremlin", [], f"no answer {HOSTILE}"), now=desk.clock())
    audit.write(desk.engine, Entry(COMMAND_LINE, "token.create", "x"), now=desk.clock())
    page = httpx.get(f"{address}/operations", timeout=60)
    assert 200 == page.status_code
    html5lib.HTMLParser(strict=True).parse(page.text)
    for said in ("collect:kremlin", "no answer &lt;script&gt;", "Database", "SQLite", "uvicorn"):
        assert said in page.text
    for hidden in (HOSTILE, "Run now", "Audit log", "token.create"):
        assert hidden not in page.text
    assert "Sign in" in page.text


def test_whoever_operates_runs_a_job_by_a_form_and_it_is_logged(desk: Desk, address: str) -> None:
    text = token(desk, "read", "operate")
    with httpx.Client(base_url=address, headers={"accept": "text/html"}, timeout=60) as browser:
        ours = {"origin": address}
        signed = browser.post("/sign-in", data={"token": text}, headers=ours)
        assert 303 == signed.status_code
        page = browser.get("/operations")
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert "Audit log" in page.text
        assert "session.begin" in page.text
        guard = re.search(r'name="csrf_token" value="(\w+)"', page.text)
        assert guard is not None
        form = {"job": "tidy", "csrf_token": guard[1]}
        assert (
            403 == browser.post("/operations/run", data={"job": "tidy"}, headers=ours).status_code
        )
        asked = browser.post("/operations/run", data=form, headers=ours)
        assert (303, "/operations?asked=tidy") == (asked.status_code, asked.headers["location"])
        assert "tidy was asked for" in browser.get(asked.headers["location"]).text
        again = browser.post("/operations/run", data=form, headers=ours)
    assert 409 == again.status_code
    assert "tidy waits already" in again.text
    (run,) = ledger_views.runs(desk.engine)
    assert ("tidy", "due", "asked for by may read and operate") == (
        run.job,
        run.status,
        run.message,
    )
    assert "job.run" == audit.entries(desk.engine)[0].action


def test_a_program_runs_a_job_by_its_token(desk: Desk, address: str) -> None:
    def ask(text: str, job: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {text}"}
        return httpx.post(f"{address}/operations/run", data={"job": job}, headers=headers)

    operator = token(desk, "operate")
    done = ask(operator, "backup")
    assert (202, "backup", "due") == (done.status_code, done.json()["job"], done.json()["status"])
    assert 403 == ask(token(desk, "read", "record"), "tidy").status_code
    assert (404, "application/problem+json") == (
        (wrong := ask(operator, "bakcup")).status_code,
        wrong.headers["content-type"],
    )
    assert 1 == len(ledger_views.runs(desk.engine))


def test_rows_of_the_ledger_are_chosen_by_the_query(desk: Desk, address: str) -> None:
    text = token(desk, "read", "operate")
    for job in ("tidy", "backup"):
        httpx.post(f"{address}/operations/run", data={"job": job}, headers=bearer(text))

    def rows(**query: str) -> list[str]:
        page = httpx.get(f"{address}/operations", params=query, headers=bearer(text))
        assert 200 == page.status_code
        ledger = page.text.partition('id="ledger"')[2].partition("</section>")[0]
        return re.findall(r'<th scope="row">(\S+)</th>', ledger)

    assert {"tidy", "backup"} == set(rows())
    assert ["tidy"] == rows(job="tidy")
    assert {"tidy", "backup"} == set(rows(status="due"))
    assert [] == rows(status="failed")
    assert [] == rows(job=HOSTILE)
    wrong = httpx.get(f"{address}/operations?status=gone", headers=bearer(text))
    assert 422 == wrong.status_code
    assert "status: expected one of due" in wrong.text.replace("Status:", "status:")


def test_a_desk_without_jobs_shows_the_rest(desk: Desk) -> None:
    with served(app.create_app(app.site(desk, Studio()))) as where:
        page = httpx.get(f"{where}/operations", timeout=60)
        refused = httpx.post(
            f"{where}/operations/run",
            data={"job": "tidy"},
            headers={"authorization": f"Bearer {token(desk, 'operate')}"},
        )
    assert 200 == page.status_code
    assert "This process knows no jobs" in page.text
    assert (404, "no jobs are known here") == (
        refused.status_code,
        refused.json()["detail"].partition(";")[0],
    )


def test_sizes_are_added_up_once_a_minute(desk: Desk) -> None:
    moment = 0.0
    sizes = machine.Sizes(desk, lambda: moment)
    archive = desk.settings.home / "archive" / "ab"
    archive.mkdir(parents=True)

    def archived() -> int:
        return dict(sizes.parts())["Archive"]

    assert 0 == archived()
    (archive / "body.gz").write_bytes(bytes(1234))
    (archive / "link").symlink_to("/")
    moment = 59.0
    assert 0 == archived()
    moment = 60.0
    assert 1234 <= archived() < 1300
    assert dict(sizes.parts())["Database"] > 10_000


def test_room_is_measured_against_the_floor(desk: Desk) -> None:
    assert machine.room(replace(desk, settings=replace(desk.settings, disk_floor_mb=0))).enough
    much = replace(desk.settings, disk_floor_mb=1_000_000_000)
    assert not machine.room(replace(desk, settings=much)).enough
