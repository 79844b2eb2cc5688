"""Every message fits the schema of its type, and every type has an example that is one of ours.

``FORECASTER_TEST_WRITE_EXAMPLES=1`` writes the examples anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from forecaster.alerts import telling
from forecaster.store import readings, resolutions, visits
from forecaster.store.visits import Failure
from forecaster.wiring import Desk
from tests import synthetic
from tests.alerts.rules.support import Room, after, rule
from tests.alerts.rules.test_matters import new

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "webhooks"
OURS = sorted(
    {*telling.SHIFTED.values(), *telling.TYPES.values(), telling.CROSSED, telling.RESOLVED}
)
EVERY = [*OURS, "alerts.grouped"]
WRITE = "FORECASTER_TEST_WRITE_EXAMPLES" in os.environ


@pytest.fixture
def bodies(desk: Desk) -> dict[str, dict[str, Any]]:
    """One message of each type, made by the rules themselves."""
    stated = {
        "headline": rule(points=3.0),
        "rate": rule(quantity="hazard.alliance", points=0.5),
        "asymmetry": rule(quantity="strength.asymmetry", units=0.1),
        "likely": rule("crossed", above=12.0),
        "late": rule("stale", indicators=["trade_total"]),
        "failing": rule("failing", failures=1),
        "rejected": rule("rejected", running=1),
        "revised": rule("revised", indicators=["gdp_ratio"]),
        "resolution": rule("resolution"),
    }
    stated = {name: one.model_copy(update={"group": False}) for name, one in stated.items()}
    stated["second"] = rule(points=3.0)
    stated["third"] = rule(points=4.0)
    room = Room(desk, stated, "one")
    readings.add(desk.engine, [new(1.0, "gdp_ratio", "2031")], now=after())
    room.publish(0.10)
    room.look()
    why = synthetic.explanation("before", "after", 0.10, 0.15)
    room.publish(0.15, days=1, state=0.5, why=why)
    room.publish(0.15, kind="rejected", days=2)
    visits.fail(desk.engine, Failure("sipri", ["arms_orders"], "503"), now=after(days=3))
    readings.add(desk.engine, [new(2.0, "gdp_ratio", "2031", day=3)], now=after(days=3))
    resolutions.add(desk.engine, "balancing", after().date(), "https://example.org/b", after())
    room.look(days=400)
    room.publish(0.10, days=401)
    return {one["type"]: one for one in room.sent("one")}


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / f"{kind}.schema.json").read_text())
    Draft202012Validator.check_schema(found)
    return found


def test_every_type_has_been_told_and_has_a_schema(bodies: dict[str, dict[str, Any]]) -> None:
    assert sorted(EVERY) == sorted(bodies)
    listed = {path.name.removesuffix(".schema.json") for path in DOCS.glob("*.schema.json")}
    assert set(EVERY) <= listed


def test_messages_and_examples_fit_the_schema_of_their_type(
    bodies: dict[str, dict[str, Any]],
) -> None:
    for kind, body in bodies.items():
        if WRITE:
            text = json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True)
            (DOCS / f"{kind}.example.json").write_text(f"{text}\n")
        validator = Draft202012Validator(schema(kind))
        assert [] == [one.message for one in validator.iter_errors(body)], kind
        example = json.loads((DOCS / f"{kind}.example.json").read_text())
        assert [] == [one.message for one in validator.iter_errors(example)], kind


@pytest.mark.parametrize("kind", EVERY)
def test_a_schema_refuses_what_is_no_message(kind: str) -> None:
    validator = Draft202012Validator(schema(kind))
    good = json.loads((DOCS / f"{kind}.example.json").read_text())
    for key in ("type", "timestamp", "data"):
        assert not validator.is_valid({name: good[name] for name in good if name != key})
    for key in good["data"]:
        data = {name: value for name, value in good["data"].items() if name != key}
        assert not validator.is_valid({**good, "data": data}), key
    assert not validator.is_valid({**good, "data": {**good["data"], "more": 1}})
    assert not validator.is_valid({**good, "type": "another.type"})
