"""``/static``: style sheets, icon and script, read once and answered from memory.

They are a few kilobytes that every page asks for; each look at the disk would wait for a thread,
and the thread for the interpreter, while pages are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from forecaster.web import memo
from forecaster.web.memo import Kept

#: What pages ask for, whatever this machine calls it; other files stay where they are.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def router(folder: Path) -> APIRouter:
    """The files below a folder as they are now, each at its path; nothing else is ever opened."""
    routes = APIRouter(include_in_schema=False)
    files = read(folder)

    @routes.api_route("/static/{path:path}", methods=["GET", "HEAD"])
    async def static(path: str, request: Request) -> Response:
        if path not in files:
            raise HTTPException(404)
        return files[path].answer(request)

    return routes


def read(folder: Path) -> Mapping[str, Kept]:
    """Every file below a folder that a page may ask for, as a finished answer, by its path."""
    return {
        one.relative_to(folder).as_posix(): memo.keep(one.read_bytes(), TYPES[one.suffix])
        for one in sorted(folder.rglob("*"))
        if one.suffix in TYPES
    }
