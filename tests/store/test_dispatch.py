"""The dispatcher over either database: each message once, whoever sends it, and tried again."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from forecaster import settings
from forecaster.alerts.dispatcher import Dispatcher
from forecaster.alerts.guard import Guard
from forecaster.alerts.retry import Outcome
from forecaster.alerts.sender import Sender
from forecaster.store import outbox
from forecaster.store.engine import open_engine
from forecaster.wiring import utc_now
from tests.alerts.conftest import BODY, HERE, Installation
from tests.alerts.receiver import PATH, Receiver
from tests.replay import Route
from tests.store.outgoing import WHO
from tests.store.support import NOW


@pytest.fixture
def desk(engine: Engine, url: str, tmp_path: Path) -> Installation:
    chosen = settings.load(
        {
            "FORECASTER_HOME": str(tmp_path),
            "FORECASTER_DATABASE_URL": url,
            "FORECASTER_WEBHOOK_ALLOW_CIDRS": HERE,
        }
    )
    return Installation(chosen, engine, now=NOW)


def test_two_dispatchers_send_each_message_once(desk: Installation, url: str) -> None:
    names = [f"e{at}" for at in range(8)]
    with Receiver() as receiver:
        secrets = {name: desk.add(receiver.url, name) for name in names}
        ids = [desk.put(name) for _ in range(5) for name in names]
        others = [open_engine(url) for _ in range(2)]
        sender = Sender(desk.settings, utc_now, Guard(desk.settings.webhook_allow_cidrs))
        both = [
            threading.Thread(target=Dispatcher(one, sender.send, desk.clock).run_dry)
            for one in others
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
        # One may have left off while the other held the last rows.
        desk.dispatcher().run_dry()
        assert dict.fromkeys(ids, 1) == Counter(receiver.ids)
        assert len(ids) == len(receiver.believed(secrets.values()))
        for other in others:
            other.dispose()
    assert {("delivered", 1)} == {
        (one.status, one.attempts) for one in outbox.deliveries(desk.engine, limit=100)
    }


def test_what_failed_is_tried_again_and_what_is_gone_ends_the_endpoint(
    desk: Installation,
) -> None:
    with Receiver([Route(PATH, method="POST", status=503)]) as receiver:
        desk.add(receiver.url)
        name = desk.put()
        desk.dispatcher().run_dry()
        first = desk.delivery(name)
        assert ("failed", 1) == (first.status, first.attempts)
        assert first.next_attempt_at is not None
        desk.now = first.next_attempt_at
        receiver.routes[:] = [Route(PATH, method="POST", status=410)]
        desk.dispatcher().run_dry()
        assert [name, name] == receiver.ids
    assert ("dead", 2) == (desk.delivery(name).status, desk.delivery(name).attempts)
    assert desk.one().disabled_at is not None
    _, body, tries = outbox.show(desk.engine, name)
    assert (BODY, [503, 410]) == (body, [one.status_code for one in tries])
    desk.book.enable("desk", WHO)
    outbox.replay(desk.engine, name, now=desk.now)
    desk.dispatcher(lambda _message, _endpoint: Outcome(200, "answered 200")).run_dry()
    assert ("delivered", 1) == (desk.delivery(name).status, desk.delivery(name).attempts)
