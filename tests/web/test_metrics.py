"""What a Prometheus reads: of this process, and of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from forecaster import settings
from forecaster.store import ledger, runs
from forecaster.store.ledger import Outcome
from forecaster.web import app
from forecaster.web.studio import Studio
from forecaster.wiring import Desk
from tests.web.serving import put, served

Found = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(address: str) -> Found:
    answer = httpx.get(f"{address}/metrics", timeout=60)
    assert 200 == answer.status_code
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_never_by_what_they_say(desk: Desk) -> None:
    with served(app.create_app(app.site(desk, Studio()))) as address:
        for path in ("healthz", "healthz", "nothing/of/this/kind", "static/desk.css"):
            httpx.get(f"{address}/{path}")
        httpx.get(f"{address}/healthz", headers={"host": "example.org"})
        httpx.request("BREW", f"{address}/healthz")
        found = read(address)
    name = "forecaster_http_requests_total"
    counted = {labels: count for (one, labels), count in found.items() if one == name}

    def key(method: str, route: str, status: str) -> tuple[tuple[str, str], ...]:
        return (("method", method), ("route", route), ("status", status))

    assert 2 == counted[key("GET", "/healthz", "200")]
    assert 1 == counted[key("GET", "none", "404")]
    assert 1 == counted[key("GET", "/static", "200")]
    assert 1 == counted[key("GET", "none", "400")]
    assert {"GET", "other"} == {dict(labels)["method"] for labels in counted}
    seconds = "forecaster_http_request_seconds"
    assert found[(f"{seconds}_bucket", (("le", "+Inf"), ("route", "/static")))] == 1
    assert not any("_created" in one for one, _ in found)


def test_the_state_of_jobs_and_forecast_is_told(desk: Desk) -> None:
    put(desk.engine)
    for job, status in (("tidy", "succeeded"), ("tidy", "failed"), ("backup", "succeeded")):
        begun = ledger.begin(desk.engine, job, "somebody", 30)
        ledger.finish(desk.engine, begun, Outcome(status, "told"))  # type: ignore[arg-type]
    now = datetime.now(UTC)
    for details, seconds, status in (({"seed": 1}, 70, "rejected"), ({}, 1, "succeeded")):
        number = runs.start(desk.engine, "update", details, now - timedelta(seconds=seconds))
        runs.finish(desk.engine, number, status, "told", now)
    with served(app.create_app(app.site(desk, Studio()))) as address:
        found = read(address)
    value = {name: value for (name, labels), value in found.items() if not labels}
    assert 1 == value["forecaster_database_up"]
    assert 0 == value["forecaster_readings"]
    assert 0 == value["forecaster_fit_divergences"]
    assert 0 == value["forecaster_forecast_stale"]
    assert 300 <= value["forecaster_forecast_age_seconds"] < 3000
    assert value["forecaster_disk_free_bytes"] > 0
    assert 1 == found[("forecaster_forecasts", (("kind", "published"),))]
    assert 1 == found[("forecaster_job_runs", (("job", "tidy"), ("status", "failed")))]
    since = {
        dict(labels)["job"]: seconds
        for (name, labels), seconds in found.items()
        if name == "forecaster_job_since_success_seconds"
    }
    assert {"tidy", "backup"} == set(since)
    assert all(seconds >= 0 for seconds in since.values())
    assert 70 == pytest.approx(found[("forecaster_fit_seconds", (("status", "rejected"),))])
    assert found[("forecaster_indicators_behind", (("state", "late"),))] > 0


def test_without_a_database_only_that_is_told(desk: Desk) -> None:
    with served(app.create_app(app.site(desk, Studio()))) as address:
        (desk.settings.home / settings.DATABASE_NAME).unlink()
        found = read(address)
    assert 0 == found[("forecaster_database_up", ())]
    assert ("forecaster_readings", ()) not in found
