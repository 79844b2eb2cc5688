"""One rule, one matter, one endpoint: when an alert opens, is told again, and is resolved.

Pure: ``(state, observation, now) -> (state, messages)``. Nothing is read, no clock is asked, and
what is due between two steps is done at its own time, so that how often somebody looks changes no
decision::

    calm ──fired──► open ──again──► open          a further move; still one alert
     ▲               │
     └───resolved────┘   reverted | acknowledged | settled | withdrawn

While a silence holds nothing is decided; what still holds when it ends is told then. Quiet hours
delay what was decided and lose nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Literal, NamedTuple

from forecaster.alerts import measures
from forecaster.alerts.rules import Common, Condition, Crossed, Moved

Rule = Moved | Crossed | Condition
Kind = Literal["fired", "again", "resolved"]
Reason = Literal["", "reverted", "acknowledged", "settled", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Observation:
    """A number as it was seen; a condition is 1 while it holds and 0 else.

    ``error`` is the Monte Carlo standard error of the mean; ``seen`` when it came before the rule;
    ``date`` the day that it speaks of, None for its own.
    """

    id: str
    as_of: datetime
    value: float
    lower: float
    upper: float
    error: float
    seen: datetime
    date: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered between two steps.

    Attributes
    ----------
    reference : Observation
        From which the next move is measured: the later of the last alert and what was acknowledged.
    calm : Observation, optional
        The last one on the calm side of a threshold; None: never seen there.
    recent : tuple of Observation
        Those since the reference, as far back as a window reaches.
    streak, side : int
        How many in a row have moved, and to which side.
    origin : Observation, optional
        Where the open alert began; None: no alert is open.
    episode : int
        How many alerts were opened so far.
    """

    clock: datetime
    current: Observation
    reference: Observation
    calm: Observation | None = None
    recent: tuple[Observation, ...] = ()
    streak: int = 0
    side: int = 0
    origin: Observation | None = None
    episode: int = 0
    fired_at: datetime | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What was decided at a time; it may be told from ``deliver_at`` on."""

    kind: Kind
    at: datetime
    deliver_at: datetime
    previous: Observation
    current: Observation
    side: int
    episode: int
    reason: Reason = ""


class Silence(NamedTuple):
    """From the moment it was asked for until its end; a later one takes the place of an earlier."""

    start: datetime
    until: datetime


Step = tuple[State, tuple[Message, ...]]


def begin(rule: Rule, first: Observation, now: datetime) -> State:
    """The state of somebody who has just seen an observation: nothing is told of that one."""
    first = replace(first, seen=now)
    return State(now, first, first, calm=None if _beyond(rule, first) else first, recent=(first,))


def observe(
    rule: Rule, state: State, found: Observation, now: datetime, silences: Sequence[Silence] = ()
) -> Step:
    """Take in a new observation."""
    state, said = _due(rule, state, now, silences)
    if found.seen != now:
        found = replace(found, seen=now)
    calm = state.calm if _beyond(rule, found) else found
    recent = _kept(rule, (*state.recent, found), now)
    # Field by field, for `replace` is slow and `try` takes 10,000 steps.
    rest = state.origin, state.episode, state.fired_at, state.opened_at
    known = State(now, found, state.reference, calm, recent, state.streak, state.side, *rest)
    side, _ = _moved(rule, known, now)
    streak = 0 if side == 0 else state.streak + 1 if side == state.side else 1
    if (streak, side) != (state.streak, state.side):
        known = State(now, found, state.reference, calm, recent, streak, side, *rest)
    state, more = _decide(rule, known, now, silences)
    return state, (*said, *more)


def advance(rule: Rule, state: State, now: datetime, silences: Sequence[Silence] = ()) -> Step:
    """Do what has become due by now, each at its own time."""
    state, said = _due(rule, state, now, silences)
    return replace(state, clock=now), said


def _due(rule: Rule, state: State, now: datetime, silences: Sequence[Silence]) -> Step:
    """The same, the clock left at the last of it."""
    state = _no_later(state, now)
    said: tuple[Message, ...] = ()
    while (due := _next(rule, state, now, silences)) is not None:
        state, more = _decide(rule, replace(state, clock=due), due, silences)
        said += more
    return state, said


def acknowledge(
    rule: Rule, state: State, seen: Observation, now: datetime, silences: Sequence[Silence] = ()
) -> Step:
    """Somebody knows of a forecast: moves are measured from it, unless a later one was told."""
    state, said = advance(rule, state, now, silences)
    if not isinstance(rule, Moved) or seen.as_of < state.reference.as_of:
        return state, said
    seen = replace(seen, seen=now)
    more: tuple[Message, ...] = ()
    if state.origin is not None:
        state, more = _resolve(rule, state, now, "acknowledged")
    state = replace(state, reference=seen, recent=(seen,), streak=0, side=0)
    return state, (*said, *more)


def withdraw(state: State, now: datetime) -> Step:
    """The rule is gone: an open alert ends with it, at once."""
    state = _no_later(state, now)
    if state.origin is None:
        return state, ()
    side = 1 if state.current.value > state.reference.value else -1
    said = Message(
        "resolved", now, now, state.reference, state.current, side, state.episode, "withdrawn"
    )
    return replace(_from_here(state), clock=now, origin=None, opened_at=None), (said,)


def silenced(silences: Sequence[Silence], at: datetime) -> bool:
    """Whether the last silence that was asked for by then still holds."""
    asked = [one for one in silences if one.start <= at]
    return bool(asked) and at < asked[-1].until


def may_fire(rule: Common, fired_at: datetime | None, at: datetime) -> bool:
    """Whether the last alert lies long enough back."""
    return fired_at is None or at >= fired_at + rule.min_interval


def told_at(rule: Common, at: datetime) -> datetime:
    """When what is decided at a moment may be told: then, or when the quiet hours end."""
    return at if rule.quiet is None else rule.quiet.hours.until(at)


def size(rule: Moved, before: Observation, after: Observation) -> float:
    """How far apart two observations are, in the rule's measure."""
    return rule.apart(before.value, after.value)


def _decide(rule: Rule, state: State, at: datetime, silences: Sequence[Silence]) -> Step:
    if silenced(silences, at):
        return state, ()
    said: tuple[Message, ...] = ()
    if (why := _over(rule, state, at)) is not None:
        state, said = _resolve(rule, state, at, why)
    tells = state.origin is None or isinstance(rule, Moved)
    running = rule.running if isinstance(rule, Moved | Crossed) else 1
    if tells and state.streak >= running and may_fire(rule, state.fired_at, at):
        side, before = _moved(rule, state, at)
        if side:
            state, more = _fire(rule, state, at, before)
            said += more
    return state, said


def _fire(rule: Rule, state: State, at: datetime, before: Observation) -> Step:
    first = state.origin is None
    episode = state.episode + first
    kind: Kind = "fired" if first else "again"
    side = 1 if state.current.value > before.value else -1
    said = Message(kind, at, told_at(rule, at), before, state.current, side, episode)
    after = replace(
        _from_here(state),
        origin=before if first else state.origin,
        episode=episode,
        fired_at=at,
        opened_at=at if first else state.opened_at,
    )
    return after, (said,)


def _resolve(rule: Rule, state: State, at: datetime, why: Reason) -> Step:
    side = 1 if state.current.value > state.reference.value else -1
    said = Message(
        "resolved", at, told_at(rule, at), state.reference, state.current, side, state.episode, why
    )
    after = state if why == "settled" else _from_here(state)
    return replace(after, origin=None, opened_at=None), (said,)


def _from_here(state: State) -> State:
    """The next move is measured from what stands now."""
    here = state.current
    return replace(state, reference=here, recent=(here,), streak=0, side=0)


def _moved(rule: Rule, state: State, at: datetime) -> tuple[int, Observation]:
    """To which side it has moved far enough (0: it has not), and from where."""
    if isinstance(rule, Moved):
        known = _since(rule, state, at)
        if not _may_be_far(rule, known, state.current):
            return 0, state.reference
        sizes = [(size(rule, one, state.current), one) for one in known]
        far = [
            one for one in sizes if one[0] >= rule.least and _counts(rule, one[1], state.current)
        ]
        if not far:
            return 0, state.reference
        _, before = max(far, key=itemgetter(0))
        return (1 if state.current.value > before.value else -1), before
    if state.calm is None or not _beyond(rule, state.current):
        return 0, state.reference
    if not _certain(rule, state.calm, state.current):
        return 0, state.reference
    return (rule.side if isinstance(rule, Crossed) else 1), state.calm


def _may_be_far(rule: Moved, known: Sequence[Observation], after: Observation) -> bool:
    """False only if none is far: the lowest or the highest is farthest, but for rounding."""
    if len(known) < 2:
        return True
    values = [one.value for one in known]
    least = 0.999 * rule.least
    return any(rule.apart(one, after.value) >= least for one in (min(values), max(values)))


def _counts(rule: Moved, before: Observation, after: Observation) -> bool:
    rose = after.value > before.value
    wanted = rule.direction == "either" or rose == (rule.direction == "up")
    return wanted and _certain(rule, before, after)


def _certain(rule: Rule, before: Observation, after: Observation) -> bool:
    """Whether the difference is more than the simulation's own noise."""
    if not isinstance(rule, Moved | Crossed):
        return True
    noise = measures.error_of_difference(before.error, after.error)
    return abs(after.value - before.value) > rule.error_multiple * noise


def _since(rule: Moved, state: State, at: datetime) -> tuple[Observation, ...]:
    """What the current one is compared with: the reference, or all in a window since then."""
    if rule.within is None:
        return (state.reference,)
    return _from(state.recent, at - rule.within)


def _kept(rule: Rule, recent: tuple[Observation, ...], now: datetime) -> tuple[Observation, ...]:
    if not isinstance(rule, Moved) or rule.within is None:
        return recent[-1:]
    return _from(recent, now - rule.within)


def _from(recent: tuple[Observation, ...], start: datetime) -> tuple[Observation, ...]:
    """Those after a time, and the one that stood then; they are in the order of time."""
    later = bisect_right(recent, start, key=lambda one: one.seen)
    return recent[max(later - 1, 0) :]


def _beyond(rule: Rule, found: Observation) -> bool:
    if isinstance(rule, Crossed):
        return rule.side * (found.value - rule.threshold) > 0
    return not isinstance(rule, Moved) and found.value > 0.5


def _over(rule: Rule, state: State, at: datetime) -> Reason | None:
    """Why the open alert ends now; None if none is open or it goes on."""
    if state.origin is None:
        return None
    if isinstance(rule, Moved):
        if size(rule, state.origin, state.current) <= rule.back * rule.least:
            return "reverted"
        lapsed = state.fired_at is not None and at >= state.fired_at + rule.settles
        return "settled" if lapsed else None
    if isinstance(rule, Crossed):
        back = rule.threshold - rule.side * rule.hysteresis * rule.scale
        return "reverted" if rule.side * (state.current.value - back) <= 0 else None
    return None if _beyond(rule, state.current) else "reverted"


def _next(rule: Rule, state: State, now: datetime, silences: Sequence[Silence]) -> datetime | None:
    """The next moment, up to now, at which something may be decided that could not before."""
    dues = [one.until for one in silences]
    if state.fired_at is not None:
        dues.append(state.fired_at + rule.min_interval)
        if isinstance(rule, Moved):
            dues.append(state.fired_at + rule.settles)
    return min((one for one in dues if state.clock < one <= now), default=None)


def _no_later(state: State, now: datetime) -> State:
    """Where the clock stepped back, what it had said before is taken as said just now."""
    if now >= state.clock:
        return state
    return replace(
        state,
        clock=now,
        current=replace(state.current, seen=min(state.current.seen, now)),
        reference=replace(state.reference, seen=min(state.reference.seen, now)),
        recent=tuple(replace(one, seen=min(one.seen, now)) for one in state.recent),
        fired_at=None if state.fired_at is None else min(state.fired_at, now),
    )
