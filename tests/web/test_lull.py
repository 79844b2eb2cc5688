"""What can wait waits until nobody asks for anything, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

from forecaster.web import lull
from forecaster.web.lull import Lull


def test_nothing_is_waited_for_where_nobody_asks() -> None:
    assert asyncio.run(Lull().come(60.0)) < 60.0


def test_a_request_is_waited_for_and_a_moment_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lull, "SECONDS", 0.1)
    seen: list[str] = []

    async def asking(one: Lull) -> None:
        with one.request():
            await asyncio.sleep(0.2)
        seen.append("answered")

    async def both() -> None:
        one = Lull()
        task = asyncio.create_task(asking(one))
        await asyncio.sleep(0)
        await one.come(60.0)
        seen.append("come")
        await task

    asyncio.run(both())
    assert ["answered", "come"] == seen


def test_patience_ends() -> None:
    async def always() -> bool:
        one = Lull()
        with one.request():
            await one.come(0.1)
            return one._busy()

    assert asyncio.run(always())
