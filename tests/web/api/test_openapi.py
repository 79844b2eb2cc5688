"""The description in the repository is what the API says of itself, and is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forecaster.web.api import mount
from tests.web.api.conftest import Asker

FILE = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
KEPT: dict[str, Any] = json.loads(FILE.read_text())
OPERATIONS = [(path, method) for path, operations in KEPT["paths"].items() for method in operations]


def test_the_file_is_what_the_api_says_of_itself(ask: Asker) -> None:
    assert FILE.read_text() == mount.text(), "run `make openapi`"
    assert ask.json("openapi.json") == KEPT
    assert KEPT["openapi"].startswith("3.1.")


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_says_what_it_answers(path: str, method: str) -> None:
    operation = KEPT["paths"][path][method]
    assert operation["description"]
    good = [status for status in operation["responses"] if status.startswith("2")]
    assert good
    for status in good:
        for content in operation["responses"][status]["content"].values():
            assert content["schema"], f"{status} has no schema"
    for status in ("400", "401", "403", "429", "503"):
        content = operation["responses"][status]["content"]
        assert list(content) == ["application/problem+json"]
    if method == "post":
        assert operation["security"] == [{"token": []}]
        assert {"404", "409", "413", "422"} <= set(operation["responses"])


def test_no_two_operations_have_one_name() -> None:
    names = [KEPT["paths"][path][method]["operationId"] for path, method in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(KEPT)
    named = {one.partition('"')[0] for one in text.split('"#/components/schemas/')[1:]}
    assert named == set(KEPT["components"]["schemas"])
