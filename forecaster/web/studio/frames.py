"""The frame around a drawing: what a page needs is not what a file needs."""

from __future__ import annotations

import re

from forecaster.web.palette import plain

_FRAME = re.compile(r'^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')


def inside_html(svg: str) -> str:
    """Without a size: the page decides. What it shows is told by the page, not read out."""
    return _FRAME.sub(r'<svg viewBox="0 0 \1 \2" aria-hidden="true">', svg, count=1)


def file_of_its_own(svg: str) -> str:
    """On white, in colours that need no style sheet."""
    framed = _FRAME.sub(
        r'<svg xmlns="http://www.w3.org/2000/svg" width="\1" height="\2" viewBox="0 0 \1 \2">'
        r'<rect width="100%" height="100%" fill="#fff"/>',
        svg,
        count=1,
    )
    return plain(framed)
