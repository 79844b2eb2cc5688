"""The way of a reading: given or fetched, fitted, published, shown; and what a bad fit leaves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from sqlalchemy import text

from forecaster.belief import FAMILIES, SCENARIOS
from forecaster.posterior import files
from forecaster.store import forecasts, outbox
from forecaster.store.archive import RawArchive
from forecaster.store.engine import open_engine, reading
from tests.alerts.receiver import Receiver
from tests.alerts.rules.support import ANY_MOVE
from tests.jobs.conftest import until
from tests.replay import Replay

COMMAND = (sys.executable, "-c", "from jobs.cli import main; main()")
SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "webhooks"
REPORT_LIMIT = 2_000_000


def forecaster(home: Path, *words: str, **settings: str | int) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    chosen = {f"FORECASTER_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "FORECASTER_HOME": str(home), **chosen}
    return subprocess.run(
        [*COMMAND, *words], env=environment, capture_output=True, text=True, check=False
    )


def document(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with the embedded record, one reading by hand, and one published forecast."""
    folder = tmp_path_factory.mktemp("journey")
    assert forecaster(folder, "init").returncode == 0
    recorded = forecaster(
        folder, "record", "trade_total", "--period", "2026-03", "--value", "21.5",
        "--source", "https://example.org/customs",
    )  # fmt: skip
    assert recorded.returncode == 0, recorded.stderr
    updated = forecaster(folder, "update")
    assert updated.returncode == 0, updated.stderr
    return folder


@pytest.mark.slow
def test_a_forecast_is_published_and_sums_to_one(home: Path) -> None:
    shown = document(forecaster(home, "show", "--json"))

    assert shown["status"] == "published"
    assert shown["diagnostics"]["passed"]
    assert len(shown["horizons"]) == 6
    passages = [row["alliance_by"]["mean"] for row in shown["horizons"]]
    assert passages == sorted(passages)
    for row in shown["horizons"]:
        means = {name: row["scenarios"][name]["mean"] for name in SCENARIOS}
        assert sum(means.values()) == pytest.approx(1.0, abs=1e-6)
        assert means["alliance"] <= row["alliance_by"]["mean"] + 1e-9
        assert row["alliance_by"]["lower"] <= row["alliance_by"]["mean"]
        assert row["alliance_by"]["mean"] <= row["alliance_by"]["upper"]
    assert set(shown["constraints"]["families"]) == set(FAMILIES)
    assert shown["headline"]["mean"] == shown["horizons"][4]["alliance_by"]["mean"]


@pytest.mark.slow
def test_history_looks_as_a_historian_would_have_it(home: Path) -> None:
    """Face validity: relations that every account of the pair agrees on."""
    report = home / "report.html"
    assert forecaster(home, "report", "--output", str(report)).returncode == 0
    assert report.stat().st_size < REPORT_LIMIT

    engine = open_engine(f"sqlite:///{home / 'forecaster.sqlite'}")
    shown = document(forecaster(home, "show", "--json"))
    found = forecasts.posterior_of(engine, shown["forecast_id"])
    assert found is not None
    shown_group = files.load(home / found[0], found[1])["shown"].to_dataset()
    path = shown_group["factor_path"]

    def rises(factor: str, earlier: str, later: str) -> float:
        values = path.sel(factor_name=factor)
        years = {str(year)[:4]: year for year in values["year"].values}
        change = values.sel(year=years[later]) - values.sel(year=years[earlier])
        return float((change > 0).mean())

    assert rises("alignment", "2005", "2024") > 0.9
    assert rises("ru_west", "2013", "2014") > 0.9
    assert rises("ru_west", "2021", "2022") > 0.9
    assert rises("cn_us", "2017", "2021") > 0.9
    assert rises("asymmetry", "1995", "2009") > 0.9


@pytest.mark.slow
def test_nothing_new_changes_nothing(home: Path) -> None:
    before = document(forecaster(home, "history", "--json"))
    again = forecaster(home, "update")

    assert again.returncode == 0
    assert "nothing is new" in again.stdout
    assert document(forecaster(home, "history", "--json")) == before


@pytest.mark.slow
def test_a_rejected_fit_leaves_the_last_forecast_standing(home: Path) -> None:
    before = document(forecaster(home, "show", "--json"))
    poor = forecaster(home, "update", "--force", draws=50, tune=100, chains=2)

    assert poor.returncode == 1
    assert "ESS" in poor.stderr
    after = document(forecaster(home, "show", "--json"))
    assert after["forecast_id"] == before["forecast_id"]
    assert after["status"] == "stale"


def last_run(home: Path, job: str) -> dict[str, Any]:
    told = document(forecaster(home, "jobs", "status", "--json"))
    return next(dict(one["last"]) for one in told["jobs"] if one["name"] == job)


def fetched(home: Path) -> list[dict[str, Any]]:
    """Every reading that a publisher gave, as stored."""
    with reading(open_engine(f"sqlite:///{home / 'forecaster.sqlite'}")) as connection:
        rows = connection.execute(text("SELECT * FROM readings WHERE origin = 'fetched'"))
        return [dict(row) for row in rows.mappings()]


def behind(home: Path, source: str) -> dict[str, tuple[str, bytes]]:
    """Of each path that was asked of a publisher: when it answered, and the body that was kept."""
    engine = open_engine(f"sqlite:///{home / 'forecaster.sqlite'}")
    kept = RawArchive(engine, home)
    with reading(engine) as connection:
        statement = text("SELECT url, fetched_at, sha256 FROM fetches WHERE source = :source")
        rows = connection.execute(statement, {"source": source}).all()
    bodies = {urlsplit(url).path: (at, kept.body(name)) for url, at, name in rows}
    return {path: (at, body) for path, (at, body) in bodies.items() if body is not None}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@contextmanager
def serving(home: Path, log: Path, **settings: str | int) -> Iterator[None]:
    """The service as a process of its own, without pages and jobs: it sends what is to be sent."""
    chosen = {f"FORECASTER_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "FORECASTER_HOME": str(home), **chosen}
    words = [*COMMAND, "serve", "--no-pages"]
    timetable = log.with_name("timetable.toml")
    timetable.write_text('[job.tidy]\nat = "03:10"\ncatch_up = "none"\n')
    environment["FORECASTER_SCHEDULE"] = str(timetable)
    with log.open("ab") as out, subprocess.Popen(words, env=environment, stderr=out) as process:
        try:
            yield
        finally:
            process.terminate()


def told_of_the_move(
    messages: list[dict[str, Any]], before: dict[str, Any], after: dict[str, Any]
) -> None:
    """One message, valid by its schema, from one forecast to the other, with where it came from."""
    (message,) = messages
    schema = json.loads((SCHEMAS / f"{message['type']}.schema.json").read_text())
    jsonschema.validate(message, schema)
    data = message["data"]
    assert ("any_move", "fired") == (data["rule"], data["event"])
    for told, shown in ((data["previous"], before), (data["current"], after)):
        assert told["forecast_id"] == shown["forecast_id"]
        for name in ("mean", "lower", "upper", "mcse"):
            assert told[name] == shown["headline"][name]
    assert data["as_of"] == after["as_of"]
    assert data["versions"]["data_hash"] == after["data_hash"]
    assert data["links"]["api"].endswith(f"/api/v1/forecasts/{after['forecast_id']}")


@pytest.mark.slow
def test_bytes_of_a_publisher_become_the_next_forecast(
    home: Path, tmp_path: Path, replay: Replay, receiver: Receiver
) -> None:
    """By two jobs: the customs' page is fetched, kept and read; then fitted and published.

    A receiver that knows the Standard Webhooks text and our JSON Schema is told of the move.
    """
    state = tmp_path / "state"
    shutil.copytree(home, state)
    rules = tmp_path / "alerts.toml"
    rules.write_text(ANY_MOVE)
    alerting: dict[str, str | int] = {
        "alerts": str(rules),
        "webhook_allow_cidrs": "127.0.0.0/8",
        "desk_url": "https://desk.example.org",
    }
    new_endpoint = ("endpoints", "add", receiver.url, "--name", "desk", "--rule", "any_move")
    secret = document(forecaster(state, *new_endpoint, "--json", **alerting))["secret"]
    before = document(forecaster(state, "show", "--json"))
    mirrors = {name.removeprefix("FORECASTER_"): at for name, at in replay.environment.items()}

    collected = document(forecaster(state, "jobs", "run", "collect:gacc", "--json", **mirrors))
    assert "succeeded" == collected["status"]
    new = fetched(state)
    assert f"gacc: value, {len(new)} readings added" == collected["message"]
    bodies = behind(state, "gacc")
    served = {one.path: one.body for one in replay["gacc"].routes}
    for one in new:
        answered_at, body = bodies[urlsplit(one["source"]).path]
        assert served[urlsplit(one["source"]).path] == body
        assert one["recorded_at"] > answered_at
        assert one["known_at"] == (one["published_at"] or one["recorded_at"])
    assert ("succeeded", 1, True) == tuple(
        last_run(state, "collect:gacc")[name] for name in ("status", "attempt", "by_hand")
    )

    updated = document(forecaster(state, "jobs", "run", "update", "--json", **alerting))
    after = document(forecaster(state, "show", "--json"))
    assert f"published: forecast {after['forecast_id']}" == updated["message"]
    assert "succeeded" == updated["status"]
    assert "published" == after["status"]
    assert after["diagnostics"]["passed"]
    assert before["data_hash"] != after["data_hash"]
    more = {(one["indicator"], one["period"]) for one in new if one["vintage"] == 1}
    assert before["n_readings"] + len(more) == after["n_readings"]
    published = document(forecaster(state, "history", "--json"))

    with serving(state, tmp_path / "log", **alerting):
        engine = open_engine(f"sqlite:///{state / 'forecaster.sqlite'}")
        until(lambda: outbox.deliveries(engine, status="delivered"), "the delivery")
    told_of_the_move(receiver.messages(secret), before, after)
    (sent,) = document(forecaster(state, "deliveries", "list", "--json", **alerting))
    assert ("desk", 1, receiver.ids) == (sent["endpoint"], sent["attempts"], [sent["webhook_id"]])

    again = document(forecaster(state, "jobs", "run", "collect:gacc", "--json", **mirrors))
    assert "gacc: unchanged, no readings added" == again["message"]
    assert new == fetched(state)
    idle = document(forecaster(state, "jobs", "run", "update", "--json", **alerting))
    assert "nothing is new" in idle["message"]
    assert published == document(forecaster(state, "history", "--json"))
