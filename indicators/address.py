"""Where a source may be asked: its own host, or the few others that it names, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from indicators.source import CallFailed, Unexpected

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SECRET = re.compile(r"key|token|secret|passw|auth|sig|credential", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Site:
    """The addresses of one source.

    ``published`` is the publisher's own base address, ``base`` the one in use: the same, or that of
    a mirror. With a mirror only the mirror is asked: addresses on the publisher's host, in an
    answer or in a redirect, are turned into the mirror's, and the further ``hosts`` are closed.
    """

    name: str
    published: str
    base: str
    hosts: tuple[str, ...] = ()

    @property
    def mirrored(self) -> bool:
        """Whether another address stands in for the publisher's."""
        return self.base.rstrip("/") != self.published.rstrip("/")

    @property
    def on_this_machine(self) -> bool:
        """Whether the address in use is a loopback one."""
        host = urlsplit(self.base).hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    def url(self, path: str, params: Sequence[tuple[str, str]] = ()) -> str:
        """The address to dial for a path below the base, or for an absolute address.

        Raises
        ------
        Unexpected
            If it is no address, or leads to a host that is not the source's.
        """
        absolute = path if _ABSOLUTE.match(path) else f"{self.base.rstrip('/')}/{path.lstrip('/')}"
        if params:
            absolute += ("&" if "?" in absolute else "?") + urlencode(list(params))
        return self._allowed(absolute, urlsplit(self.base).scheme)

    def follow(self, current: str, location: str) -> str:
        """The address to dial after a redirect.

        Raises
        ------
        CallFailed
            If it leads away from the source's hosts, or from https to http.
        """
        try:
            return self._allowed(urljoin(current, location.strip()), urlsplit(current).scheme)
        except (Unexpected, ValueError) as error:
            raise CallFailed(f"{self.name}: redirected: {error}", needs_attention=True) from None

    def public(self, url: str) -> str:
        """The publisher's own address for one of the mirror's: where anybody can look it up."""
        return _moved(url, self.base, self.published) if self.mirrored else url

    def _allowed(self, url: str, scheme_before: str) -> str:
        parts = _parts(url)
        if self.mirrored and _origin(parts) == _origin(_parts(self.published)):
            url = _moved(url, self.published, self.base)
            parts = _parts(url)
        if _origin(parts) != _origin(_parts(self.base)) and not self._listed(parts):
            raise Unexpected(f"{_origin(parts)} is not a host of {self.name}")
        if scheme_before == "https" and parts.scheme != "https":
            raise Unexpected(f"{redacted(url)} would leave https")
        return url

    def _listed(self, parts: SplitResult) -> bool:
        own = _parts(self.base)
        usual = parts.port in (None, _PORTS[parts.scheme])
        # The publisher's own host in its encrypted form is no other host.
        if parts.hostname == own.hostname and own.port is None and usual:
            return True
        listed = () if self.mirrored else self.hosts
        return _origin(parts) in listed or (parts.hostname in listed and usual)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unexpected(f"{url[:80]!r} is no address: {error}") from None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise Unexpected(f"{url[:80]!r} is no http or https address")
    if parts.username is not None or not url.isprintable() or " " in url or "\\" in url:
        raise Unexpected(f"{url[:80]!r} is no plain address")
    return parts


def _origin(parts: SplitResult) -> str:
    """Host and port, without the port that goes without saying."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = parts.port in (None, _PORTS[parts.scheme])
    return host if usual else f"{host}:{parts.port}"


def origin(url: str) -> tuple[str, str]:
    """Scheme, host and port of an address: who is talked to."""
    parts = _parts(url)
    return parts.scheme, _origin(parts)


def _moved(url: str, old_base: str, new_base: str) -> str:
    """The same place below another base address."""
    parts, old, new = urlsplit(url), urlsplit(old_base), urlsplit(new_base)
    path, prefix = parts.path, old.path.rstrip("/")
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        path = new.path.rstrip("/") + path.removeprefix(prefix)
    elif not prefix:
        path = new.path.rstrip("/") + path
    return urlunsplit((new.scheme, new.netloc, path, parts.query, ""))


def redacted(url: str) -> str:
    """An address as it may be stored and told: what may be a secret becomes ``***``."""
    parts = urlsplit(url)
    query = [
        (name, "***" if _SECRET.search(name) else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    if all(value != "***" for _, value in query):
        return url
    return urlunsplit(parts._replace(query=urlencode(query, safe="*")))
