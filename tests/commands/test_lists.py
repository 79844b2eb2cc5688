"""What is watched, what is known, what was published."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecaster import documents, recording
from forecaster.errors import UnknownName
from forecaster.sources import STATES
from forecaster.wiring import Desk
from indicators import catalogue
from indicators.sources import SOURCES
from tests.commands.conftest import NOW, Put, Run

INDICATOR_KEYS = {
    "id",
    "title",
    "factor",
    "sub_constraint",
    "sign",
    "unit",
    "cadence",
    "source",
    "state",
    "last_period",
    "last_known_at",
    "n_readings",
    "role",
}
READING_KEYS = {
    "period",
    "value",
    "published_at",
    "known_at",
    "recorded_at",
    "vintage",
    "origin",
    "source",
}


def test_every_indicator_is_listed_with_its_state(home: Path, run: Run) -> None:
    assert home.is_dir()
    listed = json.loads(run("indicators", "--json").stdout)["indicators"]
    fetched = {name for source in SOURCES.values() for name in source.indicators}
    context = {name for name, one in catalogue().items() if one.role == "context"}
    begins_empty = fetched & context  # what no history has, and a source brings

    assert [one["id"] for one in listed] == list(catalogue())
    for one in listed:
        assert INDICATOR_KEYS <= set(one)
        assert one["state"] in STATES
        if one["n_readings"] or one["id"] not in begins_empty:
            assert one["n_readings"] > 0
            assert one["last_known_at"].endswith("Z")
        if one["role"] == "context":
            assert one["state"] in {"manual", "retired"}


def test_the_text_counts_the_states(home: Path, run: Run) -> None:
    assert home.is_dir()
    done = run("indicators")
    listed = json.loads(run("indicators", "--json").stdout)["indicators"]
    n_late = sum(one["state"] == "late" for one in listed)

    assert done.stdout.splitlines()[0].split()[:2] == ["indicator", "state"]
    assert f"{n_late} late" in done.stdout.splitlines()[-1]


def test_what_lies_in_quarantine_is_counted(desk: Desk) -> None:
    recording.store(
        desk, recording.Stated("trade_total", "2026-08", "20500", "https://example.org")
    )
    listed = documents.indicators(desk)["indicators"]

    assert {one["id"]: one["n_quarantined"] for one in listed}["trade_total"] == 1
    then = documents.indicators(desk, datetime(2026, 9, 1, tzinfo=UTC))["indicators"]
    assert {one["n_quarantined"] for one in then} == {0}  # that month was not known yet
    recording.store(
        desk,
        recording.Stated("trade_total", "2026-08", "20500", "https://example.org", reason="right"),
    )
    listed = documents.indicators(desk)["indicators"]
    assert {one["id"]: one["n_quarantined"] for one in listed}["trade_total"] == 0


def test_readings_are_those_known_at_the_time(home: Path, run: Run) -> None:
    assert home.is_dir()
    now = json.loads(run("readings", "trade_total", "--json").stdout)
    then = json.loads(run("readings", "trade_total", "--as-of", "2016-06-30", "--json").stdout)

    assert now["indicator"] == then["indicator"] == "trade_total"
    assert then["as_of"] == "2016-06-30T23:59:59.999999Z"
    assert 0 < len(then["readings"]) < len(now["readings"])
    assert all(one["known_at"] <= then["as_of"] for one in then["readings"])
    assert all(set(one) >= READING_KEYS for one in now["readings"])


def test_readings_as_text_have_a_row_each(home: Path, run: Run) -> None:
    assert home.is_dir()
    found = json.loads(run("readings", "leader_meetings", "--json").stdout)["readings"]
    lines = run("readings", "leader_meetings").stdout.splitlines()

    assert lines[0].startswith("Meetings of the presidents")
    assert len(lines) == len(found) + 3


@pytest.mark.parametrize("text", ["yesterday", "2018-13-01", "2018"])
def test_a_moment_that_is_none_is_refused(home: Path, run: Run, text: str) -> None:
    assert home.is_dir()
    done = run("readings", "trade_total", "--as-of", text)

    assert "is no moment" in str(done.exception)


def test_an_unknown_indicator_is_told_the_nearest(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="trade_total"):
        documents.readings_of(desk, "trade_totals")


def test_history_tells_each_forecast_and_its_change(put: Put, run: Run) -> None:
    put("one", datetime(2026, 11, 20, tzinfo=UTC), mean=0.12)
    put("two", datetime(2026, 11, 21, tzinfo=UTC), mean=0.13)
    put("aside", datetime(2026, 11, 21, 12, tzinfo=UTC), kind="hindcast")
    put("three", datetime(2026, 11, 22, tzinfo=UTC), mean=0.11, kind="provisional")
    found = json.loads(run("history", "--json").stdout)
    text = run("history").stdout

    assert [one["forecast_id"] for one in found["forecasts"]] == ["one", "two", "three"]
    assert found["forecasts"][0]["change"] is None
    assert found["forecasts"][2]["change"] == pytest.approx(-0.02)
    assert found["forecasts"][1]["headline"]["mean"] == 0.13
    assert "▲ 1.0 points" in text
    assert "▼ 2.0 points" in text


def test_an_empty_history_is_no_failure(home: Path, run: Run) -> None:
    assert home.is_dir()

    assert json.loads(run("history", "--json").stdout)["forecasts"] == []
    assert "run `forecaster update`" in run("history").stdout


def test_the_published_forecast_before_one(put: Put, desk: Desk) -> None:
    put("one", datetime(2026, 11, 20, tzinfo=UTC))
    put("quick", datetime(2026, 11, 21, tzinfo=UTC), kind="provisional")
    put("two", NOW)

    before = documents.before(desk, "two")
    assert before is not None
    assert before.forecast_id == "one"
    assert documents.before(desk, "one") is None


def test_two_publishers_that_disagree_are_told(desk: Desk) -> None:
    assert documents.disagreements(desk) == []
    recording.store(
        desk, recording.Stated("trade_imf", "2026-02", "25", "https://example.org/imts")
    )

    (told,) = documents.disagreements(desk)
    assert told.startswith("trade_total gives 19.19 and trade_imf 25 for 2026-02: 23.2% apart")
