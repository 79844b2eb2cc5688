"""Who is let in at all: decided once, when the service starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from forecaster.errors import ForecasterError
from forecaster.settings import Settings
from forecaster.store import tokens
from forecaster.store.handle import Engine

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether anyone may read, and which proxies are believed.

    ``open``: whoever asks may read. Only so on this machine, and not where a proxy says who asks:
    then its word is needed.
    """

    open: bool
    proxy_header: str | None = None
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    proxy_scopes: frozenset[str] = frozenset()

    def is_proxy(self, address: Address | None) -> bool:
        """Whether an address is one of the proxies'."""
        return address is not None and any(address in one for one in self.proxies)


def policy(host: str, settings: Settings) -> Policy:
    """What holds for a service that is bound to a host."""
    return Policy(
        open=is_loopback(host) and settings.proxy_header is None,
        proxy_header=settings.proxy_header,
        proxies=tuple(ip_network(one) for one in settings.proxy_addresses),
        proxy_scopes=frozenset(settings.proxy_scopes),
    )


def require_guarded(
    host: str, settings: Settings, engine: Engine, now: datetime | None = None
) -> None:
    """Refuse to start where nobody could come in, or everybody.

    Raises
    ------
    ForecasterError
        If the host can be reached from elsewhere and there is neither a token nor a proxy, or a
        proxy is stated by halves.
    """
    if (settings.proxy_header is None) != (not settings.proxy_addresses):
        raise ForecasterError(
            "a trusted proxy needs both FORECASTER_PROXY_HEADER, where it says who asks, and "
            "FORECASTER_PROXY_ADDRESSES, whose word is believed; set the other one too, or neither"
        )
    if is_loopback(host) or settings.proxy_header is not None:
        return
    if not tokens.any_live(engine, now or datetime.now(UTC)):
        raise ForecasterError(
            f"{host or 'every address'} can be reached from other machines, and there is no token "
            "to come in with; run `forecaster token create NAME`, or set FORECASTER_PROXY_HEADER "
            "and FORECASTER_PROXY_ADDRESSES, or stay on --host 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host; other names than ``localhost`` may be anyone's.

    ``localhost`` is taken by its meaning: the standard reserves it (RFC 6761).
    """
    if host.lower() == "localhost":
        return True
    address = parsed(host.strip("[]"))
    return address is not None and address.is_loopback


def parsed(text: str) -> Address | None:
    """An address; that of IPv4 where it is written as one of IPv6; None if it is none."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
