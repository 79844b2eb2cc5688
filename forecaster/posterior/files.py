"""A posterior on disk: one netCDF file, compressed, checksummed, replaced as a whole or not at all.

The hash is kept with the forecast, in the database: a file that does not match it is not read.
"""

from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from forecaster.errors import StoreError
from forecaster.posterior.damage import changed, unreadable

if TYPE_CHECKING:
    import xarray

ENGINE: Final = "h5netcdf"
_FILTERS = {"zlib": True, "complevel": 4, "fletcher32": True}


def save(tree: xarray.DataTree, path: Path) -> str:
    """Write a posterior; the file appears whole or not at all.

    Returns
    -------
    str
        The SHA-256 of the file, to be kept with the forecast.

    Raises
    ------
    StoreError
        If the file cannot be written; an earlier file of that name stays as it was.
    """
    # HDF5 ends the whole process where the disk is full, so it fills memory and we fill the file.
    buffer = BytesIO()
    tree.to_netcdf(buffer, engine=ENGINE, encoding=_encoding(tree), compute=True)
    return write(buffer.getbuffer(), path)


def write(content: memoryview, path: Path) -> str:
    """Write what a file is to hold; it appears whole or not at all.

    Raises
    ------
    StoreError
        As ``save``.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_flushed(part, content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"the posterior {path} could not be written ({error.strerror or error}); nothing was "
            "stored. Check the free space and your permissions there"
        ) from error
    return hashlib.sha256(content).hexdigest()


def load(path: Path, sha256: str) -> xarray.DataTree:
    """Read a posterior into memory, after comparing its hash.

    Raises
    ------
    DamagedFile
        If the file is missing, cannot be read, or is not what was written.
    """
    import xarray

    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise changed(path)
    # From the bytes that were hashed, not from the file again.
    with xarray.open_datatree(BytesIO(content), engine=ENGINE) as tree:
        return tree.load()


def sweep(folder: Path, older_than: timedelta = timedelta(hours=24)) -> list[Path]:
    """Remove what writers left that were killed; the younger may still be at work."""
    limit = time.time() - older_than.total_seconds()
    left = [part for part in folder.glob(".*.part") if part.stat().st_mtime < limit]
    for part in left:
        part.unlink(missing_ok=True)
    return left


def _encoding(tree: xarray.DataTree) -> dict[str, dict[str, Any]]:
    """Compress every array of numbers; scalars and text have no chunks to compress."""
    return {
        node.path: {
            str(name): dict(_FILTERS)
            for name, variable in node.to_dataset(inherit=False).variables.items()
            if variable.ndim > 0 and variable.size > 0 and variable.dtype.kind in "biuf"
        }
        for node in tree.subtree
    }


def _write_flushed(path: Path, content: memoryview) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
