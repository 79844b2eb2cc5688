"""The state is made once; a second time there is nothing to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecaster import settings
from forecaster.errors import InvalidFiles, StoreError
from forecaster.store import readings
from forecaster.wiring import Desk, open_desk
from indicators import catalogue
from tests.commands.conftest import NOW, Start


def test_the_embedded_record_is_loaded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    monkeypatch.setenv("FORECASTER_HOME", str(tmp_path / "new" / "state"))
    first, second = start("init"), start("init")
    desk = open_desk(settings.load())
    stored = {
        (one.indicator, one.period, one.value)
        for name in desk.catalogue
        for one in readings.vintages(desk.engine, name)
    }

    assert (first.returncode, first.stderr) == (0, "")
    assert "loaded" in first.stdout
    assert (second.returncode, second.stdout) == (
        0,
        "nothing to do: the state is up to date and holds the whole embedded record\n",
    )
    assert stored == {
        (name, row.period.text, row.value)
        for name, one in catalogue().items()
        for row in one.history
    }


def test_where_no_publication_is_recorded_the_lag_says_when_it_was_known(desk: Desk) -> None:
    one = desk.catalogue["gdp_ratio"]
    rows = {row.period.text: row for row in one.history}
    for found in readings.vintages(desk.engine, "gdp_ratio"):
        row = rows[found.period]
        assert found.known_at == one.known_at(row.period, row.published_at)
        assert found.origin == "embedded"
        assert found.recorded_at < NOW


def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FORECASTER_HOME", str(tmp_path / "file" / "state"))
    done = start("init")

    assert done.returncode == 1
    assert "set FORECASTER_HOME" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_desk_needs_a_state(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `forecaster init`"):
        open_desk(settings.load({"FORECASTER_HOME": str(tmp_path)}))


def test_a_history_that_cannot_be_read_stops_before_anything_is_stored(
    desk: Desk, tmp_path: Path
) -> None:
    one = desk.catalogue["trade_total"]
    (tmp_path / "history.csv").write_text("period,value,published_at,source,note\n2001,x,,s,\n")
    broken = one.model_copy(update={"folder": tmp_path})
    other = Desk(desk.settings, desk.engine)
    other.__dict__["catalogue"] = {"trade_total": broken}
    with pytest.raises(InvalidFiles) as told:
        other.embedded()

    assert told.value.problems == [
        "indicators/trade_total/history.csv:2: could not convert string to float: 'x'"
    ]
