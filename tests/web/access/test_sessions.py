"""Signing in with a token, staying so for twelve hours, and being signed out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from forecaster.errors import StoreError
from forecaster.store import audit, tokens
from forecaster.store.handle import Engine
from forecaster.web.access import secret, sessions, sign_in
from forecaster.web.access.principal import COMMAND_LINE
from forecaster.web.access.sessions import Sessions
from tests.web.access.conftest import ANYWHERE, NOW, Clock, MakeApp, MakeAsker, MakeToken

COOKIE = "desk_session"


def test_who_signs_in_is_known_from_then_on(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine
) -> None:
    ask = asker(make_app(ANYWHERE))
    assert 401 == ask.get().status_code
    answer = ask.sign_in(token("read", "record"), next="/history?as_of=2026-01-01")
    assert (303, "/history?as_of=2026-01-01") == (
        answer.status_code,
        answer.headers["location"],
    )
    who = ask.get().json()
    assert ("desk", "session", ["read", "record"]) == (who["name"], who["how"], who["scopes"])
    began = audit.entries(engine)[0]
    assert ("desk", "session", "session.begin") == (began.who, began.how, began.action)
    assert {"address": "127.0.0.1"} == began.details
    assert 32 == len(began.request_id)


def cookie_of(answer: httpx.Response) -> dict[str, object]:
    (found,) = SimpleCookie(answer.headers["set-cookie"]).values()
    return {name: value for name, value in found.items() if value} | {"value": found.value}


@pytest.mark.parametrize(
    ("url", "secure"), [("http://127.0.0.1:8000", False), ("https://desk.example", True)]
)
def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, url: str, *, secure: bool
) -> None:
    ask, text = asker(make_app(ANYWHERE), url=url), token("read")
    cookie = cookie_of(ask.sign_in(text))
    value = str(cookie.pop("value"))
    assert {"httponly": True, "samesite": "lax", "path": "/", "max-age": "43200"} == {
        name: one for name, one in cookie.items() if name != "secure"
    }
    assert secure == cookie.get("secure", False)
    assert re.fullmatch(r"1\.[\w-]+\.[\w-]+", value), "the number of the token, and no more"
    gone = cookie_of(ask.post("/sign-out", data={"csrf_token": ask.csrf}))
    assert {"max-age": "0", "value": ""}.items() <= gone.items()
    assert not ask.client.cookies
    assert 401 == ask.get().status_code


def test_a_session_ends_with_its_time_its_token_or_its_revocation(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine, clock: Clock
) -> None:
    ask = asker(make_app(ANYWHERE))
    first = token("read", days=1)
    ask.sign_in(first)
    clock.forward(hours=12)
    assert 200 == ask.get().status_code
    clock.forward(seconds=1)
    assert 401 == ask.get().status_code
    ask.sign_in(first)
    clock.forward(hours=11, minutes=59, seconds=59)
    assert 401 == ask.get().status_code, "the token has ended before its session"
    ask.sign_in(token("read"))
    assert 200 == ask.get().status_code
    tokens.revoke(engine, "desk", COMMAND_LINE, now=clock())
    assert 401 == ask.get().status_code


@pytest.mark.parametrize(
    "spoilt", ["last", "first", "unsigned", "empty", "another key", "ñ", "0" * 9000]
)
def test_a_cookie_that_is_not_ours_opens_nothing(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, spoilt: str
) -> None:
    ask = asker(make_app(ANYWHERE))
    value = str(cookie_of(ask.sign_in(token("read")))["value"])
    other = "A" if value[-2] != "A" else "B"
    value = {
        "last": value[:-2] + other + value[-1],
        "first": "2" + value[1:],
        "unsigned": "1",
        "empty": "",
        "another key": Sessions(b"k" * 32, lambda: NOW).begin(1),
    }.get(spoilt, spoilt)
    ask.client.cookies.clear()
    sent = [(b"cookie", f"{COOKIE}={value}".encode())]
    assert 401 == ask.get(headers=sent).status_code


def test_wrong_tokens_are_told_from_slips_and_from_nothing_else(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, engine: Engine, clock: Clock
) -> None:
    ask, text = asker(make_app(ANYWHERE)), token("read")
    tokens.revoke(engine, "desk", COMMAND_LINE, now=clock())
    expired = token("read", days=1)
    clock.forward(days=1)
    pages = [ask.sign_in(one) for one in (text, expired, secret.make())]
    assert {401} == {page.status_code for page in pages}
    assert 1 == len({page.content for page in pages})
    assert sign_in.OPENS_NOTHING in pages[0].text
    slips = [ask.sign_in(one) for one in (text[:-1], "", "<b>")]
    assert all(page.status_code == 401 and sign_in.NOT_WHOLE in page.text for page in slips)
    assert not ask.client.cookies
    assert not any(one in page.text for page in pages for one in (text, expired))


@pytest.mark.parametrize(
    "address",
    [
        *("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"),
        *("/a\r\nSet-Cookie: x=y", "", "evil", "/ä", "/a\\b", "/" * 2, "/" + "a" * 2000),
    ],
)
def test_after_signing_in_one_stays_here(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken, address: str
) -> None:
    ask = asker(make_app())
    assert "/" == ask.sign_in(token("read"), next=address).headers["location"]
    assert 'name="next" value="/"' in ask.get("/sign-in", params={"next": address}).text


def test_the_page_shows_what_it_was_given_as_text(make_app: MakeApp, asker: MakeAsker) -> None:
    page = asker(make_app()).get("/sign-in", params={"next": '/"><script>alert(1)</script>'})
    assert "<script>" not in page.text
    assert "&#34;&gt;&lt;script&gt;" in page.text
    assert "no-store" == page.headers["cache-control"]


def test_who_is_signed_in_can_sign_out_or_in_again_on_the_page(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    ask = asker(make_app(ANYWHERE))
    assert "Sign out" not in ask.get("/sign-in").text
    ask.sign_in(token("read", "record"))
    page = ask.get("/sign-in").text
    assert "You are signed in as desk. It may: read, record." in page
    fields = set(re.findall(r'name="csrf_token" value="(\w+)"', page))
    assert {ask.csrf} == fields
    assert 2 == page.count('name="csrf_token"')
    other = token("read", name="other")
    assert 403 == ask.sign_in(other).status_code
    assert 303 == ask.sign_in(other, csrf_token=ask.csrf).status_code
    assert "other" == ask.get().json()["name"]


def test_a_session_counts_even_where_anyone_may_read(
    make_app: MakeApp, asker: MakeAsker, token: MakeToken
) -> None:
    ask = asker(make_app())
    assert "anyone" == ask.get().json()["name"]
    ask.sign_in(token("record"))
    assert 403 == ask.get().status_code, "this token may not read, and says who it is"


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: sessions.key_of(tmp_path), range(32)))
    (key,) = keys
    assert 32 == len(key)
    assert [sessions.KEY_FILE] == [one.name for one in tmp_path.iterdir()]
    assert 0o600 == (tmp_path / sessions.KEY_FILE).stat().st_mode & 0o777
    assert key not in repr(Sessions(key, lambda: NOW)).encode()


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (b"k" * 32, 0o640, "can be read by others; remove it"),
        (b"k" * 31, 0o600, "is not whole; remove it"),
        (b"", 0o600, "is not whole; remove it"),
    ],
)
def test_a_key_that_guards_nothing_is_refused(
    tmp_path: Path, content: bytes, mode: int, told: str
) -> None:
    file = tmp_path / sessions.KEY_FILE
    file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(StoreError, match=told):
        sessions.key_of(tmp_path)


def test_a_key_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        sessions.key_of(tmp_path / "none")
