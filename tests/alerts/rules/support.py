"""Short ways to say what the tests of rules say often."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from forecaster.alerts import evaluate
from forecaster.alerts.machine import Observation
from forecaster.alerts.rules import File, Rule
from forecaster.alerts.telling import Setup
from forecaster.belief import Explanation, Forecast, Kind
from forecaster.publish import publish
from forecaster.store import alerts, endpoints, outbox
from forecaster.store.alerts import Alert
from forecaster.store.endpoints import Endpoint, NewEndpoint
from forecaster.store.engine import writing
from forecaster.wiring import Desk
from tests import synthetic
from tests.store.support import Somebody

SOMEBODY = Somebody("an analyst", "command")
#: A message for every forecast that is not the same to the last digit: a real rule would rightly
#: keep silent about one revised figure.
ANY_MOVE = """
[rule.any_move]
title = "The headline moved at all"
when = "moved"
quantity = "alliance_by@10y"
points = 0.000001
error_multiple = 0.000001
"""
START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)


def rule(when: str = "moved", **stated: Any) -> Any:
    """One rule as the file would give it; a move of the headline by 3 points unless told else."""
    if when == "moved":
        stated = {"quantity": "alliance_by@10y", **stated}
        if not {"points", "bits", "units"} & stated.keys():
            stated["points"] = 3.0
    if when == "crossed":
        stated = {"quantity": "alliance_by@10y", "hysteresis": 2.0, **stated}
        if not {"above", "below"} & stated.keys():
            stated["above"] = 20.0
    return File.model_validate({"rule": {"r": {"when": when, **stated}}}).rule["r"]


def after(**length: float) -> datetime:
    """So long after the start."""
    return START + timedelta(**length)


def seen(value: float, at: datetime = START, error: float = 0.001, name: str = "") -> Observation:
    """A probability as it was seen."""
    lower, upper = value / 3, min(1.0, 2 * value)
    return Observation(name or at.isoformat(), at, value, lower, upper, error, at)


def document(
    name: str, at: datetime, mean: float, error: float = 0.001, made: datetime | None = None
) -> Forecast:
    """A made-up forecast with a chosen headline."""
    found = synthetic.document()
    found["forecast_id"] = name
    found["as_of"] = _text(at)
    found["created_at"] = _text(made or at)
    chosen = {"mean": mean, "lower": mean / 3, "upper": min(1.0, 2 * mean), "mcse": error}
    found["headline"] |= chosen  # type: ignore[typeddict-item]
    row = next(one for one in found["horizons"] if one["years"] == 10)
    row["alliance_by"] |= chosen  # type: ignore[typeddict-item]
    return found


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Room:
    """A desk with rules of the test's own, an endpoint or several, and forecasts that it makes."""

    def __init__(self, desk: Desk, stated: dict[str, Rule], *names: str) -> None:
        self.clock = Clock()
        self.desk = Desk(desk.settings, desk.engine, self.clock)
        self.setup = Setup(stated, "https://desk.example.org")
        self.ids = {name: self.listen(name).id for name in names}

    def listen(self, name: str, *takes: str, kind: str = "standard") -> Endpoint:
        """Make an endpoint, as the book of endpoints does."""
        new = NewEndpoint(name, "http://x", "sealed", kind, takes, "sealed")
        with writing(self.desk.engine) as connection:
            made = endpoints.create_within(connection, new, SOMEBODY, now=self.clock.now)
            evaluate.joined(connection, self.setup, made.id, self.clock.now)
        return made

    def publish(
        self,
        mean: float,
        kind: Kind = "published",
        state: float | None = None,
        why: Explanation | None = None,
        **length: float,
    ) -> Forecast:
        """A forecast with this headline, made so long after the start; ``state`` moves the rest."""
        self.clock.now = after(**length)
        name = f"f{int(self.clock.now.timestamp())}-{uuid4().hex[:6]}"
        found = document(name, self.clock.now, mean)
        if why is not None:
            found["explanation"] = why
        if state is not None:
            found["hazards"]["alliance"]["mean"] = state
            found["constraints"]["families"]["asymmetry"]["mean"] = state
        publish(
            self.desk.engine,
            found,
            kind=kind,
            posterior_path=f"posteriors/{name}.nc",
            posterior_sha256="0" * 64,
            alerting=self.setup,
            now=self.clock.now,
        )
        return found

    def look(self, **length: float) -> int:
        """What the job `alerts` does, so long after the start."""
        self.clock.now = after(**length)
        with writing(self.desk.engine) as connection:
            return evaluate.look(connection, self.setup, self.clock.now)

    def decided(self, name: str | None = None, rule: str | None = None) -> list[Alert]:
        """What was decided for the desk or an endpoint, oldest first."""
        number = 0 if name is None else self.ids[name]
        return alerts.recent(self.desk.engine, endpoint=number, rule=rule, limit=10_000)[::-1]

    def sent(self, name: str) -> list[dict[str, Any]]:
        """What is in the outbox of an endpoint, oldest first."""
        rows = outbox.deliveries(self.desk.engine, endpoint=name, limit=1000)[::-1]
        bodies = [outbox.show(self.desk.engine, one.webhook_id)[1] for one in rows]
        contents = [json.loads(one) for one in bodies]
        assert [one.type for one in rows] == [one["type"] for one in contents]
        assert all(len(one) < 20_000 for one in bodies)
        return contents
