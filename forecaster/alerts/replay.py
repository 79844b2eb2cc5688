"""What a rule would have told over a history of forecasts, so that thresholds are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forecaster.alerts import machine
from forecaster.alerts.machine import Message, Observation, Silence, State
from forecaster.alerts.rules import Crossed, Moved
from forecaster.belief import Kind

Moment = tuple[Kind, Observation]


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


def run(
    rule: Moved | Crossed, past: Iterable[Moment], silences: Sequence[Silence] = ()
) -> Replayed:
    """Show a rule its quantity in one forecast after the other, each when it was seen."""
    done = Replayed()
    state: State | None = None
    for kind, found in past:
        now = found.seen
        if state is None:
            state = machine.begin(rule, found, now)
        else:
            done.steps.append(_step(rule, state.current, found))
        state, said = machine.observe(rule, state, found, now, silences)
        done.messages += said
        done.seen.append(found)
        done.kinds[kind] = done.kinds.get(kind, 0) + 1
        done.first = done.first or now
        done.last = now
    done.open = state is not None and state.origin is not None
    return done


def _step(rule: Moved | Crossed, before: Observation, after: Observation) -> float:
    if isinstance(rule, Moved):
        return machine.size(rule, before, after)
    return abs(after.value - before.value) / rule.scale
