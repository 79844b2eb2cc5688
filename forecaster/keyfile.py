"""A secret of its own for each installation: a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make(path: Path, content: bytes) -> None:
    """Write it whole, then give it its name, unless another process was first.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return
    finally:
        part.unlink()
