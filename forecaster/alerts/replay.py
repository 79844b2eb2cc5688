"""What a rule would have told over a history of forecasts, so that thresholds are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from forecaster.alerts import machine, telling
from forecaster.alerts.machine import Message, Observation, Silence, State
from forecaster.alerts.rules import Crossed, Moved
from forecaster.belief import Forecast, Kind
from forecaster.store import alert_facts
from forecaster.store.handle import Engine

Moment = tuple[Kind, Forecast]


@dataclass
class Replayed:
    """What happened: messages in order, how many forecasts of each kind, and how far they moved.

    ``steps`` are the moves from one forecast to the next, in the rule's measure, for a rule about
    moves; in the quantity's own number for a rule about a threshold. ``seen`` is the quantity.
    """

    messages: list[Message] = field(default_factory=list)
    kinds: dict[Kind, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    steps: list[float] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    open: bool = False


def history(engine: Engine) -> Iterator[Moment]:
    """Every forecast that stood, and before the first of them the hindcasts of earlier times."""
    stood = alert_facts.stood(engine)
    first = next(stood, None)
    for one in alert_facts.hindcasts(engine):
        if first is None or _as_of(one[1]) < _as_of(first[1]):
            yield one
    if first is not None:
        yield first
        yield from stood


def run(
    rule: Moved | Crossed, forecasts: Iterable[Moment], silences: Sequence[Silence] = ()
) -> Replayed:
    """Show a rule one forecast after the other, each when it was made; a hindcast at its as-of."""
    done = Replayed()
    state: State | None = None
    for kind, document in forecasts:
        now = _as_of(document) if kind == "hindcast" else _made(document)
        found = telling.observation(rule, document, now)
        if found is None:
            continue
        if state is None:
            state = machine.begin(rule, found, now)
        else:
            done.steps.append(_step(rule, state.current, found))
        state, said = machine.observe(rule, state, found, now, silences)
        done.messages += said
        done.seen.append(replace(found, seen=now))
        done.kinds[kind] = done.kinds.get(kind, 0) + 1
        done.first = done.first or now
        done.last = now
    done.open = state is not None and state.origin is not None
    return done


def _step(rule: Moved | Crossed, before: Observation, after: Observation) -> float:
    if isinstance(rule, Moved):
        return machine.size(rule, before, after)
    return abs(after.value - before.value) / rule.scale


def _as_of(document: Forecast) -> datetime:
    return datetime.fromisoformat(document["as_of"])


def _made(document: Forecast) -> datetime:
    return datetime.fromisoformat(document["created_at"])
