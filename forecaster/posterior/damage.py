"""A posterior that cannot be read, told with what to do; and the look at its hash.

Told by its name alone: pages and API say it to people who need not know where the state lies.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from forecaster.errors import DamagedFile

#: Bytes hashed at once: each piece takes the interpreter back twice, which others are waiting for.
PIECE = 4_194_304
_REMEDY = "bring it back with `forecaster restore`, or fit again with `forecaster update --force`"


def unreadable(path: Path, error: OSError) -> DamagedFile:
    """The file is missing, or the system does not hand it out."""
    if isinstance(error, FileNotFoundError):
        return DamagedFile(f"the posterior {path.name} is missing; {_REMEDY}")
    return DamagedFile(f"the posterior {path.name} cannot be read ({error.strerror}); {_REMEDY}")


def changed(path: Path) -> DamagedFile:
    """The file is there and is another."""
    return DamagedFile(f"the posterior {path.name} is not what was written; {_REMEDY}")


def require_unchanged(path: Path, sha256: str) -> None:
    """Compare a file with the hash that was kept with its forecast, without holding it in memory.

    A file that the system says has not been touched since is not read again.

    Raises
    ------
    DamagedFile
        If the file is missing, cannot be read, or is not what was written.
    """
    try:
        about = path.stat()
        touched = (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
        found = _digest(path, touched)
    except OSError as error:
        raise unreadable(path, error) from error
    if found != sha256:
        raise changed(path)


@lru_cache(maxsize=256)
def _digest(path: Path, _touched: tuple[int, ...]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def unlike(path: Path, error: Exception) -> DamagedFile:
    """The file is what was written, and does not hold what a posterior of ours holds."""
    return DamagedFile(f"{path.name} is not a posterior of this program: {error}; {_REMEDY}")
