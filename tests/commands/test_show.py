"""The standing forecast, as a person and as a program gets it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecaster import settings, sources, standing, worked_out
from forecaster.belief import FACTORS, FAMILIES, SCENARIOS
from forecaster.errors import NothingKnown, StoreError
from forecaster.store import forecasts, glance, readings, runs, visits
from forecaster.store.schema import REVISIONS
from forecaster.store.visits import Brought, Failure
from forecaster.store.withdrawals import TakenBack
from forecaster.wiring import Desk
from indicators import Period
from tests.commands.conftest import COMMAND, NOW, ROOT, Put, Run, Start

INTERVAL = {"mean": float, "lower": float, "upper": float}
STRENGTH = INTERVAL | {"p_positive": float, "contraction": float, "assumed": bool}
DOCUMENT: dict[str, Any] = {
    "question": str,
    "forecast_id": str,
    "status": str,
    "as_of": str,
    "created_at": str,
    "data_hash": str,
    "priors_hash": str,
    "model_version": str,
    "random_seed": int,
    "interval": float,
    "headline": INTERVAL | {"quantity": str, "date": str, "mcse": float},
    "horizons": [
        {
            "date": str,
            "years": float,
            "scenarios": dict.fromkeys(SCENARIOS, INTERVAL),
            "alliance_by": INTERVAL | {"mcse": float},
        }
    ],
    "hazards": dict.fromkeys(("alliance", "balancing", "rupture"), INTERVAL),
    "constraints": {"strength": INTERVAL, "families": dict.fromkeys(FAMILIES, STRENGTH)},
    "factors": dict.fromkeys(FACTORS, INTERVAL),
    "words": {"likelihood": str, "confidence": str},
    "diagnostics": {
        "rhat_max": float,
        "ess_bulk_min": float,
        "ess_tail_min": float,
        "divergences": int,
        "bfmi_min": float,
    },
    "sources": {"late": list, "failed": list},
}


def fits(content: Any, shape: Any, place: str = "document") -> None:
    """The content has every key of the shape, with values of its types."""
    if isinstance(shape, dict):
        for key, inner in shape.items():
            assert key in content, f"{place}.{key} is missing"
            fits(content[key], inner, f"{place}.{key}")
    elif isinstance(shape, list):
        for index, one in enumerate(content):
            fits(one, shape[0], f"{place}[{index}]")
    else:
        assert isinstance(content, shape), f"{place} is {content!r}"


def test_json_has_the_shape_that_scripts_rely_on(put: Put, start: Start) -> None:
    put()
    done = start("show", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    fits(document, DOCUMENT)
    assert document["status"] == "published"
    assert len(document["horizons"]) == 6


def test_text_leads_with_the_sentence_and_keeps_confidence_apart(put: Put, start: Start) -> None:
    put()
    done = start("show")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "An alliance by the end of November 2036 is very unlikely." in lines
    assert "13 %  (1 to 42; 90 % interval)" in lines
    (about_us,) = (line for line in lines if "onfidence" in line)
    assert "likely" not in about_us
    assert "Alliance: a published commitment" in done.stdout


def test_it_warns_where_the_choice_of_prior_moves_the_headline_far(
    desk: Desk, put: Put, start: Start
) -> None:
    put("before", NOW - timedelta(days=1))
    put("now")
    warning = "The choice of prior moves the headline by more than ten points."
    worked_out.keep(desk, "prior-share", "now", {"warning": warning})
    worked_out.keep(desk, "prior-share", "before", {"warning": None})

    assert f"{warning} See `forecaster prior-share`." in " ".join(start("show").stdout.split())
    assert "choice of prior" not in start("show", "--as-of", NOW.isoformat()).stdout


def test_the_quick_way_and_the_usual_way_say_the_same(put: Put, start: Start, run: Run) -> None:
    put()

    assert start("show", "--json").stdout == run("show", "--json").stdout
    assert start("show").stdout == run("show").stdout
    assert start("show", "--as-of", "2999-01-01", "--json").stdout == (
        run("show", "--json", "--as-of", "2999-01-01").stdout
    )


def test_nothing_heavy_is_imported(put: Put, home: Path) -> None:
    put()
    code = (
        "import sys; sys.argv = ['forecaster', 'show'];"
        "from jobs.cli import main; main();"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [COMMAND[0], "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"FORECASTER_HOME": str(home)},
        check=True,
    )
    heavy = {"pymc", "pytensor", "xarray", "pandas", "numpy", "altair", "sqlalchemy", "alembic"}
    heavy |= {"pydantic", "typer", "rich", "jinja2", "priors", "indicators"}

    assert heavy & set(done.stderr.split()) == set()


def test_it_takes_less_than_half_a_second_of_work(put: Put, start: Start) -> None:
    put()
    start("show")  # compiles what Python has not compiled yet
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start("show")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    # Time of the processor, not of the wall: other tests may run beside this one.
    assert after.ru_utime - before.ru_utime < 0.5


def test_without_a_state_it_says_what_to_do(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTER_HOME", str(tmp_path / "none"))
    done = start("show")

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "run `forecaster init`" in done.stderr
    assert not (tmp_path / "none").exists()


def test_before_the_first_forecast_it_says_what_to_do(home: Path, start: Start) -> None:
    assert home.is_dir()
    done = start("show", "--json")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "forecaster: there is no forecast yet; run `forecaster update`\n"


def test_the_one_that_stood_at_a_time(put: Put, desk: Desk) -> None:
    put("old", datetime(2020, 1, 5, tzinfo=UTC))
    put("new", datetime(2026, 11, 22, tzinfo=UTC))
    put("guess", datetime(2024, 1, 5, tzinfo=UTC), kind="hindcast")
    chosen = desk.settings

    assert standing.forecast(chosen, NOW)["forecast_id"] == "new"
    at = datetime(2025, 1, 1, tzinfo=UTC)
    assert standing.forecast(chosen, NOW, at)["forecast_id"] == "old"
    assert standing.forecast(chosen, NOW, at)["status"] == "published"
    with pytest.raises(NothingKnown, match="no forecast as of 31 Dec 2019"):
        standing.forecast(chosen, NOW, datetime(2019, 12, 31, tzinfo=UTC))


def test_a_forecast_grows_stale_unless_somebody_looks(put: Put, desk: Desk) -> None:
    put("one", NOW - timedelta(hours=47))
    chosen = desk.settings
    later = NOW + timedelta(hours=3)
    assert standing.forecast(chosen, NOW)["status"] == "published"
    assert standing.forecast(chosen, later)["status"] == "stale"

    number = runs.start(desk.engine, "update", {}, NOW)
    runs.finish(desk.engine, number, "succeeded", "nothing is new", NOW)

    assert standing.forecast(chosen, later)["status"] == "published"


def test_a_failed_look_does_not_keep_it_fresh(put: Put, desk: Desk) -> None:
    put("one", NOW - timedelta(hours=47))
    number = runs.start(desk.engine, "update", {}, NOW)
    runs.finish(desk.engine, number, "failed", "the disk is full", NOW)

    assert standing.forecast(desk.settings, NOW + timedelta(hours=3))["status"] == "stale"


def test_a_later_fit_that_failed_the_gate_makes_it_stale(put: Put, desk: Desk) -> None:
    put("good", NOW - timedelta(hours=5))
    put("bad", NOW - timedelta(hours=2), kind="rejected")

    found = standing.forecast(desk.settings, NOW)
    assert (found["forecast_id"], found["status"]) == ("good", "stale")


def test_a_hindcast_neither_makes_it_stale_nor_keeps_it_fresh(put: Put, desk: Desk) -> None:
    put("good", NOW - timedelta(hours=5))
    long_ago, today = datetime(2018, 12, 31, tzinfo=UTC), NOW - timedelta(hours=1)
    put("bad", long_ago, kind="rejected", created_at=today)
    number = runs.start(desk.engine, "hindcast", {}, NOW)
    runs.finish(desk.engine, number, "succeeded", "", NOW + timedelta(hours=40))

    assert standing.forecast(desk.settings, NOW)["status"] == "published"
    assert standing.forecast(desk.settings, NOW + timedelta(hours=44))["status"] == "stale"
    assert glance.look(desk.settings.database_url, NOW) == standing._the_usual_way(
        desk.settings, NOW
    )


def test_a_provisional_forecast_is_called_that(put: Put, desk: Desk) -> None:
    put("quick", NOW - timedelta(hours=1), kind="provisional")

    assert standing.forecast(desk.settings, NOW)["status"] == "provisional"


def test_late_sources_are_computed_when_it_is_read(put: Put, desk: Desk) -> None:
    put("one", NOW - timedelta(hours=1))
    soon = standing.forecast(desk.settings, NOW)["sources"]["late"]
    much_later = standing.forecast(desk.settings, NOW + timedelta(days=4000))["sources"]["late"]

    assert set(soon) < set(much_later)
    assert "leader_meetings" in much_later


def test_the_glance_reads_what_the_store_reads(put: Put, desk: Desk) -> None:
    for name, ago, kind in (("a", 9, "published"), ("b", 6, "provisional"), ("c", 3, "rejected")):
        put(name, NOW - timedelta(hours=ago), kind=kind)
    number = runs.start(desk.engine, "update", {}, NOW)
    runs.finish(desk.engine, number, "succeeded", "", NOW - timedelta(hours=1))
    last = readings.as_known(desk.engine, NOW, indicator="trade_total")[-1]
    gone = TakenBack("trade_total", Period.parse(last.period), NOW - timedelta(hours=1), "http://x")
    brought = Brought("gacc", ["trade_total"], "value", {}, withdrawn=[gone])
    visits.store(desk.engine, brought, now=NOW - timedelta(hours=1))
    late = Failure("ofac", ["ofac_russia_additions"], "status 500")
    visits.fail(desk.engine, late, now=NOW - timedelta(minutes=1))
    visits.fail(desk.engine, late._replace(source="imf"), now=NOW + timedelta(minutes=1))
    quick = glance.look(desk.settings.database_url, NOW)
    usual = standing._the_usual_way(desk.settings, NOW)

    assert quick == usual
    assert quick is not None
    assert quick.document == forecasts.standing(desk.engine, NOW)
    known = readings.as_known(desk.engine, NOW)
    ends: dict[str, date] = {}
    for one in known:
        ends[one.indicator] = max(ends.get(one.indicator, one.period_end), one.period_end)
    assert quick.last_periods == ends
    assert quick.last_periods["trade_total"] < last.period_end
    assert quick.visits == [(["trade_total"], "value"), (["ofac_russia_additions"], "failed")]


def test_the_glance_knows_the_newest_migration_and_no_other(home: Path) -> None:
    url = f"sqlite:///{home / settings.DATABASE_NAME}"
    assert REVISIONS[-1] == glance.REVISION
    assert glance.look(url, NOW) is not None
    assert glance.look("postgresql://somebody@127.0.0.1/nothing", NOW) is None
    assert glance.look(f"sqlite:///{home / 'none'}", NOW) is None
    other = home / "other.sqlite"
    other.write_bytes(b"this is no database at all" * 100)
    assert glance.look(f"sqlite:///{other}", NOW) is None


def test_a_file_that_is_no_database_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "forecaster.sqlite").write_bytes(b"this is no database at all" * 100)
    monkeypatch.setenv("FORECASTER_HOME", str(home))
    with pytest.raises(StoreError, match="not a database"):
        standing.forecast(settings.load(), NOW)


def test_many_late_sources_are_counted_not_listed(put: Put, start: Start) -> None:
    put()
    n_late = len(json.loads(start("show", "--json").stdout)["sources"]["late"])
    text = " ".join(start("show").stdout.split())

    assert f"Sources: {n_late} late (" in text
    assert len(list(sources.read_watches())) > n_late
    if n_late > 6:
        assert f"and {n_late - 6} more; see `forecaster indicators`" in text
