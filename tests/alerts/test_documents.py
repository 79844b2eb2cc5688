"""Each type of message is as its schema says, and its example too; the reference says the truth."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from forecaster.alerts import ending
from forecaster.alerts.book import test_event as event_of_test
from forecaster.alerts.formats import FORMATS, Event, render
from forecaster.alerts.guard import OPEN_PORTS
from tests.alerts.conftest import START, Installation

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCHEMAS = sorted((REFERENCE / "webhooks").glob("*.schema.json"))


def check(kind: str, body: object) -> None:
    schema = json.loads((REFERENCE / "webhooks" / f"{kind}.schema.json").read_text())
    checker = jsonschema.Draft202012Validator
    checker.check_schema(schema)
    checker(schema, format_checker=checker.FORMAT_CHECKER).validate(body)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda one: one.name)
def test_each_example_is_as_its_schema_says(schema: Path) -> None:
    kind = schema.name.removesuffix(".schema.json")
    example = json.loads(schema.with_name(f"{kind}.example.json").read_text())
    assert kind == example["type"]
    check(kind, example)


def test_what_is_sent_is_as_its_schema_says(here: Installation) -> None:
    here.add("http://127.0.0.1:9/x")
    sent: list[Event] = [
        event_of_test("desk", START),
        ending.event(here.one(), "disabled by hand", 3, START),
        ending.event(here.one()._replace(failing_since=START), "gone", 0, START),
    ]
    for one in sent:
        check(one["type"], json.loads(render("standard", one)))


def test_the_reference_names_every_format_and_port() -> None:
    page = (REFERENCE / "webhooks.md").read_text()
    for kind in FORMATS:
        assert f"| `{kind}` |" in page
    assert "80, 443 and 8443" in page
    assert (80, 443, 8443) == OPEN_PORTS
