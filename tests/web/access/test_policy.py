"""A desk that others can reach starts only if somebody can come in, and not everybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forecaster.errors import ForecasterError
from forecaster.settings import Settings
from forecaster.store import tokens
from forecaster.store.handle import Engine
from forecaster.web.access import policy
from forecaster.web.access.principal import COMMAND_LINE
from tests.web.access.conftest import ANYWHERE, Clock, MakeToken

LOOPBACK = ("127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "::1", "[::1]", "::ffff:127.0.0.1")
BEYOND = (
    ANYWHERE,
    "::",
    "",
    "192.0.2.1",
    "desk.example",
    "localhost.example",
    "::ffff:0.0.0.0",
    "1",
)
PROXY: dict[str, Any] = {"proxy_header": "x-user", "proxy_addresses": ("10.0.0.1/32",)}


@pytest.mark.parametrize("host", LOOPBACK)
def test_on_this_machine_anyone_may_read(host: str, chosen: Settings, engine: Engine) -> None:
    policy.require_guarded(host, chosen, engine)
    assert policy.policy(host, chosen).open
    assert not policy.policy(host, replace(chosen, **PROXY)).open


@pytest.mark.parametrize("host", BEYOND)
def test_beyond_it_a_token_or_a_proxy_is_needed(
    host: str, chosen: Settings, engine: Engine, token: MakeToken, clock: Clock
) -> None:
    assert not policy.policy(host, chosen).open
    with pytest.raises(ForecasterError, match=r"no token .*; run `forecaster token create NAME`"):
        policy.require_guarded(host, chosen, engine, clock())
    policy.require_guarded(host, replace(chosen, **PROXY), engine, clock())
    token("read", days=1)
    policy.require_guarded(host, chosen, engine, clock())
    clock.forward(days=1)
    with pytest.raises(ForecasterError, match="no token"):
        policy.require_guarded(host, chosen, engine, clock())
    token("read")
    tokens.revoke(engine, "desk", COMMAND_LINE, now=clock())
    with pytest.raises(ForecasterError, match="no token"):
        policy.require_guarded(host, chosen, engine, clock())


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1"])
@pytest.mark.parametrize("half", ["proxy_header", "proxy_addresses"])
def test_a_proxy_stated_by_halves_is_refused(
    host: str, half: str, chosen: Settings, engine: Engine, token: MakeToken
) -> None:
    token("read")
    with pytest.raises(ForecasterError, match="set the other one too"):
        policy.require_guarded(host, replace(chosen, **{half: PROXY[half]}), engine)
