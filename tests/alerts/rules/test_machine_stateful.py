"""What holds whatever happens: flapping, silences, quiet hours, restarts, clocks that step back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import hypot
from typing import Any

import hypothesis.stateful as machines
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from forecaster.alerts import machine
from forecaster.alerts.machine import Message, Silence, State
from forecaster.alerts.rules import Crossed, Moved
from tests.alerts.rules.support import rule, seen

STATES = TypeAdapter(State)
# Over both changes of the clocks of 2026.
FIRST = st.sampled_from(
    [
        datetime(2026, 3, 27, 20, tzinfo=UTC),
        datetime(2026, 10, 23, 20, tzinfo=UTC),
        datetime(2026, 6, 1, tzinfo=UTC),
    ]
)
QUIET = st.sampled_from(
    [
        None,
        {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"},
        {"start": "01:30", "end": "02:30", "zone": "America/New_York"},
        {"start": "02:15", "end": "02:10", "zone": "Australia/Lord_Howe"},
    ]
)
INTERVALS = st.sampled_from(["0s", "90m", "20h", "3d"])
RUNNING = st.integers(1, 3)
MOVES = st.fixed_dictionaries(
    {"min_interval": INTERVALS, "quiet": QUIET, "running": RUNNING},
    optional={
        "within": st.sampled_from(["6h", "2d"]),
        "direction": st.sampled_from(["up", "down"]),
        "settles": st.sampled_from(["12h", "5d"]),
        "bits": st.sampled_from([0.02, 0.1]),
        "back": st.sampled_from([0.1, 1.0]),
    },
)
CROSSINGS = st.fixed_dictionaries(
    {
        "min_interval": INTERVALS,
        "quiet": QUIET,
        "running": RUNNING,
        "hysteresis": st.sampled_from([0.0, 2.0]),
    },
    optional={"below": st.just(15.0)},
)
CONDITIONS = st.fixed_dictionaries({"min_interval": INTERVALS, "quiet": QUIET})
RULES = st.one_of(
    st.builds(lambda stated: rule("moved", **stated), MOVES),
    st.builds(lambda stated: rule("crossed", **stated), CROSSINGS),
    st.builds(lambda stated: rule("stale", **stated), CONDITIONS),
)
#: Around the thresholds, so that it flaps.
VALUES = st.sampled_from([0.05, 0.10, 0.12, 0.14, 0.149, 0.151, 0.19, 0.199, 0.201, 0.21, 0.5])
ERRORS = st.sampled_from([0.0, 0.001, 0.01, 0.1])
STEPS = st.integers(1, 5 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


class Alerts(machines.RuleBasedStateMachine):
    """One rule and one endpoint through a life of their own."""

    @machines.initialize(stated=RULES, first=FIRST, value=VALUES, error=ERRORS)
    def begin(self, stated: Any, first: datetime, value: float, error: float) -> None:
        self.stated, self.now = stated, first
        self.count = 0
        self.silences: list[Silence] = []
        self.open = False
        self.opened = 0
        self.last: datetime | None = None
        if not isinstance(stated, Moved | Crossed):
            value = 0.0  # a condition begins with none, so that the first one is told
        self.state = machine.begin(stated, self.found(value, error), first)

    def found(self, value: float, error: float) -> Any:
        """An observation; a condition holds or does not."""
        self.count += 1
        if not isinstance(self.stated, Moved | Crossed):
            value, error = float(value > 0.15), 0.0
        # Forecasts come in the order of their as-of, whatever the clock says.
        as_of = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=self.count)
        return seen(value, as_of, error, f"forecast-{self.count}")

    def hear(self, said: tuple[Message, ...], *, asked: bool = False) -> None:
        """Hold every message against what may be."""
        for one in said:
            self.check_order(one)
            self.check_size(one)
            self.check_time(one, asked=asked)

    def check_order(self, one: Message) -> None:
        match one.kind:
            case "fired":
                assert not self.open
                self.opened += 1
                self.open = True
            case "again":
                assert self.open
                assert isinstance(self.stated, Moved)
            case "resolved":
                assert self.open
                assert one.reason
                self.open = False
        assert self.opened == one.episode

    def check_size(self, one: Message) -> None:
        if one.kind == "resolved" or not isinstance(self.stated, Moved | Crossed):
            return
        step = one.current.value - one.previous.value
        noise = hypot(one.previous.error, one.current.error)
        assert abs(step) > self.stated.error_multiple * noise
        assert one.side == (1 if step > 0 else -1)
        if isinstance(self.stated, Moved):
            assert machine.size(self.stated, one.previous, one.current) >= self.stated.least
            assert self.stated.direction in {"either", "up" if step > 0 else "down"}
        else:
            assert self.stated.side * (one.current.value - self.stated.threshold) > 0

    def longest(self) -> int:
        """Hours that quiet may last: a day, and a jump of the clock.

        A jump may leave out the only minutes of a day that were not quiet; then it is two.
        """
        if self.stated.quiet is None:
            return 0
        hours = self.stated.quiet.hours
        start, end = (60 * one.hour + one.minute for one in (hours.start, hours.end))
        return 25 if (start - end) % 1440 >= 60 else 49

    def check_time(self, one: Message, *, asked: bool) -> None:
        assert one.at <= self.now
        assert one.at <= one.deliver_at <= one.at + timedelta(hours=self.longest())
        if self.stated.quiet is not None:
            assert not self.stated.quiet.hours.holds(one.deliver_at)
        assert asked or not machine.silenced(self.silences, one.at)
        if one.kind != "resolved":
            if self.last is not None:
                assert one.at >= self.last + self.stated.min_interval
            self.last = one.at

    @machines.rule(step=STEPS, value=VALUES, error=ERRORS)
    def forecast(self, step: timedelta, value: float, error: float) -> None:
        self.now += step
        found = self.found(value, error)
        self.state, said = machine.observe(self.stated, self.state, found, self.now, self.silences)
        self.hear(said)

    @machines.rule(step=STEPS)
    def look(self, step: timedelta) -> None:
        self.now += step
        self.state, said = machine.advance(self.stated, self.state, self.now, self.silences)
        self.hear(said)

    @machines.rule(length=st.integers(0, 7 * 24))
    def silence(self, length: int) -> None:
        self.silences.append(Silence(self.now, self.now + timedelta(hours=length)))

    @machines.rule()
    def acknowledge(self) -> None:
        self.state, said = machine.acknowledge(
            self.stated, self.state, self.state.current, self.now, self.silences
        )
        # What was due before comes first and is no answer to the acknowledgement.
        for one in said:
            self.hear((one,), asked=one.reason == "acknowledged")

    @machines.rule()
    def restart(self) -> None:
        again = STATES.validate_json(STATES.dump_json(self.state))
        assert again == self.state
        self.state = again

    @machines.rule(hours=st.integers(1, 400))
    def step_back(self, hours: int) -> None:
        self.now -= timedelta(hours=hours)
        self.silences = [one for one in self.silences if one.start <= self.now]
        self.state, said = machine.advance(self.stated, self.state, self.now, self.silences)
        self.hear(said)
        if self.last is not None:
            self.last = min(self.last, self.now)

    @machines.rule(value=VALUES)
    def nothing_is_lost(self, value: float) -> None:
        """After long enough without any news, what holds is open and what does not is not."""
        self.now = max([self.now, *(one.until for one in self.silences)]) + timedelta(days=40)
        for _ in range(3):
            self.forecast(timedelta(minutes=1), value, 0.001)
        self.look(timedelta(days=4))
        state = self.state
        if isinstance(self.stated, Crossed):
            beyond = self.stated.side * (state.current.value - self.stated.threshold) > 0
            known = state.calm is not None and abs(
                state.current.value - state.calm.value
            ) > self.stated.error_multiple * hypot(state.calm.error, state.current.error)
            assert self.open or not (beyond and known)
        elif isinstance(self.stated, Moved):
            noise = hypot(state.reference.error, state.current.error)
            certain = (
                abs(state.current.value - state.reference.value)
                > self.stated.error_multiple * noise
            )
            far = machine.size(self.stated, state.reference, state.current) >= self.stated.least
            wanted = self.stated.direction in {
                "either",
                "up" if state.current.value > state.reference.value else "down",
            }
            assert self.stated.within is not None or not (far and certain and wanted)
        else:
            assert self.open == (state.current.value == 1.0)

    @machines.invariant()
    def state_and_messages_agree(self) -> None:
        if self.count:
            assert self.open == (self.state.origin is not None)
            assert self.open == (self.state.opened_at is not None)
            assert self.opened == self.state.episode


Alerts.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
TestAlerts = Alerts.TestCase
