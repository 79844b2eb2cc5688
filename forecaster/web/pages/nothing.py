"""What a page shows where there is no forecast to show: words, and the way to one; no number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forecaster.posterior import words
from forecaster.store import timeline
from forecaster.web.pages.page import Ask, View


def yet(ask: Ask) -> View:
    """Say that nothing had been forecast by the moment asked for."""
    if ask.at is None:
        return _view(ask, "No forecast yet", "nothing has been forecast so far")
    return _view(ask, "No forecast then", f"there was no forecast as of {words.moment(ask.at)}")


def unknown(ask: Ask, why: str, near: list[str]) -> View:
    """Say that there is no such forecast; ``near`` are those that may have been meant."""
    return _view(ask, "Not here", why, near=near, status=404)


def _view(ask: Ask, title: str, why: str, near: Sequence[str] = (), status: int = 200) -> View:
    engine = ask.site.desk.engine
    newest = timeline.newest(engine, ask.moment, limit=1)
    first = timeline.points(engine, ask.site.now(), limit=1)
    shown: dict[str, Any] = {
        "why": why,
        "near": near,
        "newest": newest[0] if newest else None,
        "first": first[0] if first else None,
        "indicators": len(ask.site.desk.catalogue),
    }
    return View(title=title, shown=shown, template="nothing.html", status=status)
