"""How the value of a setting is read: the parsed value, or a ``ValueError`` that says what fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path


def text(value: object) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("expected a text")
    return value.strip()


def whole(low: int, high: int) -> Callable[[object], int]:
    """A whole number between two others, both included."""

    def parse(value: object) -> int:
        written = str(value).strip()
        number = int(written) if re.fullmatch(r"[+-]?\d{1,12}", written) else None
        if number is None or not low <= number <= high:
            raise ValueError(f"expected a whole number from {low:,} to {high:,}")
        return number

    return parse


def path(value: object) -> Path:
    """A file or folder; a relative one is taken from here."""
    return Path(text(value)).expanduser().absolute()


def web(value: object) -> str:
    """A web address to call."""
    said = text(value)
    if not re.fullmatch(r"https?://[^\s/?#@]+([/?][^\s#]*)?", said):
        raise ValueError("expected https://host/path, without user and password")
    return said


def url(value: object) -> str:
    """The address of a database."""
    said = text(value)
    if not said.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("expected sqlite:////folder/file or postgresql://user@host/name")
    return said


def contact(value: object) -> str:
    """An address that publishers can write to."""
    said = text(value)
    if not re.fullmatch(r"[!-~]+(@|://)[!-'*-~]+", said):
        raise ValueError("expected an e-mail or web address")
    return said


def base_url(value: object) -> str:
    """A web address that paths are added to."""
    said = text(value)
    if not re.fullmatch(r"https?://[^\s/?#@\\]+(/[^\s?#\\]*)?", said):
        raise ValueError("expected http://host/path or https://host/path, and no more")
    return said.rstrip("/")


def key(value: object) -> str:
    """A secret in one word."""
    said = text(value)
    if not re.fullmatch(r"[!-~]{1,200}", said):
        raise ValueError("expected one word of plain letters, digits and signs")
    return said


def several(value: object) -> list[str]:
    """Words with commas between them, or a list of a file."""
    found = value.split(",") if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError("expected words with commas between them")
    return [one.strip() for one in found if one.strip()]


def some_of(known: Sequence[str]) -> Callable[[object], tuple[str, ...]]:
    """One or more of some words."""

    def parse(value: object) -> tuple[str, ...]:
        said = several(value)
        if not said or set(said) - set(known):
            raise ValueError(f"expected one or more of {', '.join(known)}")
        return tuple(one for one in known if one in said)

    return parse


def ranges(value: object) -> tuple[str, ...]:
    """Addresses and ranges of addresses."""
    import ipaddress  # most commands do without

    stated = several(value)
    try:
        return tuple(str(ipaddress.ip_network(one)) for one in stated)
    except ValueError:
        raise ValueError("expected addresses or ranges, as 10.0.0.7, 192.0.2.0/28") from None


def networks(value: object) -> tuple[str, ...]:
    """The same, but not all there are."""
    found = ranges(value)
    if any(one.endswith("/0") for one in found):
        raise ValueError("expected the addresses of the proxies, and not everybody's")
    return found


def one_of(known: Sequence[str]) -> Callable[[object], str]:
    """One of some words."""

    def parse(value: object) -> str:
        said = text(value)
        if said not in known:
            raise ValueError(f"expected one of {', '.join(known)}")
        return said

    return parse


def sealing_key(value: object) -> str:
    """32 bytes in base64, as ``Fernet.generate_key`` of the package cryptography makes them."""
    said = text(value)
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", said):
        raise ValueError("expected 32 bytes in the base64 of addresses, 44 letters in all")
    return said


def host(value: object) -> str:
    """The name or address of a machine."""
    said = text(value)
    if not re.fullmatch(r"[A-Za-z0-9:]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?", said):
        raise ValueError("expected the name of a machine, as mail.example.org")
    return said


def mailbox(value: object) -> str:
    """One e-mail address in its plain form."""
    said = text(value)
    local, _, domain = said.rpartition("@")
    plain = re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", local)
    if not plain or not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", domain):
        raise ValueError("expected one e-mail address, as desk@example.org")
    return said


def header(value: object) -> str:
    """The name of an HTTP header, in small letters."""
    said = text(value).lower()
    if not re.fullmatch(r"[a-z0-9-]{1,64}", said):
        raise ValueError("expected the name of a header, as X-Forwarded-User")
    if said in {"authorization", "cookie", "host", "origin", "content-type", "content-length"}:
        raise ValueError("expected a header of the proxy's own, as X-Forwarded-User")
    return said


def hosts(value: object) -> tuple[str, ...]:
    """Names of hosts, or addresses, in small letters; those of IPv6 in brackets."""
    found = tuple(one.lower() for one in several(value))
    if not all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,252})|\[[0-9a-f:.]+\]", one) for one in found):
        raise ValueError("expected names without port, as desk.example.org, [2001:db8::1]")
    return found
