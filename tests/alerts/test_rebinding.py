"""A name server that gives another answer each time: what is dialled is what was judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from dnslib import QTYPE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSServer

from forecaster.alerts.guard import Guard, NotAllowed
from tests.alerts.conftest import Make
from tests.alerts.receiver import Receiver
from tests.store.outgoing import WHO

HOST = "hooks.example.org"
OPEN = "127.0.0.1/32"


class Rebinding(BaseResolver):  # type: ignore[misc]  # published without types
    """Answers the first question with the first list, the second with the second, and so on."""

    def __init__(self, answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked = 0

    def resolve(self, request: DNSRecord, _handler: object) -> DNSRecord:
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        reply = request.reply()
        for address in found:
            reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A(address), ttl=0))
        return reply


@contextmanager
def name_server(*answers: list[str]) -> Iterator[tuple[Rebinding, Callable[[str, int], list[str]]]]:
    resolver = Rebinding(list(answers))
    server = DNSServer(resolver, address="127.0.0.1", port=0, logger=Quiet())
    server.start_thread()
    port = server.server.server_address[1]

    def look_up(host: str, _port: int) -> list[str]:
        answer = DNSRecord.parse(DNSRecord.question(host).send("127.0.0.1", port, timeout=5))
        return [str(one.rdata) for one in answer.rr]

    try:
        yield resolver, look_up
    finally:
        server.stop()
        server.server.server_close()


class Quiet:
    """A log that says nothing."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_: None


def test_a_name_that_turns_bad_after_it_was_saved_is_not_dialled(make: Make) -> None:
    with (
        Receiver() as receiver,
        name_server(["127.0.0.1"], ["127.0.0.9"]) as (asked, look_up),
    ):
        one = make(allow=OPEN, resolve=look_up)
        one.add(f"http://{HOST}:{receiver.port}/hook")
        name = one.put()
        one.dispatcher().run_dry()
        assert 2 == asked.asked
        assert [] == receiver.asked
        found = one.delivery(name)
        assert ("failed", 1) == (found.status, found.attempts)


def test_it_is_looked_up_once_an_attempt_and_that_answer_is_dialled(make: Make) -> None:
    with (
        Receiver() as receiver,
        # Whoever looked it up again before dialling would get the bad one.
        name_server(["127.0.0.1"], ["127.0.0.1"], ["127.0.0.9"]) as (asked, look_up),
    ):
        one = make(allow=OPEN, resolve=look_up)
        secret = one.add(f"http://{HOST}:{receiver.port}/hook")
        name = one.put()
        one.dispatcher().run_dry()
        assert 2 == asked.asked
        assert ["webhook.test"] == [each["type"] for each in receiver.messages(secret)]
        assert f"{HOST}:{receiver.port}" == receiver.asked[0].headers["Host"]
        assert "delivered" == one.delivery(name).status


@pytest.mark.parametrize("answer", [["127.0.0.1", "127.0.0.9"], ["127.0.0.9", "127.0.0.1"]])
def test_one_bad_address_spoils_the_name(answer: list[str]) -> None:
    with (
        name_server(answer) as (_, look_up),
        pytest.raises(NotAllowed, match=r"is at 127\.0\.0\.9, which is loopback"),
    ):
        Guard([OPEN], look_up).dial(f"http://{HOST}/", 5)


def test_a_name_without_answers_reaches_nobody(make: Make) -> None:
    with name_server([]) as (_, look_up):
        one = make(allow=OPEN, resolve=look_up)
        assert not one.book.add(f"http://{HOST}/", "desk", "standard", WHO).found
