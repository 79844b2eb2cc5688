"""The loop over the outbox, with real receivers and a clock of our own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.retry import DELAYS, Outcome
from forecaster.alerts.sender import Message
from forecaster.store import endpoints, outbox
from forecaster.store.endpoints import Endpoint
from forecaster.store.engine import writing
from tests.alerts.conftest import START, Installation
from tests.alerts.receiver import FINE, PATH, Receiver
from tests.replay import Fault, Route
from tests.store.outgoing import WHO

WEEK = 7 * 24 * 60


class Script:
    """Sends nothing; answers by a list, the last for ever."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[tuple[str, str]] = []

    def __call__(self, message: Message, one: Endpoint) -> Outcome:
        self.sent.append((one.name, message.webhook_id))
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


DOWN = Outcome(None, "the connection failed")


def test_a_message_that_fails_twice_arrives_under_one_id(
    here: Installation, receiver: Receiver
) -> None:
    receiver.routes[:] = [Route(PATH, method="POST", status=503, times=2), FINE]
    secret = here.add(receiver.url)
    name = here.put()
    dispatcher = here.dispatcher()
    dispatcher.run_dry()
    assert [name] == receiver.ids
    for wait in DELAYS[1:3]:
        here.now += wait
        dispatcher.run_dry()
    assert [name] * 3 == receiver.ids
    assert 3 == len(receiver.messages(secret))
    found, _, tries = outbox.show(here.engine, name)
    assert ("delivered", 3, [503, 503, 204]) == (
        found.status,
        found.attempts,
        [one.status_code for one in tries],
    )
    assert [START, START + DELAYS[1], START + DELAYS[1] + DELAYS[2]] == [one.at for one in tries]


def minutes(one: Installation, script: Script, step: float, until: int) -> None:
    dispatcher = one.dispatcher(script)
    for _ in range(int(until / step)):
        dispatcher.run_dry()
        one.after(minutes=step)


def test_an_endpoint_that_is_down_gets_ten_attempts_and_then_the_message_is_kept(
    here: Installation,
) -> None:
    here.add("http://127.0.0.1:9/x")
    name = here.put()
    script = Script(DOWN)
    minutes(here, script, 7, 4 * 24 * 60)
    found, body, tries = outbox.show(here.engine, name)
    assert ("dead", 10, 10) == (found.status, found.attempts, len(tries))
    assert tries[-1].at - tries[0].at >= timedelta(hours=72)
    assert body
    outbox.replay(here.engine, name, now=here.now)
    here.after(hours=2)
    script.outcomes = [Outcome(200, "answered 200")]
    here.dispatcher(script).run_dry()
    assert {name} == {one for _, one in script.sent}
    assert "delivered" == here.delivery(name).status


def test_after_five_days_of_failure_it_is_disabled_and_others_are_told(
    here: Installation, receiver: Receiver
) -> None:
    here.add("http://127.0.0.1:9/x", "down")
    secret = here.add(receiver.url, "other")
    sender = here.sender()

    def send(message: Message, one: Endpoint) -> Outcome:
        return DOWN if one.name == "down" else sender.send(message, one)

    dispatcher = here.dispatcher(send)
    names = []
    for _ in range(6 * 24):
        names.append(here.put("down"))
        dispatcher.run_dry()
        here.after(hours=1)
    ended = here.one("down")
    assert ended.disabled_at is not None
    assert timedelta(days=5) <= ended.disabled_at - START < timedelta(days=5, hours=2)
    assert ended.disabled_why.startswith("every attempt of 5 days has failed")
    before = outbox.deliveries(here.engine, endpoint="down", limit=1000)
    waiting = [one for one in before if one.created_at <= ended.disabled_at]
    assert {"dead"} == {one.status for one in waiting}
    (told,) = receiver.messages(secret)
    assert ("endpoint.disabled", "down") == (told["type"], told["data"]["endpoint"])
    assert "down" in here.told[0]
    # Enabled again it has a clean record, and what was given up can be sent.
    assert here.book.enable("down", WHO)
    count = outbox.replay_dead(here.engine, "down", now=here.now)
    assert len(waiting) == count
    here.dispatcher(Script(Outcome(200, "answered 200"))).run_dry()
    assert {"delivered"} == {here.delivery(one).status for one in names}


def test_410_disables_and_tells_the_others(here: Installation, receiver: Receiver) -> None:
    with Receiver([Route(PATH, method="POST", status=410)]) as gone:
        here.add(gone.url, "gone")
        secret = here.add(receiver.url, "other")
        first, second = here.put("gone"), here.put("gone")
        here.dispatcher().run_dry()
        assert [first] == gone.ids
    assert "it answered 410: it is gone for good" == here.one("gone").disabled_why
    assert ["dead", "dead"] == [here.delivery(one).status for one in (first, second)]
    (told,) = receiver.messages(secret)
    assert ("endpoint.disabled", 2) == (told["type"], 1 + told["data"]["dead_letters"])


def test_a_busy_one_is_left_alone_as_long_as_it_asks(
    here: Installation, receiver: Receiver
) -> None:
    busy = Route(PATH, method="POST", status=429, headers={"Retry-After": "9"}, times=1)
    receiver.routes[:] = [busy, FINE]
    here.add(receiver.url)
    names = [here.put(), here.put()]
    dispatcher = here.dispatcher()
    dispatcher.run_dry()
    here.after(seconds=8)
    dispatcher.run_dry()
    assert names[:1] == receiver.ids
    assert here.one().paused_until is not None
    here.after(seconds=60)
    dispatcher.run_dry()
    assert Counter({names[0]: 2, names[1]: 1}) == Counter(receiver.ids)


def test_messages_to_one_endpoint_are_never_in_flight_together(here: Installation) -> None:
    here.add("http://127.0.0.1:9/x")
    names = [here.put() for _ in range(12)]
    flying, most = 0, 0
    lock = threading.Lock()
    order = []

    def send(message: Message, _one: Endpoint) -> Outcome:
        nonlocal flying, most
        with lock:
            flying += 1
            most = max(most, flying)
            order.append(message.webhook_id)
        with lock:
            flying -= 1
        return Outcome(200, "answered 200")

    both = [here.dispatcher(send), here.dispatcher(send)]
    threads = [threading.Thread(target=one.run_dry) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    here.dispatcher(send).run_dry()
    assert (1, names) == (most, order)


def test_ten_that_hang_delay_nobody(here: Installation, receiver: Receiver) -> None:
    release = threading.Event()
    sender = here.sender()
    for number in range(100):
        here.add(f"{receiver.address}{PATH}", f"e{number}")
    here_many = [here.put(f"e{n}") for n in range(100) for _ in range(2)]

    def send(message: Message, one: Endpoint) -> Outcome:
        if int(one.name[1:]) % 10 == 0:
            release.wait(60)
            return DOWN
        return sender.send(message, one)

    dispatcher = here.dispatcher(send)
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        # All of the others arrive while every one of the ten still hangs.
        until(lambda: len(receiver.asked) >= 180)
        assert not release.is_set()
        until(lambda: 180 == len(outbox.deliveries(here.engine, status="delivered", limit=999)))
    finally:
        release.set()
        dispatcher.stop()
        thread.join()
    assert 180 == len(set(receiver.ids)) == len(receiver.ids)
    assert set(receiver.ids) < set(here_many)


def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true; the patience is for a machine that stalls."""
    tick = threading.Event()
    for _ in range(6000):
        if true():
            return
        tick.wait(0.01)
    raise AssertionError("it did not come about within a minute")


def test_more_that_hang_than_there_are_threads_leave_room(here: Installation) -> None:
    release = threading.Event()
    good: list[str] = []

    def send(_message: Message, one: Endpoint) -> Outcome:
        if one.name.startswith("bad"):
            release.wait(60)
            return DOWN
        good.append(one.name)
        return Outcome(200, "answered 200")

    for number in range(20):
        here.add("http://127.0.0.1:9/x", f"bad{number}")
        here.put(f"bad{number}")
        with writing(here.engine) as connection:
            values = {"failing_since": START, "failures": 1}
            endpoints.change(connection, here.one(f"bad{number}").id, **values)
    here.add("http://127.0.0.1:9/x", "good")
    here.put("good")
    dispatcher = here.dispatcher(send, slots=8)
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        until(lambda: good == ["good"])
    finally:
        release.set()
        dispatcher.stop()
        thread.join()


def test_told_to_stop_it_ends_though_a_receiver_hangs(
    here: Installation, receiver: Receiver
) -> None:
    receiver.routes[:] = [Route(PATH, method="POST", fault=Fault(silent=True))]
    here.add(receiver.url)
    name = here.put()
    dispatcher = here.dispatcher()
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    until(lambda: receiver.ids == [name])
    dispatcher.stop()
    thread.join(30)
    assert not thread.is_alive()
    # Nobody may take it for delivered; after a minute another sends it.
    assert "pending" == here.delivery(name).status
    receiver.closing.set()
    receiver.routes[:] = [FINE]
    here.dispatcher().run_dry()
    assert "pending" == here.delivery(name).status
    here.after(seconds=61)
    here.dispatcher().run_dry()
    assert "delivered" == here.delivery(name).status
    assert [name, name] == receiver.ids


def test_a_row_that_breaks_the_sender_is_a_failed_attempt(here: Installation) -> None:
    def send(_message: Message, _one: Endpoint) -> Outcome:
        raise ZeroDivisionError("odd")

    here.add("http://127.0.0.1:9/x")
    name = here.put()
    Dispatcher(here.engine, send, here.clock).run_dry()
    _, _, (attempt,) = outbox.show(here.engine, name)
    assert "unexpected ZeroDivisionError: odd" == attempt.outcome


def test_disabled_while_in_flight_it_is_not_sent_again(here: Installation) -> None:
    here.add("http://127.0.0.1:9/x")
    name = here.put()

    def send(_message: Message, _one: Endpoint) -> Outcome:
        here.book.disable("desk", WHO)
        return DOWN

    here.dispatcher(send).run_dry()
    here.after(days=1)
    here.dispatcher(send).run_dry()
    found, _, tries = outbox.show(here.engine, name)
    assert ("dead", 1) == (found.status, len(tries))
