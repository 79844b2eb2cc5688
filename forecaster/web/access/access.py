"""The access side of one running desk, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from forecaster.store.handle import Engine
from forecaster.web.access import policy, refusals, sessions
from forecaster.web.access.limits import Limiter
from forecaster.web.access.policy import Policy
from forecaster.web.access.refusals import Refuse
from forecaster.web.access.sessions import Sessions
from forecaster.wiring import Desk


@dataclass(frozen=True)
class Access:
    """What the door keeper works with; ``refuse`` makes the answer to whoever may not."""

    engine: Engine
    clock: Callable[[], datetime]
    policy: Policy
    sessions: Sessions
    limiter: Limiter
    refuse: Refuse = refusals.answer


def of(desk: Desk, host: str, refuse: Refuse = refusals.answer) -> Access:
    """The access side of a desk that is served on a host.

    Raises
    ------
    StoreError
        If the key of the sessions cannot be read or made.
    """
    settings = desk.settings
    return Access(
        engine=desk.engine,
        clock=desk.clock,
        policy=policy.policy(host, settings),
        sessions=Sessions(sessions.key_of(settings.home), desk.clock),
        limiter=Limiter(settings.web_requests_per_second, settings.web_burst),
        refuse=refuse,
    )
