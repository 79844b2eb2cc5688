"""What stands beside the desk in its benchmark: as little server as there can be.

``python -m benchmarks.floor PORT FILE`` gives the bytes of a file, packed, whatever is asked for.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from forecaster.web.access import mount


def floor(page: bytes) -> Starlette:
    """One finished answer for everything."""
    packed = gzip.compress(page, 6, mtime=0)
    headers = {"content-type": "text/html; charset=utf-8", "content-encoding": "gzip"}

    def answer(_request: Request) -> Response:
        return Response(packed, headers=headers)

    return Starlette(routes=[Route("/{rest:path}", answer)])


def main() -> None:
    port, file = sys.argv[1:]
    page = Path(file).read_bytes()
    shared: dict[str, Any] = {**mount.UVICORN, "log_level": "warning", "access_log": False}
    uvicorn.run(floor(page), port=int(port), **shared)


if __name__ == "__main__":
    main()
