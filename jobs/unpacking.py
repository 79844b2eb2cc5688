"""Read a backup, trusting nothing in it: names, kinds, sizes and hashes are all checked."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from forecaster.errors import DamagedFile, StoreError
from jobs import manifest
from jobs.manifest import Manifest

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 64 << 20


def check(file: Path) -> Manifest:
    """Read all of a backup and compare it with its manifest.

    Raises
    ------
    StoreError
        If the file cannot be read.
    DamagedFile
        If it is no backup, or not what was written.
    """
    return _read(file, lambda _name, _chunk: None)


def unpack(file: Path, into: Path) -> Manifest:
    """Write the parts of a backup into an empty folder, compared with the manifest.

    Raises
    ------
    StoreError
        If the file cannot be read, or there is too little space for what is in it.
    DamagedFile
        If it is no backup, or not what was written.
    """

    def write(name: str, chunk: bytes) -> None:
        target = into / name  # `allowed` has judged the name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as out:
            out.write(chunk)

    free = shutil.disk_usage(into).free
    if file.is_file() and file.stat().st_size > free:
        raise StoreError(
            f"{file} holds {file.stat().st_size / 1e6:,.0f} MB, and only {free / 1e6:,.0f} MB are "
            f"free in {into.parent}"
        )
    return _read(file, write)


def _read(file: Path, take: Callable[[str, bytes], None]) -> Manifest:
    found: dict[str, tuple[int, str]] = {}
    said = {manifest.NAME: b"", manifest.HASH: b""}
    with _opened(file) as tar:
        for member in tar:
            _judge(file, member, found)
            content = tar.extractfile(member)
            if content is None:
                raise _damaged(file, f"{member.name} has no content")
            if member.name not in said:
                found[member.name] = _copied(content, member.name, take)
            elif member.size > _LARGEST_MANIFEST or said[member.name]:
                raise _damaged(file, "its manifest is too large, or stands in it twice")
            else:
                said[member.name] = content.read()
    listed = _manifest(file, said[manifest.NAME], said[manifest.HASH])
    return _compared(file, listed, found)


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        # Plain tar only: what is not compressed cannot swell.
        with tarfile.open(file, mode="r:") as tar:
            yield tar
    except tarfile.TarError as error:
        raise _damaged(file, str(error)) from error
    except OSError as error:
        raise StoreError(f"the backup {file} cannot be read ({error.strerror})") from error


def _judge(file: Path, member: tarfile.TarInfo, found: dict[str, tuple[int, str]]) -> None:
    if not manifest.allowed(member.name):
        raise _damaged(file, f"{member.name!r} may not stand in a backup")
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise _damaged(file, f"{member.name} is no plain file")
    tarfile.data_filter(member, str(file.parent))  # Python's own judgement, raised as a TarError
    if member.name in found:
        raise _damaged(file, f"{member.name} stands in it twice")


def _copied(content: IO[bytes], name: str, take: Callable[[str, bytes], None]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    take(name, b"")
    while chunk := content.read(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
        take(name, chunk)
    return size, digest.hexdigest()


def _manifest(file: Path, said: bytes, sha256: bytes) -> Manifest:
    if hashlib.sha256(said).hexdigest().encode() != sha256:
        raise _damaged(file, "its manifest is missing, or not what was written")
    try:
        return Manifest.model_validate_json(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _damaged(file, f"its manifest cannot be read: {first['msg']}") from error


def _compared(file: Path, listed: Manifest, held: dict[str, tuple[int, str]]) -> Manifest:
    expected = {name: (part.size, part.sha256) for name, part in listed.parts.items()}
    wrong = sorted(name for name in expected.keys() | held if expected.get(name) != held.get(name))
    if wrong:
        raise _damaged(file, f"{', '.join(wrong[:5])} is not what its manifest says")
    if manifest.DATABASES[listed.database] not in held:
        raise _damaged(file, "it holds no database")
    return listed


def _damaged(file: Path, why: str) -> DamagedFile:
    return DamagedFile(f"{file} is no whole backup: {why}; take another one")
