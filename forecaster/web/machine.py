"""What the service runs on: versions, and the room on the disk."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import forecaster
from forecaster.store import probe
from forecaster.wiring import Desk

BELIEVED_SECONDS = 60.0  # a size; a large archive takes a moment to add up
LIBRARIES = (
    *("pymc", "nutpie", "pytensor", "numpy", "arviz", "xarray"),
    *("sqlalchemy", "alembic", "h5netcdf", "h5py", "altair", "vl-convert-python"),
    *("fastapi", "starlette", "uvicorn", "jinja2", "httpx", "apscheduler"),
)


class Room(NamedTuple):
    """The free space on the disk of the state folder, in bytes, and how much there has to be."""

    free: int
    total: int
    floor: int

    @property
    def enough(self) -> bool:
        """Whether it is above the floor."""
        return self.free >= self.floor


class Part(NamedTuple):
    """One part of the state folder, and how large it is in bytes."""

    title: str
    size: int


def room(desk: Desk) -> Room:
    """The free space, asked anew each time: it is one call.

    Raises
    ------
    OSError
        If the state folder is gone.
    """
    found = shutil.disk_usage(desk.settings.home)
    return Room(found.free, found.total, desk.settings.disk_floor_mb * 1_000_000)


class Sizes:
    """The parts of a state folder, added up once a minute at most."""

    def __init__(self, desk: Desk, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._monotonic = monotonic
        self._lock = Lock()
        self._at = float("-inf")
        self._parts: list[Part] = []

    def parts(self) -> list[Part]:
        """What takes how much.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        with self._lock:
            if self._monotonic() - self._at >= BELIEVED_SECONDS:
                self._parts = self._added_up()
                self._at = self._monotonic()
            return self._parts

    def _added_up(self) -> list[Part]:
        settings = self._desk.settings
        folders = {
            "Posteriors": settings.home / "posteriors",
            "Archive": settings.home / "archive",
            "Backups": settings.backup_folder or settings.home / "backups",
            "Reports": settings.home / "reports",
            "Cache": settings.home / "cache",
        }
        return [
            Part("Database", probe.server(self._desk.engine).size),
            *(Part(title, _size(folder)) for title, folder in folders.items()),
        ]


def _size(folder: Path) -> int:
    """The bytes of all files below a folder; links are not followed."""
    total = 0
    try:
        with os.scandir(folder) as found:
            for one in found:
                try:
                    if one.is_dir(follow_symlinks=False):
                        total += _size(Path(one.path))
                    else:
                        total += one.stat(follow_symlinks=False).st_size
                except FileNotFoundError:  # removed while we looked
                    continue
    except (FileNotFoundError, NotADirectoryError):
        return 0
    return total


@cache
def versions() -> list[tuple[str, str]]:
    """The program, Python and the libraries that matter, without loading any of them."""
    return [
        ("forecaster", forecaster.__version__),
        ("Python", platform.python_version()),
        *((name, metadata.version(name)) for name in LIBRARIES),
    ]
