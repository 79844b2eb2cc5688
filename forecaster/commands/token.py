"""``forecaster token``: what opens the desk to a person or a program."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from forecaster import settings
from forecaster.commands import options, speak
from forecaster.errors import UsageError
from forecaster.posterior import words

if TYPE_CHECKING:
    from forecaster.store.tokens import StoredToken

token = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
Name = typer.Argument(metavar="NAME", help="What it is called: desk, nightly-robot.")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_LONGEST = timedelta(days=3660)


@token.command()
def create(
    name: str = Name,
    scope: list[str] = typer.Option(
        ["read"],
        "--scope",
        metavar="S",
        help=f"What it may: {', '.join(settings.SCOPES)}; several times for several.",
    ),
    expires: str = typer.Option(
        "90d", "--expires", metavar="D", help="When it ends: 12h, 90d, 52w, or never."
    ),
    as_json: bool = options.Json,
) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    from forecaster.store import tokens
    from forecaster.store.tokens import NewToken
    from forecaster.web.access import secret
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    stated, scopes, lasts = _name(name), _scopes(scope), _lasts(expires)
    desk = open_desk(settings.load())
    now = desk.clock()
    made = secret.make()
    new = NewToken(
        stated,
        made[: secret.SHOWN],
        secret.digest(made),
        scopes,
        None if lasts is None else now + lasts,
    )
    stored = tokens.create(desk.engine, new, COMMAND_LINE, now=now)
    if as_json:
        speak.document({**_document(stored, now), "token": made})
        return
    speak.say(made)
    ends = "never ends" if stored.expires_at is None else f"ends {words.day(_day(stored))}"
    speak.remark(
        f"{name} may {', '.join(_ordered(scopes))} and {ends}; keep it now, for it is not shown "
        "again"
    )


@token.command("list")
def listed(
    every: bool = typer.Option(False, "--all", help="Those that were revoked, too."),
    as_json: bool = options.Json,
) -> None:
    """List the tokens, what they may, and when they were last used."""
    from forecaster.store import tokens
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    now = desk.clock()
    found = [
        _document(one, now)
        for one in tokens.every(desk.engine)
        if every or one.state(now) != "revoked"
    ]
    if as_json:
        speak.document({"tokens": found})
        return
    if not found:
        speak.say("there is no token; `forecaster token create NAME` makes one")
        return
    rows = [
        [
            one["name"],
            f"{one['prefix']}...",
            one["state"],
            ", ".join(one["scopes"]),
            "never" if one["expires_at"] is None else words.day(one["expires_at"][:10]),
            "not yet" if one["last_used_at"] is None else words.moment(one["last_used_at"]),
        ]
        for one in found
    ]
    speak.table(("name", "begins", "state", "may", "ends", "last used"), rows)


@token.command()
def revoke(name: str = Name, as_json: bool = options.Json) -> None:
    """End a token for good; whoever is signed in with it is signed out."""
    from forecaster.store import tokens
    from forecaster.web.access.principal import COMMAND_LINE
    from forecaster.wiring import open_desk

    desk = open_desk(settings.load())
    now = desk.clock()
    stored = tokens.revoke(desk.engine, name, COMMAND_LINE, now=now)
    if as_json:
        speak.document(_document(stored, now))
    else:
        speak.say(f"{name} is revoked")


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}", text):
        raise UsageError(
            f"NAME: {text!r} is no name for a token; take up to 48 letters, digits, dots and "
            "dashes, as nightly-robot"
        )
    return text


def _scopes(said: list[str]) -> frozenset[str]:
    wrong = [one for one in said if one not in settings.SCOPES]
    if wrong:
        raise UsageError(
            f"--scope: {wrong[0]!r} is no scope; expected {', '.join(settings.SCOPES)}"
        )
    return frozenset(said)


def _lasts(text: str) -> timedelta | None:
    if text == "never":
        return None
    found = re.fullmatch(r"(\d{1,6})([hdw])", text)
    lasts = timedelta(hours=int(found[1]) * _HOURS[found[2]]) if found else timedelta()
    if not timedelta() < lasts <= _LONGEST:
        raise UsageError(
            f"--expires: {text!r} is no time to end; write 12h, 90d, 52w (ten years at most) or "
            "never"
        )
    return lasts


def _document(one: StoredToken, now: datetime) -> dict[str, Any]:
    return {
        "name": one.name,
        "prefix": one.prefix,
        "state": one.state(now),
        "scopes": _ordered(one.scopes),
        "created_at": _written(one.created_at),
        "expires_at": _written(one.expires_at),
        "revoked_at": _written(one.revoked_at),
        "last_used_at": _written(one.last_used_at),
    }


def _ordered(scopes: frozenset[str]) -> list[str]:
    return [one for one in settings.SCOPES if one in scopes]


def _written(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _day(one: StoredToken) -> str:
    return (_written(one.expires_at) or "")[:10]
