"""The child process of the studio: a line of JSON in, a picture as a line of JSON out.

It ends when its parent does, for then its standard input closes.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import Any

import vl_convert
from altair.utils import schemapi

from forecaster.web.charts import CHARTS
from forecaster.web.palette import plain
from forecaster.web.studio import frames

PNG_SCALE = 2.0


def main() -> None:
    """Answer until there is nobody left to ask."""
    # Whatever a library prints goes to standard error; standard output is for answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    schemapi.disable_debug_mode()  # our charts are checked by tests, not each time they are drawn
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(asked: dict[str, Any]) -> dict[str, str]:
    """``{"picture": ...}``, an SVG or a PNG in base 64, or ``{"error": ...}``."""
    try:
        return {"picture": picture(CHARTS[asked["chart"]](**asked["given"]), asked["format"])}
    except Exception as error:  # noqa: BLE001 - the parent tells, whatever it is
        return {"error": f"{type(error).__name__}: {error}"}


def picture(chart: dict[str, Any], form: str) -> str:
    """One chart, drawn; no address that stands in it is fetched.

    Raises
    ------
    ValueError
        If the chart is not valid or asks for an address.
    """
    if form == "png":
        spec = json.loads(plain(json.dumps(chart)))
        spec["background"] = "white"
        drawn = vl_convert.vegalite_to_png(spec, scale=PNG_SCALE, allowed_base_urls=[])
        return base64.b64encode(drawn).decode()
    return frames.coarse(vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]))
