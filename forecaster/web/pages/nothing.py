"""What a page shows where there is no forecast to show: words, and the way to one; no number."""

from __future__ import annotations

from typing import Any

from forecaster.store import timeline
from forecaster.web.pages.page import Ask, View


def view(ask: Ask, why: str, status: int = 200, near: list[str] | None = None) -> View:
    """Say why there is nothing, and lead to what there is.

    ``near`` are forecasts that may have been meant.
    """
    newest = timeline.newest(ask.site.desk.engine, ask.moment, limit=1)
    first = timeline.points(ask.site.desk.engine, ask.site.now(), limit=1)
    shown: dict[str, Any] = {
        "why": why,
        "near": near or [],
        "newest": newest[0] if newest else None,
        "first": first[0] if first else None,
        "indicators": len(ask.site.desk.catalogue),
    }
    title = "Not here" if status == 404 else "No forecast yet"
    return View(title=title, shown=shown, template="nothing.html", status=status)
