"""Where messages may be sent: the address that is dialled is the address that was checked.

A name is looked up once, all its addresses are judged, and one of them is dialled as it stands. One
bad address spoils the name, so that a name server that gives another answer each time gains
nothing. The administrator may open ranges of the own network; nothing else opens them.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

PORTS = {"http": 80, "https": 443}
OPEN_PORTS = (80, 443, 8443)
LONGEST = 2048
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.IGNORECASE)
_DECIMAL = re.compile(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}", re.ASCII)
_NUMERAL = re.compile(r"(\d+|0x[0-9a-f]*)", re.IGNORECASE | re.ASCII)

#: Of IPv4 all but these.
_SPECIAL = {
    "unspecified": ("0.0.0.0/8",),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    "shared by carriers": ("100.64.0.0/10",),
    "loopback": ("127.0.0.0/8",),
    "link-local": ("169.254.0.0/16",),
    "a cloud's own": ("168.63.129.16/32",),
    "reserved": ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
    "for documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    "for benchmarks": ("198.18.0.0/15",),
    "multicast": ("224.0.0.0/4",),
}
#: Of IPv6 only what is handed out to anybody, and of that not what stands for another address.
_HANDED_OUT = ip_network("2000::/3")
_SPECIAL_6 = {
    "for protocols (Teredo among them)": ("2001::/23",),
    "for documentation": ("2001:db8::/32", "3fff::/20"),
    "6to4": ("2002::/16",),
}
_RANGES = [(why, ip_network(one)) for why, ranges in _SPECIAL.items() for one in ranges]
_RANGES_6 = [(why, ip_network(one)) for why, ranges in _SPECIAL_6.items() for one in ranges]


class NotAllowed(Exception):
    """Nothing is sent there; the text says why."""


class NotFound(Exception):
    """The name could not be looked up."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart; ``literal`` where its host is an IP address."""

    url: str
    host: str
    port: int
    literal: Address | None


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name, by this machine's own way of looking up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class Guard:
    """Judges addresses.

    Parameters
    ----------
    allowed
        Ranges that the administrator has opened; there any port may be dialled.
    resolve
        How a name becomes addresses.
    """

    def __init__(self, allowed: Sequence[str] = (), resolve: Resolver = look_up) -> None:
        self._allowed = [ip_network(one) for one in allowed]
        self._resolve = resolve

    def save(self, url: str, seconds: float) -> bool:
        """Judge an address that is to be stored; False if its name cannot be looked up now.

        Raises
        ------
        NotAllowed
            With what is wrong.
        """
        try:
            self.dial(url, seconds)
        except NotFound:
            return False
        return True

    def dial(self, url: str, seconds: float) -> str:
        """The IP address to dial.

        Raises
        ------
        NotAllowed
            If it, or any other address of the name, is not to be dialled.
        NotFound
            If the name has no address, or none within the time.
        """
        target = parsed(url)
        addresses = (
            [target.literal] if target.literal is not None else self._addresses(target, seconds)
        )
        for one in addresses:
            if any(one.version == net.version and one in net for net in self._allowed):
                continue
            why = special(one)
            if why is not None:
                of = "" if target.literal is not None else f"{target.host} is at {one}, which is "
                raise NotAllowed(
                    f"{of or f'{one} is '}{why}; expected an address that anybody can reach, or "
                    "one in FORECASTER_WEBHOOK_ALLOW_CIDRS"
                )
            if target.port not in OPEN_PORTS:
                ports = ", ".join(map(str, OPEN_PORTS))
                raise NotAllowed(f"port {target.port} is not one of {ports}")
        return str(addresses[0])

    def _addresses(self, target: Target, seconds: float) -> list[Address]:
        """All of a name. The system's own look-up cannot be stopped, so it is left behind."""
        found: list[Sequence[str]] = []
        failed: list[Exception] = []

        def ask() -> None:
            try:
                found.append(self._resolve(target.host, target.port))
            except (OSError, UnicodeError, ValueError) as error:
                failed.append(error)

        thread = threading.Thread(target=ask, name="look-up", daemon=True)
        thread.start()
        thread.join(max(seconds, 0.0))
        if failed or not found or not found[0]:
            why = "in time" if not (failed or found) else "now"
            raise NotFound(f"{target.host} cannot be looked up {why}")
        try:
            return [ip_address(one) for one in found[0]]
        except ValueError:
            raise NotAllowed(f"{target.host} has an address that is none") from None


def special(address: Address) -> str | None:
    """Why nothing is sent to an address; None for one that anybody can reach."""
    if isinstance(address, IPv4Address):
        return next((why for why, one in _RANGES if address in one), None)
    if address.scope_id is not None:
        return "of one network only"
    if address not in _HANDED_OUT:
        return "private, translated or reserved"
    return next((why for why, one in _RANGES_6 if address in one), None)


def parsed(url: str) -> Target:
    """Take an address apart, strictly: what two readers could understand in two ways is refused.

    Raises
    ------
    NotAllowed
        With what is wrong.
    """
    if len(url) > LONGEST or not re.fullmatch(r"[!-~]+", url) or re.search(r"[\\\"<>^`{|}]", url):
        raise NotAllowed(
            f"it is no plain address; expected at most {LONGEST} letters of ASCII, other ones "
            "written as %.. or xn--"
        )
    if not re.match(r"https?://[^/?#]", url, re.IGNORECASE):
        raise NotAllowed("it does not begin with http:// or https:// and a host")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("its host or port cannot be read") from None
    if "@" in parts.netloc:
        raise NotAllowed("it names a user; leave out what stands before the @")
    if "#" in url:
        raise NotAllowed("it has a fragment; leave out the # and what follows")
    if port == 0 or parts.netloc.endswith(":"):
        raise NotAllowed("its port cannot be meant")
    host = parts.hostname or ""
    return Target(url, host, port or PORTS[parts.scheme], _literal(parts.netloc, host))


def _literal(netloc: str, host: str) -> Address | None:
    """The IP address that a host is; None for a name."""
    if netloc.startswith("["):
        try:
            found = ip_address(host)
        except ValueError:
            found = None
        if not isinstance(found, IPv6Address) or found.scope_id is not None:
            raise NotAllowed("what stands in brackets is no IPv6 address")
        return found
    if _DECIMAL.fullmatch(host):
        try:
            return ip_address(host)
        except ValueError:
            raise NotAllowed(f"{host} is no address") from None
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise NotAllowed("its host is no name of letters, digits and dashes")
    # Systems read 127.1, 0x7f.1 and 2130706433 as addresses, each in its own way.
    if _NUMERAL.fullmatch(host.rpartition(".")[2]):
        raise NotAllowed(f"{host} is an odd spelling of an address; write it as 192.0.2.7")
    return None
