"""Every body that a publisher sent, as it came: a file named by its hash, a row for each fetch.

Files are written beside their place, flushed and renamed, so that a file that exists is whole. The
row comes last: what it names is on the disk. Files and rows are never changed.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Engine, insert, select

from forecaster.errors import StoreError
from forecaster.store.engine import next_number, reading, writing
from forecaster.store.schema import fetches as table
from forecaster.store.schema import source_memory
from indicators.archive import Fetch, Kept

FOLDER = "archive"
_KEPT = [table.c[name] for name in Kept._fields]


class RawArchive:
    """The archive of one installation, below its state folder."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self._engine = engine
        self._folder = home / FOLDER

    def keep(self, fetch: Fetch) -> None:
        """Keep the body, if there is one, and then note the fetch.

        Raises
        ------
        StoreError
            If either cannot be written; then there is no row.
        """
        name = fetch.sha256
        if fetch.body is not None and name is not None and self.body(name) is None:
            self._write(self._path(name), fetch.body)
        row = {
            "source": fetch.source,
            "question": fetch.question,
            "method": fetch.method,
            "url": fetch.url,
            "status": fetch.status,
            "content_type": fetch.content_type,
            "etag": fetch.etag,
            "last_modified": fetch.last_modified,
            "sha256": name,
            "bytes": None if fetch.body is None else len(fetch.body),
            "fetched_at": fetch.fetched_at,
            "attempts": fetch.attempts,
            "unchanged": fetch.unchanged,
            "error": fetch.error.replace("\0", "?"),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(table).values(id=next_number(connection, table), **row))

    def last(self, source: str, question: str) -> Kept | None:
        """The newest good body of a question that a successful visit has read."""
        read = select(source_memory.c.last_fetch).where(source_memory.c.source == source)
        statement = (
            select(*_KEPT)
            .where(
                table.c.source == source,
                table.c.question == question,
                table.c.id <= read.scalar_subquery(),
                table.c.error == "",
                table.c.sha256.is_not(None),
            )
            .order_by(table.c.id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else Kept(*row)

    def body(self, sha256: str) -> bytes | None:
        """A kept body; None where it is gone or no longer what its name says."""
        path = self._path(sha256)
        try:
            found = gzip.decompress(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error) as error:
            if isinstance(error, PermissionError):
                raise _unusable(path, error) from error
            return None
        return found if _hash(found) == sha256 else None

    def _path(self, name: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", name):
            raise ValueError(f"{name!r} is no SHA-256")
        return self._folder / name[:2] / f"{name}.gz"

    def _write(self, path: Path, body: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
                part = Path(file.name)
                try:
                    file.write(gzip.compress(body, mtime=0))
                    file.flush()
                    os.fsync(file.fileno())
                    part.replace(path)
                except BaseException:
                    part.unlink(missing_ok=True)
                    raise
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise _unusable(path, error) from error


def referenced(engine: Engine) -> set[str]:
    """The hashes of all bodies that a fetch has a row for."""
    statement = select(table.c.sha256).where(table.c.sha256.is_not(None)).distinct()
    with reading(engine) as connection:
        return set(connection.scalars(statement))


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the archive file {path} cannot be used ({error.strerror}); nothing of this fetch was "
        "stored. Check the disk's free space and your permission on the folder"
    )
