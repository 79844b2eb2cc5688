"""What a route asks of whoever calls it: ``Depends(require("record"))``."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from forecaster.store.audit import Entry
from forecaster.web.access import refusals
from forecaster.web.access.middleware import principal_of
from forecaster.web.access.principal import Principal

# Only for the description of the API: the door has read the header before.
_BEARER = HTTPBearer(
    scheme_name="token", description="A token of `forecaster token create`.", auto_error=False
)


class require:  # noqa: N801 - reads as a word: Depends(require("record"))
    """Lets only those through that have a scope, and hands the route whoever it is.

    Raises
    ------
    HTTPException
        401 for somebody unknown, 403 for somebody without the scope.
    """

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(
        self,
        request: Request,
        _credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None,
    ) -> Principal:
        """Whoever asks."""
        principal = principal_of(request.scope)
        if not principal.may(self.scope):
            status, detail, headers = refusals.lacking(principal, self.scope)
            raise HTTPException(status, detail, dict(headers))
        return principal


#: For the description of a route; what it does is done by ``idempotent.Retried``.
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of your own, one for each write: the same request with the same key "
        "gets the first answer again for 24 hours, and is carried out once.",
        max_length=255,
    ),
]


class Caller(NamedTuple):
    """Whoever asks, as the audit log names it where the change makes its own line."""

    name: str
    how: str
    address: str
    request_id: str


def caller(request: Request) -> Caller:
    """Whoever asks, from where and by which request."""
    principal = principal_of(request.scope)
    address = getattr(request.state, "address", "")
    return Caller(principal.name, principal.how, address, getattr(request.state, "request_id", ""))


def entry(request: Request, action: str, what: str, **details: object) -> Entry:
    """A line of the audit log for what a request changes."""
    address = getattr(request.state, "address", "")
    return Entry(
        principal_of(request.scope),
        action,
        what,
        {**details, **({"address": address} if address else {})},
        getattr(request.state, "request_id", ""),
    )
