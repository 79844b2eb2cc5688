"""Nothing is sent into the network: every range, every spelling, when saved and when dialled."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forecaster.alerts.guard import Guard, NotAllowed, NotFound, Resolver, parsed, special
from forecaster.errors import WrongValue
from forecaster.store import endpoints
from tests.alerts.conftest import Make
from tests.alerts.hostile import ADDRESSES, GOOD, GOOD_6, ODD, UNFIT, url
from tests.store.outgoing import WHO

NAME = "http://hooks.example.org/"


def never(_host: str, _port: int) -> list[str]:
    raise AssertionError("nothing of this may be looked up")


def always(found: list[str]) -> Resolver:
    return lambda _host, _port: found


@pytest.mark.parametrize("address", ADDRESSES)
def test_special_addresses_are_refused_as_they_stand(address: str) -> None:
    with pytest.raises(NotAllowed, match="expected an address that anybody can reach"):
        Guard(resolve=never).dial(url(address), 1)


@pytest.mark.parametrize("address", ADDRESSES)
def test_and_behind_a_name(address: str) -> None:
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        with pytest.raises(NotAllowed, match=r"hooks\.example\.org is at"):
            Guard(resolve=always(found)).dial(NAME, 1)


@pytest.mark.parametrize("address", [*GOOD, *GOOD_6])
def test_addresses_of_everybody_are_dialled_as_they_were_found(address: str) -> None:
    assert address == Guard(resolve=never).dial(url(address), 1)
    assert address == Guard(resolve=always([address, "8.8.4.4"])).dial(NAME, 1)


@pytest.mark.parametrize("text", [*ODD, *UNFIT], ids=ascii)
def test_odd_spellings_are_refused_before_anything_is_looked_up(text: str) -> None:
    with pytest.raises(NotAllowed):
        Guard(resolve=never).dial(text, 1)


@pytest.mark.parametrize("text", [*ODD, *UNFIT, *map(url, ADDRESSES)], ids=ascii)
def test_none_of_them_can_be_saved(make: Make, text: str) -> None:
    one = make(allow="", resolve=never)
    with pytest.raises(WrongValue, match=r"^url: "):
        one.book.add(text, "desk", "standard", WHO)
    assert [] == endpoints.every(one.engine)


@given(some.ip_addresses())
def test_python_s_own_view_is_never_laxer(address: IPv4Address | IPv6Address) -> None:
    if special(address) is None:
        assert address.is_global
        assert not address.is_multicast


@given(some.text(max_size=60))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    for begin in ("", "http://", "https://[", "http://1"):
        try:
            found = parsed(begin + text)
        except NotAllowed:
            continue
        assert found.host.isascii()
        assert 0 < found.port < 65536


def test_an_open_range_is_free_of_the_rule_of_ports_and_opens_nothing_else() -> None:
    guard = Guard(["127.0.0.0/8", "fd00::/8"], never)
    assert "127.0.0.1" == guard.dial("http://127.0.0.1:8123/x", 1)
    assert "fd00::1" == guard.dial("http://[fd00::1]:9/", 1)
    for other in ("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.1/", *ODD):
        with pytest.raises(NotAllowed):
            guard.dial(other, 1)
    with pytest.raises(NotAllowed, match="port 8123 is not one of 80, 443, 8443"):
        guard.dial("http://8.8.8.8:8123/", 1)
    mixed = Guard(["127.0.0.0/8"], always(["127.0.0.1", "::1"]))
    with pytest.raises(NotAllowed, match="localhost is at ::1"):
        mixed.dial("http://localhost/", 1)


def test_a_name_without_an_address_is_not_found_now() -> None:
    def fails(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    for resolve in (fails, always([])):
        with pytest.raises(NotFound, match="cannot be looked up now"):
            Guard(resolve=resolve).dial(NAME, 1)
        assert not Guard(resolve=resolve).save(NAME, 1)
    with pytest.raises(NotAllowed, match="has an address that is none"):
        Guard(resolve=always(["example.org"])).dial(NAME, 1)


def test_a_look_up_that_hangs_is_left_behind() -> None:
    release = Event()

    def hangs(_host: str, _port: int) -> list[str]:
        release.wait(30)
        return ["8.8.8.8"]

    with pytest.raises(NotFound, match="cannot be looked up in time"):
        Guard(resolve=hangs).dial(NAME, 0.05)
    release.set()


def test_the_addresses_of_the_list_are_what_they_are_said_to_be() -> None:
    assert {True} == {special(ip_address(one)) is not None for one in ADDRESSES}
