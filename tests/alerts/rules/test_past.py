"""What is read in part, and kept, is what the whole documents say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from forecaster import alerting, settings
from forecaster.alerts import past, quantities, story_file, telling
from forecaster.alerts.past import Past
from forecaster.alerts.replay import Moment
from forecaster.belief import Forecast, Kind
from forecaster.store import forecasts
from forecaster.store.engine import open_engine, writing
from forecaster.store.handle import Engine
from forecaster.store.migrate import upgrade
from forecaster.wiring import Desk
from tests.alerts.rules.support import Room, after, document, rule
from tests.store.conftest import by_kind, databases, engine, url

# Every test here runs on both kinds of database.
__all__ = ["by_kind", "databases", "engine", "url"]

HEADLINE = "alliance_by@10y"


def put(
    engine: Engine, name: str, mean: float, days: float, kind: Kind = "published", **more: float
) -> None:
    made = after(days=more["made"]) if "made" in more else None
    _store(engine, document(name, after(days=days), mean, made=made), kind)


def _store(engine: Engine, made: Forecast, kind: Kind = "published") -> None:
    with writing(engine) as connection:
        forecasts.insert(connection, made, kind=kind, posterior_path=None, posterior_sha256=None)


def whole(engine: Engine, quantity: str) -> list[Moment]:
    """The same from the whole documents, one after the other, kept nowhere."""
    rows = forecasts.page(engine, kinds=(*forecasts.STANDS, "hindcast"), limit=1000)
    stored = [one for _, one in sorted(rows)]
    stood: list[forecasts.Summary] = []
    for one in stored:
        newest = max(((two.as_of, two.created_at) for two in stood), default=None)
        this = (one.as_of, one.created_at)
        if one.kind != "hindcast" and (newest is None or this >= newest):
            stood.append(one)
    last = {
        one.as_of: one
        for one in sorted(stored, key=lambda one: one.created_at)
        if one.kind == "hindcast" and (not stood or one.as_of < stood[0].as_of)
    }
    story = [(last[at], at) for at in sorted(last)] + [(one, one.created_at) for one in stood]
    return list(_seen(engine, quantity, story))


def _seen(
    engine: Engine, quantity: str, story: list[tuple[forecasts.Summary, datetime]]
) -> Iterator[Moment]:
    for one, at in story:
        found = forecasts.get(engine, one.forecast_id)
        assert found is not None
        unit = "units" if quantities.UNITS[quantity] == "units" else "points"
        stated = rule("moved", quantity=quantity, **{unit: 1.0})
        seen = telling.observation(stated, found, at)
        if seen is not None:
            yield one.kind, seen


def test_every_quantity_is_as_in_the_whole_documents(engine: Engine) -> None:
    put(engine, "a", 0.1, 0)
    put(engine, "b", 0.3, 5, "provisional")
    put(engine, "late", 0.9, 3)  # older than the one that stands
    put(engine, "again", 0.31, 5, made=6)
    put(engine, "refused", 0.9, 7, "rejected")
    put(engine, "h1", 0.05, -10, "hindcast", made=8)
    put(engine, "h2", 0.06, -20, "hindcast", made=9)
    put(engine, "h1 anew", 0.07, -10, "hindcast", made=10)
    put(engine, "h3", 0.9, 1, "hindcast", made=10)  # a forecast stood by then
    for name in quantities.UNITS:
        found = Past().of(engine, name)
        assert whole(engine, name) == found
        assert ["h2", "h1 anew", "a", "b", "again"] == [one.id for _, one in found]


@pytest.mark.parametrize(
    ("kind", "days"), [("published", 9.0), ("hindcast", -5.0), ("hindcast", -10.0)]
)
def test_what_is_stored_since_is_seen(engine: Engine, kind: Kind, days: float) -> None:
    kept = Past()
    assert [] == kept.of(engine, HEADLINE)
    put(engine, "h1", 0.05, -10, "hindcast", made=1)
    put(engine, "a", 0.1, 0)
    before = kept.of(engine, HEADLINE)
    assert before == kept.of(engine, HEADLINE) == whole(engine, HEADLINE)
    put(engine, "new", 0.2, days, kind, made=12)
    found = kept.of(engine, HEADLINE)
    assert found == whole(engine, HEADLINE)
    assert found != before


def test_a_first_forecast_ends_the_time_of_hindcasts(engine: Engine) -> None:
    kept = Past()
    for number, days in enumerate((-10, 3)):
        put(engine, f"h{number}", 0.05, days, "hindcast")
    assert ["h0", "h1"] == [one.id for _, one in kept.of(engine, HEADLINE)]
    put(engine, "a", 0.1, 0)
    assert ["h0", "a"] == [one.id for _, one in kept.of(engine, HEADLINE)]


def test_a_date_ahead_is_found_wherever_it_stands(engine: Engine) -> None:
    put(engine, "usual", 0.1, 0)
    moved = document("moved", after(days=1), 0.2)
    del moved["horizons"][2]
    _store(engine, moved)
    lacking = document("lacking", after(days=2), 0.2)
    lacking["horizons"] = [one for one in lacking["horizons"] if one["years"] != 10]
    _store(engine, lacking)
    found = Past().of(engine, HEADLINE)
    assert found == whole(engine, HEADLINE)
    assert [0.1, 0.2] == [one.value for _, one in found]


def test_no_more_is_kept_than_fits(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "KEPT", 5)
    kept = Past()
    for number in range(2):
        put(engine, f"f{number}", 0.1, number)
    names = [HEADLINE, "factor.ru_west", "hazard.alliance"]
    for name in names:
        kept.of(engine, name)
    assert names[1:] == list(kept._stories)
    kept.of(engine, names[1])
    assert [names[2], names[1]] == list(kept._stories)
    for number in range(2, 6):
        put(engine, f"f{number}", 0.1, number)
    assert 6 == len(kept.of(engine, HEADLINE))
    assert [] == list(kept._stories)


def _desk(home: Path) -> Desk:
    chosen = settings.load({"FORECASTER_HOME": str(home)})
    found = Desk(chosen, open_engine(chosen.database_url))
    upgrade(found.engine)
    return found


def test_a_store_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    desk, other = _desk(tmp_path), _desk(tmp_path / "other")
    kept = Past()
    for number in range(3):
        put(desk.engine, f"here {number}", 0.1 + number / 10, number)
        put(other.engine, f"there {number}", 0.5 + number / 10, number)
    assert whole(desk.engine, HEADLINE) == kept.of(desk.engine, HEADLINE)
    put(other.engine, "there 3", 0.9, 3)
    file = settings.DATABASE_NAME
    shutil.copyfile(tmp_path / "other" / file, tmp_path / file)
    assert whole(other.engine, HEADLINE) == kept.of(desk.engine, HEADLINE)


def _varied(engine: Engine) -> None:
    for number, days in enumerate((-10, -20, -10)):
        put(engine, f"h{number}", 0.05 + number / 100, days, "hindcast", made=30.5 + number)
    put(engine, "a", 0.1, 0)
    put(engine, "b", 0.3, 1 / 7, "provisional", made=2)
    lacking = document("lacking", after(days=3), 0.2)
    lacking["horizons"] = lacking["horizons"][:1]
    _store(engine, lacking)


@pytest.mark.parametrize("name", [HEADLINE, "factor.ru_west"])
def test_a_start_begins_with_what_the_last_one_kept(
    engine: Engine, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WORTH", 6)
    _varied(engine)
    first = Past(tmp_path).of(engine, name)
    kept = story_file.load(tmp_path, name)
    assert kept is not None
    assert 6 == kept.last
    assert whole(engine, name) == first == kept.moments() == Past(tmp_path).of(engine, name)
    put(engine, "more", 0.4, 9)
    assert whole(engine, name) == Past(tmp_path).of(engine, name)
    again = story_file.load(tmp_path, name)
    assert again is not None
    assert 6 == again.last  # one forecast is not worth another file
    assert [f"{name}.npz"] == [one.name for one in tmp_path.iterdir()]


@pytest.mark.parametrize("damage", ["cut", "text", "array", "layout", "lacking", "other"])
def test_a_file_that_cannot_be_read_is_as_none(
    engine: Engine, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WORTH", 3)
    _varied(engine)
    Past(tmp_path).of(engine, HEADLINE)
    file = tmp_path / f"{HEADLINE}.npz"
    with np.load(file) as kept:
        columns = dict(kept)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:700])
    elif damage == "text":
        file.write_text("nothing")
    elif damage == "array":
        with file.open("wb") as out:
            np.save(out, np.zeros(3))
    elif damage == "layout":
        np.savez(file, **{**columns, "layout": np.asarray(0), "stood.value": np.zeros(2)})
    elif damage == "lacking":
        del columns["hindcast.id"]
        np.savez(file, **columns)
    else:
        np.savez(file, **{**columns, "name": np.asarray("elsewhere")})
    assert whole(engine, HEADLINE) == Past(tmp_path).of(engine, HEADLINE)
    assert whole(engine, HEADLINE) == Past(tmp_path).of(engine, HEADLINE)


def test_a_folder_that_cannot_be_written_is_no_matter(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WORTH", 3)
    _varied(engine)
    (tmp_path / "past").write_text("a file")
    assert whole(engine, HEADLINE) == Past(tmp_path / "past").of(engine, HEADLINE)


def test_a_rule_is_tried_on_what_is_kept_with_the_same_result(desk: Desk) -> None:
    room = Room(desk, {})
    kept = Past()
    room.publish(0.05, kind="hindcast", days=-30)
    for day, mean in enumerate([0.10, 0.15, 0.22, 0.25, 0.17, 0.1]):
        room.publish(mean, days=day)
        for name in ("headline", "headline_drift", "likely"):
            for changes in ([], ["running = 1"]):
                plain = alerting.tried(room.desk, name, changes)
                assert plain == alerting.tried(room.desk, name, changes, past=kept)
    assert [HEADLINE] == list(kept._stories)
