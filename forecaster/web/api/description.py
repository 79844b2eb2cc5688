"""The description of the API, OpenAPI 3.1: what FastAPI knows, and how errors are told.

``docs/reference/openapi.json`` is this document; ``make openapi`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

import forecaster
from forecaster.web import problems
from forecaster.web.api import shapes

PREFIX = "/api/v1"
SUMMARY = (
    "The documents of the `forecaster` commands. Times are RFC 3339 in UTC, probabilities "
    "fractions; errors are problem documents (RFC 9457). GET answers carry an ETag, and HEAD "
    "answers wherever GET does. On this machine anyone may read; a write needs a token with its "
    "scope."
)
PROBLEMS = {
    400: "The request cannot be read, or names another host.",
    401: "A token is needed, or the one given opens nothing.",
    403: "The token lacks the scope.",
    404: "There is no such thing.",
    406: "None of what `Accept` asks for can be given.",
    408: "The body came too slowly.",
    409: "Somebody was first, or it is under way.",
    412: "It has changed since you read it.",
    413: "The body is too long.",
    416: "`Range` names no part of the file.",
    422: "Something cannot be meant; `detail` says what was expected.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "Part of the state is missing or cannot be used; `detail` says what to do.",
}
_MISSING = ("/standing", "/explain", "/watch", "/what-if", "/prior-share")
_NEGOTIATED = ("/series", "/readings")
_REF = "#/components/schemas/{model}"


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The description of those routes that lie under ``/api/v1``."""
    found = get_openapi(
        title="Sino-Russian alignment",
        version=forecaster.__version__,
        openapi_version="3.1.0",
        description=SUMMARY,
        routes=routes,
        license_info={"name": "MIT", "identifier": "MIT"},
        separate_input_output_schemas=False,
    )
    found["paths"] = {
        path: operations for path, operations in found["paths"].items() if path.startswith(PREFIX)
    }
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _describe(path, method, operation)
    schemas = found["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    models = [(shapes.Problem, "serialization"), (shapes.Quarantined, "serialization")]
    _, definitions = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
    schemas.update(definitions["$defs"])
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    return found


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in _possible(path, method, operation):
        quarantined = status == 422 and method == "post" and path.endswith("/readings")
        name = "Quarantined" if quarantined else "Problem"
        responses[str(status)] = {
            "description": PROBLEMS[status],
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=name)}}},
        }
    if method == "get":
        operation["security"] = [{}, {"token": []}]
        responses["304"] = {"description": "Nothing has changed since the ETag that was named."}
        responses["200"]["headers"] = {
            "ETag": {"schema": {"type": "string"}, "description": "For `If-None-Match`."}
        }
    operation["responses"] = dict(sorted(responses.items()))


def _possible(path: str, method: str, operation: dict[str, Any]) -> Iterator[int]:
    yield from (400, 401, 403, 429, 503)
    parameters = {one["name"] for one in operation.get("parameters", ())}
    if "{" in path or path.endswith(_MISSING) or method == "post":
        yield 404
    if method == "get" and path.endswith(_NEGOTIATED):
        yield 406
    if path.endswith("/draws.nc"):
        yield 416
    if parameters or "requestBody" in operation:
        yield 422
    else:
        operation["responses"].pop("422", None)
    if method == "post":
        yield from (408, 409, 413)
    if "If-Match" in parameters:
        yield 412
