"""The colours of the light page, for drawings that leave it: downloads carry no style sheet.

``templates/report.css`` and ``static/desk.css`` state the same; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "page": "#fff",
    "ink": "#16181d",
    "muted": "#5d636e",
    "line": "#dadde2",
    "band90": "#e3e6ea",
    "band50": "#c3c8d0",
    "alliance": "#e69f00",
    "balancing": "#cc79a7",
    "retreat": "#56b4e9",
    "rupture": "#4a4e57",
}
_NAME = re.compile(r"var\(--(\w+)\)")


def plain(text: str) -> str:
    """The same drawing with colours in place of their names."""
    return _NAME.sub(lambda found: LIGHT[found[1]], text)
