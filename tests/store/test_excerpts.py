"""What the database takes out of a document is what stands in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from forecaster.alerts import quantities
from forecaster.store import excerpts, forecasts
from forecaster.store.engine import reading
from tests.store.test_forecasts import document, store


def _in(whole: Any, place: excerpts.Place) -> Any:
    for step in place:
        whole = whole[step]
    return whole


def test_every_quantity_is_found_where_it_stands(engine: Engine) -> None:
    made = document("one")
    made["definition"] = "“союз” 同盟 \U0001f600"
    made["horizons"][4]["alliance_by"]["mean"] = 0.1 + 0.2
    made["diagnostics"]["ess_bulk_min"] = 1234.5678901234567
    store(engine, made)
    for name in quantities.UNITS:
        for place in quantities.places(name):
            with reading(engine) as connection:
                ((stored, found, diagnostics),) = excerpts.read(connection, place, ("published",))
            assert _in(made, place) == found
            assert made["diagnostics"] == diagnostics
            value = quantities.of(name, made)
            assert value is not None
            assert value == quantities.of(name, quantities.alone(place, found))
        assert ("one", "published", 1) == (stored.forecast_id, stored.kind, stored.id)
        assert stored.created_at == stored.as_of


def test_what_a_document_lacks_is_none(engine: Engine) -> None:
    made = document("one")
    made["horizons"] = made["horizons"][:2]
    del made["hazards"]["rupture"]
    store(engine, made)
    for name in ("alliance_by@10y", "hazard.rupture"):
        for place in quantities.places(name):
            with reading(engine) as connection:
                ((_, found, _),) = excerpts.read(connection, place, ("published",))
            assert quantities.of(name, quantities.alone(place, found)) is None


def test_only_what_lies_behind_a_number_is_read_in_its_order(engine: Engine) -> None:
    store(engine, document("one"))
    store(engine, document("two", "2026-11-20T06:00:00Z"), "provisional")
    store(engine, document("three"), "rejected")
    store(engine, document("four", "2020-01-01T06:00:00Z"), "hindcast")
    with reading(engine) as connection:
        rows = excerpts.read(connection, ("horizons",), (*forecasts.STANDS, "hindcast"), after=1)
        assert ["two", "four"] == [stored.forecast_id for stored, _, _ in rows]
        assert ["one", None] == [excerpts.name_of(connection, number) for number in (1, 9)]
