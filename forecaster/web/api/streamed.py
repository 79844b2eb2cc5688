"""A large file, sent piece by piece after its hash was compared."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from forecaster.posterior import damage
from forecaster.web.formats import forms

PIECE = 256 * 1024


def whole(request: Request, path: Path, sha256: str, name: str) -> Response:
    """The answer that sends a file.

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
    try:
        with ExitStack() as opened:
            file = opened.enter_context(path.open("rb"))
            unchanged = hashlib.file_digest(file, "sha256").hexdigest() == sha256
            headers["content-length"] = str(file.tell())
            file.seek(0)
            if unchanged:
                opened.pop_all()  # it is closed when it was sent
    except OSError as error:
        raise damage.unreadable(path, error) from error
    if not unchanged:
        raise damage.changed(path)
    return _Streamed(file, headers)


class _Streamed(Response):
    """Sends the very file that was hashed, whatever its name stands for by then."""

    media_type = forms.TYPES["nc"]

    def __init__(self, file: IO[bytes], headers: dict[str, str]) -> None:
        super().__init__(None, 200, headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; whoever goes away ends it."""
        del receive
        with self._file as file:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while scope["method"] != "HEAD":
                piece = await run_in_threadpool(file.read, PIECE)
                if not piece:
                    break
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
