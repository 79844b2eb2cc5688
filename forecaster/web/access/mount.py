"""Puts the access side before an application."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from forecaster.web.access.access import Access
from forecaster.web.access.idempotent import Retried
from forecaster.web.access.middleware import Door
from forecaster.web.access.sign_in import Render, router

#: What uvicorn has to be started with. Whose word counts about addresses is for the door to say;
#: more requests at once than this are answered 503.
UVICORN: dict[str, Any] = {
    "proxy_headers": False,
    "server_header": False,
    "limit_concurrency": 500,
}


def guard(app: FastAPI, access: Access, render: Render) -> None:
    """Guard an application; what is added to it later stands before the door."""
    app.include_router(router(access, render))
    app.add_middleware(Retried, access=access)
    app.add_middleware(Door, access=access)
