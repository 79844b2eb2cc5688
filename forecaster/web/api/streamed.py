"""A large file, sent piece by piece or in parts after its hash was compared."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from forecaster.posterior import damage
from forecaster.web import problems
from forecaster.web.formats import forms

WRONG_RANGE = "Range: no such part of the file; write bytes=FIRST-LAST, counted from 0"


def whole(request: Request, path: Path, sha256: str, name: str) -> Response:
    """The answer that sends a file, or the ``Range`` of it that is asked for.

    A posterior is never written again under its name, so that what was hashed is what is sent;
    should somebody put a shorter file there meanwhile, the answer breaks off.

    Raises
    ------
    DamagedFile
        If it is missing, cannot be read, or is not what was written.
    """
    headers = {
        "etag": f'"{sha256}"',
        "cache-control": "private, no-cache",
        "content-disposition": f'attachment; filename="{name}"',
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    damage.require_unchanged(path, sha256)
    try:
        found = os.stat(path)  # noqa: PTH116 - what FileResponse takes
    except OSError as error:
        raise damage.unreadable(path, error) from error
    return _Ranged(path, headers=headers, media_type=forms.TYPES["nc"], stat_result=found)


class _Ranged(FileResponse):
    """A file of which parts may be asked for; what is wrong with a range is told as all else is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, its part, or a problem."""
        refused: Response | None = None

        async def sending(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] >= 400:
                said = Headers(raw=message["headers"])
                known = {name: said[name] for name in ("content-range",) if name in said}
                refused = problems.problem(message["status"], WRONG_RANGE, known)
            if refused is None:
                await send(message)

        await super().__call__(scope, receive, sending)
        if refused is not None:
            await refused(scope, receive, send)
