"""A backup from a stranger: nothing in it is trusted, nothing outside its folder is written."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.errors import DamagedFile, StoreError
from jobs import manifest, unpacking

BODY = b"database " * 700
Members = list[tuple[tarfile.TarInfo, bytes]]
PARTS = {"database.sqlite": BODY, "posteriors/one.nc": b"posterior", "archive/ab/c": b""}


def listed(held: dict[str, bytes], **other: Any) -> bytes:
    said = {
        "format": 1,
        "created_at": "2026-11-22T06:15:00Z",
        "version": "1",
        "database": "sqlite",
        "revision": "0001",
        "counts": {"readings": 1, "forecasts": 1},
        "chain": "",
        "parts": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in held.items()
        },
    }
    return json.dumps(said | other).encode()


def packed(members: Members) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def plain(name: str, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), content


def signed(said: bytes) -> Members:
    """A manifest with its hash."""
    digest = hashlib.sha256(said).hexdigest().encode()
    return [plain(manifest.NAME, said), plain(manifest.HASH, digest)]


def parts() -> Members:
    return [plain(*one) for one in PARTS.items()]


def whole() -> Members:
    return parts() + signed(listed(PARTS))


def odd(name: str, kind: bytes, to: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info, b""


@pytest.fixture(scope="module")
def good() -> bytes:
    return packed(whole())


def test_a_whole_one_is_unpacked(tmp_path: Path, good: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(good)
    into = tmp_path / "into"
    into.mkdir()
    found = unpacking.unpack(tmp_path / "b.tar", into)
    assert set(PARTS) == set(found.parts)
    for name, content in PARTS.items():
        assert content == (into / name).read_bytes()


def swapped() -> tuple[str, bytes]:
    return manifest.NAME, listed(PARTS, version="2")


EVIL: dict[str, Callable[[], Members]] = {
    "out of the folder": lambda: [plain("../evil", b"x"), *whole()],
    "out by a detour": lambda: [plain("posteriors/../../evil", b"x"), *whole()],
    "absolute": lambda: [plain("/evil", b"x"), *whole()],
    "settings": lambda: [plain("forecaster.toml", b"x"), *whole()],
    "hidden": lambda: [plain("archive/.evil", b"x"), *whole()],
    "another line": lambda: [plain("archive/a\nb", b"x"), *whole()],
    "symlink": lambda: [odd("posteriors/two.nc", tarfile.SYMTYPE, "/etc/passwd"), *whole()],
    "hard link": lambda: [odd("posteriors/two.nc", tarfile.LNKTYPE, "database.sqlite"), *whole()],
    "folder": lambda: [odd("posteriors/two", tarfile.DIRTYPE), *whole()],
    "device": lambda: [odd("posteriors/two", tarfile.CHRTYPE), *whole()],
    "pipe": lambda: [odd("posteriors/two", tarfile.FIFOTYPE), *whole()],
    "twice": lambda: [plain("posteriors/one.nc", b"posterior"), *whole()],
    "unlisted": lambda: [plain("posteriors/two.nc", b"x"), *whole()],
    "missing": lambda: whole()[1:],
    "changed": lambda: [plain("database.sqlite", BODY[::-1]), *whole()[1:]],
    "no manifest": parts,
    "no hash of the manifest": lambda: whole()[:-1],
    "another manifest": lambda: [*parts(), plain(*swapped()), whole()[-1]],
    "two manifests": lambda: [*whole(), *signed(listed(PARTS))],
    "no database": lambda: signed(listed({})),
    "manifest of another kind": lambda: parts() + signed(b"[1]"),
    "manifest with a stranger's key": lambda: parts() + signed(listed(PARTS, run="rm")),
    "manifest of a coming format": lambda: parts() + signed(listed(PARTS, format=2)),
}


@pytest.mark.parametrize("what", EVIL)
def test_what_is_refused(tmp_path: Path, what: str) -> None:
    file = tmp_path / "b.tar"
    file.write_bytes(packed(EVIL[what]()))
    into = tmp_path / "deep" / "into"
    into.mkdir(parents=True)
    with pytest.raises(DamagedFile, match=r"is no whole backup: .*; take another one"):
        unpacking.unpack(file, into)
    outside = {one for one in tmp_path.rglob("*") if not one.is_relative_to(into)}
    assert {file, tmp_path / "deep"} == outside


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 1000, b"\x1f\x8b\x08" + b"0" * 600])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.tar"
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match="is no whole backup"):
        unpacking.check(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read \\(No such file"):
        unpacking.unpack(tmp_path / "none.tar", tmp_path)


def test_compressed_ones_are_refused_since_they_may_swell(tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    with tarfile.open(file, "w:gz") as tar:
        for info, content in whole():
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with pytest.raises(DamagedFile):
        unpacking.check(file)


def judged(tmp_path: Path, content: bytes) -> manifest.Manifest | None:
    file = tmp_path / "b.tar"
    file.write_bytes(content)
    try:
        return unpacking.check(file)
    except DamagedFile:
        return None


@given(data=st.data())
def test_no_flipped_bit_passes_unless_it_changes_nothing(
    data: st.DataObject, good: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    original = judged(folder, good)
    assert original is not None
    place = data.draw(st.integers(0, len(good) - 1))
    bit = data.draw(st.integers(0, 7))
    spoilt = bytearray(good)
    spoilt[place] ^= 1 << bit
    assert judged(folder, bytes(spoilt)) in (None, original)


@given(data=st.data())
def test_no_truncation_passes_unless_only_padding_is_lost(
    data: st.DataObject, good: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    length = data.draw(st.integers(0, len(good) - 1))
    found = judged(folder, good[:length])
    if found is not None:
        assert b"" == good[length:].strip(b"\0")
