"""Schemathesis against the description: no server error, no answer that is not described.

Each operation is asked two hundred times by what fits its description and by what does not; half
of what fits is pointed at things that exist.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks
from starlette.types import ASGIApp, Receive, Scope, Send

from forecaster import asked
from forecaster.store import forecasts
from forecaster.wiring import Desk
from priors.what_if import OwnWhatIfs
from tests import analysed
from tests.web.api import told
from tests.web.api.conftest import analyse, make_token
from tests.web.api.test_asking import future
from tests.web.api.test_openapi import KEPT, OPERATIONS

pytestmark = pytest.mark.slow
EXAMPLES = 200
#: What is there, by the name of the part of the path.
THERE: dict[str, list[Any]] = {
    "forecast_id": ["standing", "third", "second", "turned-away"],
    "indicator": ["trade_total", "leader_meetings", "gdelt_tone"],
    "number": [1, 2, 3],
    "name": ["update", "collect"],
    "rule": ["headline", "likely", "headline_drift"],
    "sequence": [1, 2],
}
#: The same where a name is that of an endpoint; the deliveries are found when they are there.
ENDPOINTS = ["desk", "chat"]
#: A period of the calendar may lie ahead, a day may not exist, a reading may be set aside: a
#: description cannot say it, and such requests are answered 422.
NOT_ASKED = [checks.positive_data_acceptance]
HOST = {"host": "127.0.0.1"}


def _answering_only(app: FastAPI) -> ASGIApp:
    """The desk without what goes on beside its answers: it would begin anew with each request."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{step}"
            await send({"type": f"lifespan.{step}.complete"})

    return answer


@pytest.fixture
def schema(app: FastAPI, desk: Desk) -> Any:
    """The description with the desk behind it."""
    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps(KEPT)))
    loaded.app = _answering_only(app)
    token = make_token(desk, "read", "record", "operate")
    THERE["webhook_id"] = told.fill(desk)
    stands = forecasts.standing(desk.engine)
    assert stands is not None
    analyse(desk, stands["forecast_id"])
    for size in range(3):
        own = OwnWhatIfs.model_validate(future(shift={"ru_west": size})).what_if
        asked.ask(desk, own, told.WHO)
    asked.keep(desk, asked.require(desk, 1), analysed.what_ifs())
    asked.give_up(desk, asked.require(desk, 2), "the draws are gone")

    @loaded.auth()  # so that it can leave the token out, too
    class _Token:
        def get(self, _case: Any, _context: Any) -> str:
            return token

        def set(self, case: Any, data: str, _context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}

    return loaded


def _point(case: Any, there: int) -> None:
    """Point a request at something that exists, at times without what chance may not guess."""
    for name in case.path_parameters:
        known = ENDPOINTS if name == "name" and "/endpoints/" in case.path else THERE.get(name)
        if known is not None:
            case.path_parameters[name] = known[there % len(known)]
    if case.path.endswith("/endpoints"):
        case.body = {"url": "http://127.0.0.1:9/", "name": f"desk-{there}", "rules": ["stale"]}
    if case.path.endswith("/silence"):
        case.body = {"until": f"2030-01-0{1 + there}"}
    if case.path.endswith("/replay") and case.method == "GET":
        case.query = {"set": [f"min_interval = '{there + 1}h'"]}
    if case.path.endswith("/questions") and case.method == "POST":
        case.body = future(shift={"ru_west": there})
    if there % 2 == 0:
        case.headers.pop("If-Match", None)
        if case.path.endswith("/confirm"):
            case.body = {"counted": True}


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_is_answered_that_is_not_described(schema: Any, path: str, method: str) -> None:
    operation = schema[path][method.upper()]
    cases = st.one_of(
        [
            operation.as_strategy(generation_mode=mode, auth_storage=schema.auth)
            for mode in GenerationMode
        ]
    )
    answered: Counter[int] = Counter()
    operation_has_parts = bool(KEPT["paths"][path][method].get("parameters"))

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, there=st.none() | st.integers(0, 3))
    def asked(case: Any, there: int | None) -> None:
        if there is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
            _point(case, there)
        answer = case.call_and_validate(headers=HOST, excluded_checks=NOT_ASKED)
        answered[answer.status_code] += 1

    asked()
    assert sum(answered.values()) >= (EXAMPLES if operation_has_parts else 1)
    assert any(200 <= status < 300 for status in answered), answered
