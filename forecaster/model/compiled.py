"""How the functions of the density are compiled, and where the machine code is kept.

Numba keeps machine code on disk and watches only the file of the function that is called, not the
files of those that it calls. So it is kept below a folder named by the hash of all sources of the
density: an edit of any of them compiles anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

SOURCES = ("compiled", "density", "events", "hierarchy", "live", "terrain")


def njit(*, fast: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Decorate a function of plain float64 arrays: compiled at its first call, then kept.

    ``fast``: the order of summation is the compiler's.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        config: Any = numba.config
        before, config.CACHE_DIR = config.CACHE_DIR, str(_folder())
        try:
            return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=fast)(function)
        finally:
            config.CACHE_DIR = before

    return compiled


@cache
def _folder() -> Path:
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / f"{name}.py").read_bytes() for name in SOURCES))
    home = here / "__pycache__"
    if not os.access(home if home.exists() else here, os.W_OK):
        from platformdirs import user_cache_path

        home = user_cache_path("forecaster")
    return home / f"numba-{digest.hexdigest()[:16]}"
