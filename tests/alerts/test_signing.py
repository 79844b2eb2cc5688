"""Our signatures are those of the independent package, and secrets are of the stated form."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from standardwebhooks.webhooks import Webhook

from forecaster.alerts import signing

NOW = datetime(2026, 11, 26, 6, 10, tzinfo=UTC)


def secret_of(content: bytes) -> str:
    return signing.PREFIX + base64.b64encode(content).decode()


@given(
    content=some.binary(min_size=24, max_size=64), body=some.text(max_size=300), number=some.uuids()
)
def test_the_independent_package_signs_the_same(content: bytes, body: str, number: object) -> None:
    secret, name = secret_of(content), f"msg_{number}"
    whole = body.encode("utf-8", "replace")
    ours = signing.signature(secret, name, int(NOW.timestamp()), whole)
    assert Webhook(secret).sign(name, NOW, whole.decode()) == ours


def test_several_secrets_sign_side_by_side() -> None:
    old, new = signing.new_secret(), signing.new_secret()
    moment = int(datetime.now(UTC).timestamp())
    headers = signing.headers([new, old], "msg_1", moment, b"{}")
    for one in (old, new):
        assert {} == Webhook(one).verify(b"{}", headers)
    assert ["v1", "v1"] == [part[:2] for part in headers["webhook-signature"].split(" ")]


def test_secrets_are_new_each_time_and_long_enough() -> None:
    made = {signing.new_secret() for _ in range(100)}
    assert 100 == len(made)
    assert {signing.USUAL} == {len(signing.key(one)) for one in made}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_no_base64",
        secret_of(bytes(23)),
        secret_of(bytes(65)),
        base64.b64encode(bytes(32)).decode(),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="expected whsec_ and 24 to 64 bytes") as told:
        signing.key(text)
    assert text in ("", signing.PREFIX) or text not in str(told.value)
