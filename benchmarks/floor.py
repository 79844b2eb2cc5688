"""What stands beside the desk in its benchmark: as little server as there can be.

    python -m benchmarks.floor PORT FILE    gives the bytes of a file, packed, whatever is asked for
    python -m benchmarks.floor PORT         the desk of FORECASTER_HOME, until `serve` has pages

Both are started as ``forecaster serve`` starts its pages.
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

from forecaster import settings
from forecaster.web import app
from forecaster.web.access import mount
from forecaster.web.studio import Studio
from forecaster.wiring import open_desk


def floor(page: bytes) -> Starlette:
    """One finished answer for everything."""
    packed = gzip.compress(page, 6, mtime=0)
    headers = {"content-type": "text/html; charset=utf-8", "content-encoding": "gzip"}

    def answer(_request: Request) -> Response:
        return Response(packed, headers=headers)

    return Starlette(routes=[Route("/{rest:path}", answer)])


def main() -> None:
    port, *files = sys.argv[1:]
    shared: dict[str, Any] = {**mount.UVICORN, "log_level": "warning", "access_log": False}
    if files:
        uvicorn.run(floor(Path(files[0]).read_bytes()), port=int(port), **shared)
        return
    chosen = settings.load()
    with Studio(chosen.home / "cache" / "charts") as studio:
        uvicorn.run(app.create_app(app.site(open_desk(chosen), studio)), port=int(port), **shared)


if __name__ == "__main__":
    main()
