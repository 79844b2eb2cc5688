"""Turn Vega-Lite charts into SVG in a process of its own.

The renderer holds the interpreter for the whole of its work, and fetches addresses that stand in a
chart unless told not to. So it runs as a child, with a time limit and with no address allowed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from forecaster.errors import ForecasterError

SECONDS = 120
CHILD = Path(__file__).with_name("draw.py")
_FRAME = re.compile(r'^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')
_REASON = re.compile(r"^\w*(?:Error|Exception): .*", re.MULTILINE)


class RenderingFailed(ForecasterError):
    """The charts could not be drawn."""


def svgs(charts: dict[str, dict[str, Any]]) -> dict[str, str]:
    """SVG elements for Vega-Lite charts by name, ready to stand inside HTML.

    The element has a ``viewBox`` and no size of its own: the page decides.

    Raises
    ------
    RenderingFailed
        If a chart is not valid or asks for an address, or drawing takes longer than two minutes.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own file and our own interpreter
            [sys.executable, "-I", CHILD],
            input=json.dumps(charts),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RenderingFailed(
            f"drawing the charts took longer than {SECONDS} s and was stopped; try again"
        ) from None
    if done.returncode != 0:
        reasons = _REASON.findall(done.stderr) or [f"exit status {done.returncode}"]
        raise RenderingFailed(f"the charts could not be drawn: {reasons[-1]}")
    drawn: dict[str, str] = json.loads(done.stdout)
    return {name: _frame(svg) for name, svg in drawn.items()}


def _frame(svg: str) -> str:
    return _FRAME.sub(r'<svg viewBox="0 0 \1 \2" aria-hidden="true">', svg, count=1)
