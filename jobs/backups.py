"""The whole state in one file: a tar of the database, the posteriors, the archive, a manifest.

The manifest comes last and holds the SHA-256 of everything else; its own follows it. The file is
read again before it gets its name, so that a backup that exists can be read.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import uuid4

from forecaster import __version__
from forecaster.errors import StoreError
from forecaster.posterior import words
from forecaster.store import copies, forecasts
from forecaster.wiring import Desk
from jobs import manifest, unpacking
from jobs.manifest import Manifest, Part

WORKING = ".forecaster-working-"
PATTERN = "forecaster-*.tar"


def folder(desk: Desk) -> Path:
    """Where the job writes its backups."""
    return desk.settings.backup_folder or desk.settings.home / "backups"


def nightly(desk: Desk) -> str:
    """Write a backup into the folder and remove the oldest; returns what was done."""
    into = folder(desk)
    made = save(desk, into / f"forecaster-{desk.clock():%Y%m%dT%H%M%SZ}.tar")
    kept = sorted(into.glob(PATTERN))[: -desk.settings.backups_kept]
    for old in kept:
        old.unlink(missing_ok=True)
    return f"{said(made)}; {words.count(len(kept), 'old backup')} removed"


def said(made: Manifest) -> str:
    """What a backup holds, in one line, and what it lacks."""
    size = sum(part.size for part in made.parts.values()) / 1e6
    text = (
        f"saved {words.count(made.counts['readings'], 'reading')}, "
        f"{words.count(made.counts['forecasts'], 'forecast')} and "
        f"{words.count(len(made.parts) - 1, 'file')}, {size:,.1f} MB"
    )
    if made.left_out:
        text += f"; left out, since missing or damaged: {', '.join(made.left_out)}"
    return text


def save(desk: Desk, file: Path) -> Manifest:
    """Write a backup while the service goes on.

    A posterior that is missing or damaged is left out and named, so that one bad file does not
    keep everything else from being saved.

    Raises
    ------
    StoreError
        If the file exists, cannot be written, or the database cannot be copied.
    DamagedFile
        If the database is damaged, or what was written cannot be read again.
    """
    if file.exists():
        raise StoreError(f"{file} exists already; give another name, backups are not overwritten")
    part = file.with_name(f".{file.name}.{uuid4().hex}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            made = _write(desk, part)
            unpacking.check(part)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        _flush(file.parent)
    except OSError as error:
        raise StoreError(
            f"the backup {file} could not be written ({error.strerror}); check the free space and "
            "your permissions there"
        ) from error
    return made


def _write(desk: Desk, part: Path) -> Manifest:
    kind: Literal["sqlite", "postgresql"] = (
        "sqlite" if desk.engine.dialect.name == "sqlite" else "postgresql"
    )
    parts: dict[str, Part] = {}
    left_out: list[str] = []
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(handle, "w+b") as out,
        tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar,
        tempfile.TemporaryDirectory(prefix=WORKING, dir=part.parent) as working,
    ):
        copy = Path(working) / manifest.DATABASES[kind]
        facts = copies.save(desk.engine, copy)
        parts[copy.name] = _add(tar, copy, copy.name)
        for name, sha256 in forecasts.posteriors(desk.engine).items():
            file = _sound(desk.settings.home, name, sha256)
            if file is None:
                left_out.append(name)
            else:
                parts[name] = _add(tar, file, name)
        for file in sorted((desk.settings.home / "archive").rglob("*")):
            name = file.relative_to(desk.settings.home).as_posix()
            half = file.suffix == ".part"
            if file.is_file() and not file.is_symlink() and not half and manifest.allowed(name):
                parts[name] = _add(tar, file, name)
        made = Manifest(
            created_at=desk.clock(),
            version=__version__,
            database=kind,
            **facts._asdict(),
            parts=parts,
            left_out=tuple(left_out),
        )
        written = made.model_dump_json(indent=2).encode()
        _add_bytes(tar, written, manifest.NAME)
        _add_bytes(tar, hashlib.sha256(written).hexdigest().encode(), manifest.HASH)
        tar.close()
        out.flush()
        os.fsync(out.fileno())
    return made


def _sound(home: Path, name: str, sha256: str) -> Path | None:
    """The file of a posterior, if it is there and is what was written."""
    if not manifest.allowed(name):
        return None
    try:
        with (home / name).open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return None
    return home / name if same else None


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        found = self._file.read(size)
        self.hash.update(found)
        return found


def _add(tar: tarfile.TarFile, file: Path, name: str) -> Part:
    with file.open("rb") as opened:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(opened.fileno()).st_size
        read = _Hashing(opened)
        tar.addfile(info, read)
    return Part(sha256=read.hash.hexdigest(), size=info.size)


def _add_bytes(tar: tarfile.TarFile, content: bytes, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, BytesIO(content))


def _flush(parent: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
