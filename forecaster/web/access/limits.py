"""How often one may ask: counted in the memory of this process."""

from __future__ import annotations

import math
import time
from ipaddress import IPv4Address, IPv6Address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

SIGN_INS = 10  # a minute, of one address
AVERAGED = 10  # seconds


class Limiter:
    """Counts, and says how long to wait."""

    def __init__(self, per_second: int, burst: int) -> None:
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._asking = (
            RateLimitItemPerSecond(burst),
            RateLimitItemPerSecond(per_second * AVERAGED, AVERAGED),
        )
        self._signing_in = (RateLimitItemPerMinute(SIGN_INS, namespace="SIGN-IN"),)

    async def ask(self, who: str) -> int:
        """Count a request of an address or identity; the seconds it has to wait, 0 for none."""
        return await self._count(self._asking, who)

    async def sign_in(self, address: str) -> int:
        """Count an attempt to sign in."""
        return await self._count(self._signing_in, address)

    async def _count(self, limits: tuple[RateLimitItem, ...], who: str) -> int:
        for one in limits:
            if not await self._counts.hit(one, who):
                stats = await self._counts.get_window_stats(one, who)
                return max(1, math.ceil(stats.reset_time - time.time()))
        return 0


def place(address: IPv4Address | IPv6Address | None) -> str:
    """Who is counted as one: an address, or the network of IPv6 that one household has."""
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address) >> 64 << 64, 64)))
    return str(address)
