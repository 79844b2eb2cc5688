"""Which forecast stands, and that documents come back as they went in."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from forecaster.belief import Forecast, Kind
from forecaster.errors import StoreError
from forecaster.store import forecasts
from forecaster.store.engine import writing
from tests import synthetic
from tests.store.support import day


def document(
    forecast_id: str, as_of: str = "2026-11-22T06:10:00Z", created_at: str | None = None
) -> Forecast:
    made = copy.deepcopy(synthetic.document())
    made["forecast_id"] = forecast_id
    made["as_of"] = as_of
    made["created_at"] = created_at or as_of
    made["data_hash"] = f"data of {forecast_id}"
    return made


def store(engine: Engine, made: Forecast, kind: Kind = "published") -> Forecast:
    with writing(engine) as connection:
        forecasts.insert(connection, made, kind=kind, posterior_path=None, posterior_sha256=None)
    return made


def standing(engine: Engine, at: datetime | None = None) -> str | None:
    found = forecasts.standing(engine, at)
    return None if found is None else found["forecast_id"]


def test_before_the_first_nothing_stands(engine: Engine) -> None:
    assert forecasts.standing(engine) is None
    assert forecasts.last_data_hash(engine) is None
    assert forecasts.get(engine, "none") is None
    assert [] == forecasts.history(engine)


def test_a_document_comes_back_as_it_went_in(engine: Engine) -> None:
    made = document("one")
    made["headline"]["mean"] = 0.1 + 0.2
    made["definition"] = "“союз” 同盟 \U0001f600 <script>"
    store(engine, made)
    found = forecasts.get(engine, "one")
    assert found == made == forecasts.standing(engine)
    assert found is not None
    assert list(made) == list(found)


def test_the_latest_as_of_stands_then_the_latest_made(engine: Engine) -> None:
    store(engine, document("second", "2026-11-02T06:00:00Z"))
    store(engine, document("first", "2026-11-01T06:00:00Z", "2026-11-03T06:00:00Z"))
    assert standing(engine) == "second"
    store(engine, document("again", "2026-11-02T06:00:00Z", "2026-11-02T07:00:00Z"))
    store(engine, document("early", "2026-11-02T06:00:00Z", "2026-11-02T06:30:00Z"))
    assert standing(engine) == "again"
    assert forecasts.last_data_hash(engine) == "data of again"


def test_a_forecast_stands_from_its_as_of_on(engine: Engine) -> None:
    store(engine, document("one", "2026-02-01T00:00:00Z"))
    store(engine, document("two", "2026-02-11T01:00:00+01:00"))
    stood = [standing(engine, day(number)) for number in (30, 31, 40, 41, 99)]
    assert stood == [None, "one", "one", "two", "two"]


def test_hindcasts_and_rejected_ones_never_stand(engine: Engine) -> None:
    kinds: list[Kind] = ["provisional", "rejected", "hindcast"]
    for number, kind in enumerate(kinds):
        store(engine, document(kind, f"2026-11-0{number + 1}T06:00:00Z"), kind)
    assert standing(engine) == "provisional"
    assert [one.forecast_id for one in forecasts.history(engine)] == ["provisional"]
    everything = forecasts.history(engine, kinds=forecasts.KINDS)
    assert [(one.forecast_id, one.kind) for one in everything] == [(k, k) for k in kinds]
    assert forecasts.get(engine, "rejected") is not None


def test_what_came_before_one_is_newest_first_and_of_the_kinds_asked_for(engine: Engine) -> None:
    kinds: dict[str, Kind] = {
        "a": "published", "b": "provisional", "c": "rejected", "d": "published", "e": "hindcast"
    }  # fmt: skip
    for number, (name, kind) in enumerate(kinds.items(), 2):
        store(engine, document(name, f"2026-11-{number:02}T06:00:00Z"), kind)
    store(engine, document("again", "2026-11-05T06:00:00Z", "2026-11-09T06:00:00Z"))

    def before(name: str, *only: Kind, limit: int = 9) -> list[str]:
        chosen = only or forecasts.STANDS
        found = forecasts.earlier(engine, name, kinds=chosen, limit=limit)
        return [one.forecast_id for one in found]

    assert before("e") == ["again", "d", "b", "a"]
    assert before("again", limit=2) == ["d", "b"]
    assert before("d", "published") == ["a"]
    assert before("c", "provisional") == ["b"]
    assert before("a") == before("none") == []
    then = datetime(2026, 11, 3, 12, tzinfo=UTC)
    fit = forecasts.standing(engine, then, kinds=("published",))
    assert fit is not None
    assert (fit["forecast_id"], standing(engine, then)) == ("a", "b")


def test_the_history_is_oldest_first_and_in_full_precision(engine: Engine) -> None:
    store(engine, document("two", "2026-11-02T06:00:00Z"))
    made = store(engine, document("one", "2026-11-01T06:00:00Z"))
    one, two = forecasts.history(engine)
    assert (one.forecast_id, two.forecast_id) == ("one", "two")
    assert one.as_of == datetime.fromisoformat("2026-11-01T06:00:00Z")
    assert one.headline_mean == made["headline"]["mean"]
    assert one.headline_date.isoformat() == made["headline"]["date"]


def test_the_posterior_is_found_by_its_relative_path(engine: Engine) -> None:
    with writing(engine) as connection:
        forecasts.insert(
            connection,
            document("one"),
            kind="published",
            posterior_path="posteriors/one.nc",
            posterior_sha256="ab" * 32,
        )
    store(engine, document("two"))
    assert forecasts.posterior_of(engine, "one") == ("posteriors/one.nc", "ab" * 32)
    assert forecasts.posterior_of(engine, "two") is None
    assert forecasts.posterior_of(engine, "three") is None


@pytest.mark.parametrize(
    ("kind", "path", "sha256", "told"),
    [
        ("guess", None, None, "kind 'guess' is none of"),
        ("published", "/elsewhere/one.nc", "ab", "relative to the state folder"),
        ("published", "one.nc", None, "path and hash"),
    ],
)
def test_misuse_is_refused(
    engine: Engine, kind: Kind, path: str | None, sha256: str | None, told: str
) -> None:
    with pytest.raises(ValueError, match=told), writing(engine) as connection:
        forecasts.insert(
            connection, document("one"), kind=kind, posterior_path=path, posterior_sha256=sha256
        )
    assert forecasts.get(engine, "one") is None


def test_numbers_that_are_none_are_refused(engine: Engine) -> None:
    made = document("one")
    made["headline"]["mcse"] = float("nan")
    with pytest.raises(ValueError, match="not JSON compliant"):
        store(engine, made)


def test_an_id_is_given_once(engine: Engine) -> None:
    store(engine, document("one"))
    with pytest.raises(StoreError, match="refused"):
        store(engine, document("one", "2026-12-01T06:00:00Z"))
    assert [one.forecast_id for one in forecasts.history(engine)] == ["one"]


def test_pages_together_are_the_history_newest_first(engine: Engine) -> None:
    for number in range(7):  # three of them as of one moment, two of those made at one moment
        as_of = f"2026-11-0{1 + number // 3}T06:00:00Z"
        store(engine, document(f"f{number}", as_of, f"2026-11-0{5 + number // 2}T06:00:00Z"))
    store(engine, document("turned away", "2026-11-09T06:00:00Z"), kind="rejected")
    found: list[str] = []
    after: int | None = None
    while page := forecasts.page(engine, limit=2, after=after):
        if after is None:  # one that comes meanwhile moves nothing
            store(engine, document("newer", "2026-11-20T06:00:00Z"))
        found += [one.forecast_id for _, one in page]
        after = page[-1][0]
    everything = [one.forecast_id for one in reversed(forecasts.history(engine))]
    assert ["newer", *found] == everything
    assert len(found) == 7
    assert [] == forecasts.page(engine, limit=2, after=4711)
    assert ["turned away"] == [
        one.forecast_id for _, one in forecasts.page(engine, kinds=["rejected"], limit=9)
    ]
    assert forecasts.kind_of(engine, "turned away") == "rejected"
    assert forecasts.kind_of(engine, "none") is None
