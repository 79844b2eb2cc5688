"""One event in the shape that a receiver wants: pure functions from our standard body to bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forecaster.alerts.formats import (
    alertmanager,
    discord,
    mail,
    mattermost,
    slack,
    standard,
    teams,
)
from forecaster.alerts.formats.event import Event

FORMATS: Mapping[str, Callable[[Event], bytes]] = {
    "standard": standard.render,
    "slack": slack.render,
    "discord": discord.render,
    "teams": teams.render,
    "mattermost": mattermost.render,
    "alertmanager": alertmanager.render,
    "email": mail.render,
}
#: Those whose address is itself the password.
CHATS = ("slack", "discord", "teams", "mattermost")


def render(kind: str, event: Event) -> bytes:
    """The exact bytes that go into the outbox for an endpoint of a format.

    Raises
    ------
    KeyError
        If there is no such format.
    """
    return FORMATS[kind](event)


__all__ = ["CHATS", "FORMATS", "Event", "render"]
