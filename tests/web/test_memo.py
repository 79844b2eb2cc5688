"""A page is made once while nothing changes, and nobody waits for many pages at once."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest
from starlette.requests import Request

from forecaster.web import memo
from forecaster.web.memo import Kept, Memo, keep


class Shelf:
    """A memo whose store and clock a test moves."""

    def __init__(self) -> None:
        self.state = "one"
        self.time = 100.0
        self.made: list[str] = []
        self.memo = Memo(lambda: self.state, lambda: self.time)
        self.takes = 0.0
        self.gate = threading.Event()
        self.gate.set()

    def later(self, seconds: float, state: str | None = None) -> None:
        self.time += seconds
        self.state = state or self.state

    async def get(self, key: str = "page") -> str:
        return (await self.memo.get(key, lambda: self._make(key))).body.decode()

    def _make(self, key: str) -> Kept:
        assert self.gate.wait(30)
        self.time += self.takes
        self.made.append(f"{key} {self.state}")
        return keep(f"{key} {self.state}".encode(), "text/plain")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def run[T](work: Coroutine[None, None, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 60))


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - a thread does it
        await asyncio.sleep(0.01)


async def resting(shelf: Shelf, seconds: float) -> None:
    """Two pages are due; the first is made anew, rests for so long, and the second waits."""
    await shelf.get()
    await shelf.get("another")
    shelf.later(1, "two")
    shelf.takes = seconds
    assert await shelf.get() == "page one"
    assert await shelf.get("another") == "another one"
    await until(lambda: "page two" in shelf.made)
    shelf.takes = 0.0


async def settled(shelf: Shelf) -> None:
    await asyncio.gather(*shelf.memo._making.values())


def test_a_page_is_made_once_while_nothing_changes(shelf: Shelf) -> None:
    async def story() -> None:
        assert await asyncio.gather(*(shelf.get() for _ in range(50))) == ["page one"] * 50
        shelf.later(3600)
        assert await shelf.get() == "page one"

    run(story())
    assert shelf.made == ["page one"]


def test_the_former_page_stands_in_while_the_new_one_is_made(shelf: Shelf) -> None:
    async def story() -> None:
        await shelf.get()
        shelf.gate.clear()
        shelf.later(1, "two")
        assert await shelf.get() == "page one"
        shelf.gate.set()
        await settled(shelf)
        assert await shelf.get() == "page two"

    run(story())
    assert shelf.made == ["page one", "page two"]


def test_the_former_page_stands_in_for_seconds_only(shelf: Shelf) -> None:
    async def story() -> None:
        await shelf.get()
        shelf.later(1, "two")
        await shelf.get("another")
        shelf.later(memo.FORMER_SECONDS)
        assert await shelf.get() == "page two"

    run(story())


def test_what_is_only_made_anew_rests_as_long_as_it_took(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "REST_SECONDS", 50.0)

    async def story() -> None:
        await resting(shelf, 20.0)
        for number in range(20):
            assert await shelf.get(f"new {number}") == f"new {number} two"
        assert await shelf.get() == "page two", "it is there before the rest is over"

    run(story())
    assert "another two" not in shelf.made


def test_who_waits_does_not_wait_behind_what_is_made_anew_at_leisure(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "REST_SECONDS", 100.0)

    async def story() -> None:
        await resting(shelf, 90.0)
        assert await shelf.get("another") == "another two"

    run(story())
    assert shelf.made.count("another two") == 1


def test_a_rest_ends_and_the_next_page_is_made_anew(shelf: Shelf) -> None:
    async def story() -> None:
        await shelf.get()
        await shelf.get("another")
        shelf.later(1, "two")
        shelf.takes = 0.02
        await shelf.get()
        await shelf.get("another")
        await settled(shelf)
        assert await shelf.get("another") == "another two"

    run(story())


def test_changes_that_follow_each_other_do_not_make_readers_wait(shelf: Shelf) -> None:
    async def story() -> None:
        await shelf.get()
        await shelf.get("another")
        for state in ("two", "three"):
            shelf.later(memo.FORMER_SECONDS / 3, state)
            await shelf.get("another")
            await settled(shelf)
        assert await shelf.get() == "page one", "it was true less than ten seconds ago"
        await settled(shelf)
        assert await shelf.get() == "page three"

    run(story())


def test_what_was_true_long_ago_is_never_shown(shelf: Shelf) -> None:
    async def story() -> None:
        await shelf.get()
        for state in ("two", "three", "four"):
            shelf.later(memo.FORMER_SECONDS * 0.6, state)
            await shelf.get("another")
            await settled(shelf)
        assert await shelf.get() == "page four"

    run(story())


def test_after_a_write_nobody_sees_what_was_before(shelf: Shelf) -> None:
    async def story() -> None:
        await shelf.get()
        shelf.state = "two"
        shelf.memo.forget()
        assert await shelf.get() == "page two"

    run(story())


def test_who_only_knows_of_a_change_takes_nothing_away(shelf: Shelf) -> None:
    """Pages are made beforehand after each change; readers go on with those of before."""

    async def story() -> None:
        await shelf.get()
        shelf.state = "two"
        shelf.gate.clear()
        shelf.memo.look_again()
        assert await shelf.get() == "page one"
        shelf.gate.set()
        await settled(shelf)
        assert await shelf.get() == "page two"

    run(story())


def test_a_page_that_was_begun_before_a_change_is_not_kept(shelf: Shelf) -> None:
    async def story() -> None:
        shelf.gate.clear()
        waiting = asyncio.create_task(shelf.get())
        await asyncio.sleep(0.05)
        shelf.later(1, "two")
        shelf.gate.set()
        assert await shelf.get() == "page two"
        await waiting
        assert await shelf.get() == "page two"

    run(story())


def test_few_make_pages_at_once(shelf: Shelf) -> None:
    async def story() -> None:
        shelf.gate.clear()
        asked = [asyncio.create_task(shelf.get(f"page {number}")) for number in range(12)]
        await asyncio.sleep(0.05)
        assert shelf.memo._makers["page"].locked()
        shelf.gate.set()
        await asyncio.gather(*asked)

    run(story())
    assert len(shelf.made) == 12


def test_a_document_does_not_wait_for_pages(shelf: Shelf) -> None:
    async def story() -> None:
        shelf.gate.clear()
        pages = [asyncio.create_task(shelf.get(f"page {number}")) for number in range(12)]
        await asyncio.sleep(0.05)
        made = await shelf.memo.get("document", lambda: keep(b"at once", "x"), lane="document")
        assert made.body == b"at once"
        assert not any(one.done() for one in pages)
        shelf.gate.set()
        await asyncio.gather(*pages)

    run(story())


def test_what_lasts_is_made_once(shelf: Shelf) -> None:
    made: list[str] = []

    def make() -> Kept:
        made.append(shelf.state)
        return replace(keep(shelf.state.encode(), "x"), lasting=True)

    async def story() -> None:
        await shelf.memo.get("old forecast", make)
        await shelf.get()
        shelf.later(memo.FORMER_SECONDS + 1, "two")
        assert (await shelf.memo.get("old forecast", make)).body == b"one"
        shelf.memo.forget()
        assert (await shelf.memo.get("old forecast", make)).body == b"one"
        assert await shelf.get() == "page two"
        assert shelf.memo._bytes == sum(one.size for one in shelf.memo._kept.values())

    run(story())
    assert made == ["one"]


def test_who_waits_does_not_wait_for_what_is_only_made_anew(shelf: Shelf) -> None:
    async def story() -> None:
        names = [f"page {number}" for number in range(12)]
        await asyncio.gather(*(shelf.get(name) for name in names))
        shelf.gate.clear()
        shelf.later(1, "two")
        assert await shelf.get(names[0]) == "page 0 one"
        await asyncio.gather(*(shelf.get(name) for name in names))
        new = await shelf.memo.get("new", lambda: keep(b"at once", "x"))
        assert new.body == b"at once"
        shelf.gate.set()
        await settled(shelf)
        assert await shelf.get("page 11") == "page 11 two"

    run(story())


def test_one_who_goes_away_takes_nothing_from_the_others(shelf: Shelf) -> None:
    async def story() -> str:
        shelf.gate.clear()
        first, second = (asyncio.create_task(shelf.get()) for _ in range(2))
        await asyncio.sleep(0.05)
        first.cancel()
        shelf.gate.set()
        return await second

    assert run(story()) == "page one"


def test_a_page_that_cannot_be_made_is_tried_again(shelf: Shelf) -> None:
    def fail() -> Kept:
        raise ValueError("no")

    async def story() -> None:
        with pytest.raises(ValueError, match="no"):
            await shelf.memo.get("page", fail)
        assert await shelf.get() == "page one"

    run(story())


def test_the_oldest_go_when_there_is_no_room(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "KEPT_BYTES", 40)

    async def story() -> None:
        for number in range(10):
            await shelf.get(f"page {number}")

    run(story())
    assert shelf.memo._bytes == sum(one.size for one in shelf.memo._kept.values()) <= 40
    assert "page 9" in shelf.memo._kept


def asked(**headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": given})


def test_answers_are_plain_packed_or_unchanged() -> None:
    body = b"a page " * 1000
    one = keep(body, "text/html")
    packed = one.answer(asked(accept_encoding="gzip, br"))

    assert one.answer(asked()).body == body == one.body
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(packed.body)) == body
    for said in (one.etag, f'"x", {one.etag}', one.etag.removeprefix("W/"), "*"):
        assert one.answer(asked(if_none_match=said)).status_code == 304
    assert one.answer(asked(if_none_match='"x"')).status_code == 200
    assert one.size < len(body) / 10
