"""Tokens are known by their hash, end when they are told to, and leave a trace."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from forecaster.errors import StoreError, UnknownName, UsageError
from forecaster.store import audit, tokens
from forecaster.store.engine import reading, writing
from forecaster.store.tokens import NewToken, StoredToken
from tests.store.support import NOW, Somebody

WHO = Somebody("command line", "command")
DAY = timedelta(days=1)


def a_token(
    engine: Engine,
    name: str = "desk",
    *,
    letter: str = "a",
    expires_at: datetime | None = NOW + 90 * DAY,
    now: datetime = NOW,
) -> StoredToken:
    new = NewToken(name, f"fct_{letter}", letter * 64, frozenset({"read", "record"}), expires_at)
    return tokens.create(engine, new, WHO, now=now)


def test_a_token_is_found_by_its_hash_and_by_its_number(engine: Engine) -> None:
    made = a_token(engine)
    assert made == tokens.by_hash(engine, "a" * 64) == tokens.by_number(engine, made.id)
    assert tokens.by_hash(engine, "b" * 64) is None
    assert tokens.by_number(engine, 2) is None
    assert [made] == tokens.every(engine)
    assert {"read", "record"} == made.scopes


def test_a_token_ends_at_its_time_or_when_it_is_revoked(engine: Engine) -> None:
    made = a_token(engine, expires_at=NOW + DAY)
    ends = NOW + DAY
    assert ["live", "expired"] == [
        made.state(ends - timedelta(microseconds=1)),
        made.state(ends),
    ]
    assert tokens.any_live(engine, NOW)
    assert not tokens.any_live(engine, ends)
    assert "live" == a_token(engine, "robot", letter="b", expires_at=None).state(NOW + 9999 * DAY)
    tokens.revoke(engine, "robot", WHO, now=NOW)
    found = tokens.by_hash(engine, "b" * 64)
    assert found is not None
    assert "revoked" == found.state(NOW)
    assert found.revoked_at == NOW


def test_two_live_tokens_never_share_a_name(engine: Engine) -> None:
    a_token(engine)
    with pytest.raises(UsageError, match=r"there is a token called 'desk'; .* token revoke desk"):
        a_token(engine, letter="b")
    with pytest.raises(StoreError), writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO tokens (id, name, prefix, sha256, scopes, created_at) "
                "SELECT 2, name, prefix, 'other', scopes, created_at FROM tokens"
            )
        )
    tokens.revoke(engine, "desk", WHO, now=NOW)
    assert 2 == a_token(engine, letter="b").id


def test_an_expired_token_gives_its_name_away(engine: Engine) -> None:
    a_token(engine, expires_at=NOW)
    second = a_token(engine, letter="b")
    assert ["revoked", "live"] == [one.state(NOW) for one in tokens.every(engine)]
    assert second.name == "desk"


def test_who_revokes_what_is_not_there_is_told_what_is(engine: Engine) -> None:
    a_token(engine, "robot-of-the-desk")
    with pytest.raises(UnknownName, match="nearest: robot-of-the-desk"):
        tokens.revoke(engine, "robot-of-desk", WHO, now=NOW)


def test_making_and_revoking_is_in_the_log_and_the_secret_is_not(engine: Engine) -> None:
    a_token(engine)
    tokens.revoke(engine, "desk", WHO, now=NOW + DAY)
    revoked, created = audit.entries(engine)
    assert ("command line", "command", "token.create", "desk") == created[2:6]
    assert created.details == {
        "prefix": "fct_a",
        "scopes": ["read", "record"],
        "expires_at": (NOW + 90 * DAY).isoformat(),
    }
    assert ("token.revoke", "desk", NOW + DAY) == (revoked.action, revoked.object, revoked.at)
    assert [created] == audit.entries(engine, before=revoked.id)
    assert [revoked] == audit.entries(engine, limit=1)
    with reading(engine) as connection:
        assert "a" * 64 not in str(connection.execute(text("SELECT * FROM audit")).all())


def test_a_change_whose_line_cannot_be_written_is_not_made(engine: Engine) -> None:
    nameless = Somebody(None, "token")  # type: ignore[arg-type]
    new = NewToken("desk", "fct_a", "a" * 64, frozenset({"read"}), None)
    with pytest.raises(StoreError):
        tokens.create(engine, new, nameless, now=NOW)
    assert [] == tokens.every(engine)


def used(engine: Engine) -> datetime | None:
    (one,) = tokens.every(engine)
    return one.last_used_at


def test_use_is_noted_once_a_minute(engine: Engine) -> None:
    made = a_token(engine)
    assert made.use_is_due(NOW)
    tokens.note_use(engine, made.id, NOW)
    for seconds, noted in ((59, 0), (60, 60), (61, 60)):
        tokens.note_use(engine, made.id, NOW + timedelta(seconds=seconds))
        assert used(engine) == NOW + timedelta(seconds=noted)
    found = tokens.by_number(engine, made.id)
    assert found is not None
    assert [False, True] == [found.use_is_due(NOW + timedelta(seconds=s)) for s in (119, 120)]


def test_a_revoked_token_is_used_no_more(engine: Engine) -> None:
    made = a_token(engine)
    tokens.revoke(engine, "desk", WHO, now=NOW)
    tokens.note_use(engine, made.id, NOW)
    assert used(engine) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tokens",
        "UPDATE tokens SET scopes = 'operate'",
        "UPDATE tokens SET expires_at = NULL",
        "UPDATE tokens SET sha256 = 'x'",
    ],
)
def test_what_a_token_may_do_cannot_be_changed(engine: Engine, statement: str) -> None:
    a_token(engine)
    with pytest.raises(StoreError, match="append-only"), writing(engine) as connection:
        connection.execute(text(statement))


def test_a_revoked_token_cannot_be_revived(engine: Engine) -> None:
    a_token(engine)
    tokens.revoke(engine, "desk", WHO, now=NOW)
    with pytest.raises(StoreError, match="append-only"), writing(engine) as connection:
        connection.execute(text("UPDATE tokens SET revoked_at = NULL"))
