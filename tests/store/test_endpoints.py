"""Endpoints are stored with their line in the audit log; a removed one frees its name."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from forecaster.errors import StoreError, UnknownName, UsageError
from forecaster.store import audit, endpoints
from forecaster.store.engine import reading, writing
from tests.store.outgoing import WHO, endpoint
from tests.store.support import NOW


def test_an_endpoint_comes_back_as_it_was_stored(engine: Engine) -> None:
    made = endpoint(engine, rules=("alliance", "any.move"))
    assert made == endpoints.named(engine, "desk")
    assert [made] == endpoints.every(engine)
    assert ("alliance", "any.move") == made.rules
    assert [True, False] == [made.takes(rule) for rule in ("alliance", "retreat")]
    (line,) = audit.entries(engine)
    assert ("endpoint.create", "desk", "an operator") == (line.action, line.object, line.who)
    assert "sealed" not in str(line.details)


def test_a_name_is_taken_once(engine: Engine) -> None:
    endpoint(engine)
    with pytest.raises(UsageError, match="there is an endpoint called 'desk'"):
        endpoint(engine)
    with pytest.raises(UnknownName, match="no endpoint is called 'dusk'; nearest: desk"):
        endpoints.named(engine, "dusk")


def test_live_are_those_neither_disabled_nor_removed(engine: Engine) -> None:
    one, two, three = (endpoint(engine, name) for name in ("one", "two", "three"))
    with writing(engine) as connection:
        endpoints.change(connection, two.id, disabled_at=NOW, disabled_why="by hand")
        endpoints.change(connection, three.id, removed_at=NOW)
        assert [one] == endpoints.live(connection)
    assert ["one", "two"] == [each.name for each in endpoints.every(engine)]
    again = endpoint(engine, "three")
    assert again.id != three.id


@pytest.mark.parametrize(
    "action",
    [
        "UPDATE endpoints SET sealed_url = 'elsewhere'",
        "UPDATE endpoints SET name = 'other'",
        "DELETE FROM endpoints",
        "UPDATE endpoints SET failures = 3 WHERE removed_at IS NOT NULL",
    ],
)
def test_where_it_leads_never_changes_and_no_row_goes(engine: Engine, action: str) -> None:
    gone = endpoint(engine)
    with writing(engine) as connection:
        endpoints.change(connection, gone.id, removed_at=NOW)
        assert endpoints.numbered(connection, gone.id) is None
    endpoint(engine, "other one")
    with (
        pytest.raises(StoreError, match="endpoints is append-only"),
        writing(engine) as connection,
    ):
        connection.execute(text(action))
    with reading(engine) as connection:
        assert 2 == connection.execute(text("SELECT count(*) FROM endpoints")).scalar()
    assert ("endpoint.create", WHO.name) == (audit.entries(engine)[0].action, "an operator")
