"""Bodies are kept once, by their hash, and nothing that is not whole is given out."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from forecaster.errors import StoreError
from forecaster.store import visits
from forecaster.store.archive import RawArchive
from forecaster.store.engine import reading
from forecaster.store.visits import Brought, Failure
from indicators.archive import Fetch, Kept
from tests.store.support import NOW

BODY = b'{"rows": []}'
NAME = sha256(BODY).hexdigest()
FETCH = Fetch(
    "gacc",
    "q" * 64,
    "GET",
    "http://publisher.example/table",
    NOW,
    1,
    status=200,
    content_type="application/json",
    etag='"1"',
    last_modified="Sun, 22 Nov 2026 06:10:00 GMT",
    body=BODY,
)


@pytest.fixture
def archive(engine: Engine, tmp_path: Path) -> RawArchive:
    return RawArchive(engine, tmp_path)


def good_visit(engine: Engine) -> None:
    visits.store(engine, Brought("gacc", ["trade_total"], "value", {}), now=NOW)


def rows(engine: Engine) -> list[dict[str, object]]:
    with reading(engine) as connection:
        found = connection.execute(text("SELECT * FROM fetches ORDER BY id")).mappings()
        return [dict(one) for one in found]


def test_the_same_body_is_one_file_and_two_rows(
    archive: RawArchive, engine: Engine, tmp_path: Path
) -> None:
    archive.keep(FETCH)
    archive.keep(replace(FETCH, unchanged=True))
    (file,) = (path for path in tmp_path.rglob("archive/*/*"))
    assert (f"{NAME}.gz", NAME[:2]) == (file.name, file.parent.name)
    assert BODY == gzip.decompress(file.read_bytes()) == archive.body(NAME)
    first, second = rows(engine)
    assert (1, NAME, len(BODY), 200) == (
        first["id"],
        first["sha256"],
        first["bytes"],
        first["status"],
    )
    assert (2, True) == (second["id"], bool(second["unchanged"]))


def test_a_failed_fetch_has_a_row_and_no_file(
    archive: RawArchive, engine: Engine, tmp_path: Path
) -> None:
    archive.keep(replace(FETCH, status=None, body=None, error="no\0answer"))
    assert [] == list(tmp_path.rglob("archive/*/*"))
    (row,) = rows(engine)
    assert (None, None, "no?answer") == (row["sha256"], row["bytes"], row["error"])


def test_only_a_good_visit_makes_a_body_known(archive: RawArchive, engine: Engine) -> None:
    assert None is archive.last("gacc", FETCH.question)
    archive.keep(FETCH)
    assert None is archive.last("gacc", FETCH.question)
    good_visit(engine)
    known = Kept(NAME, FETCH.content_type, FETCH.etag, FETCH.last_modified)
    assert known == archive.last("gacc", FETCH.question)
    archive.keep(replace(FETCH, body=b"[2]"))
    visits.fail(engine, Failure("gacc", ["trade_total"], "no"), now=NOW)
    assert known == archive.last("gacc", FETCH.question), "the failed visit's is not read yet"
    good_visit(engine)
    assert sha256(b"[2]").hexdigest() == getattr(
        archive.last("gacc", FETCH.question), "sha256", None
    )
    assert None is archive.last("ofac", FETCH.question)
    assert None is archive.last("gacc", "r" * 64)


def test_neither_a_refused_body_nor_an_unmodified_answer_is_the_last(
    archive: RawArchive, engine: Engine
) -> None:
    archive.keep(FETCH)
    archive.keep(replace(FETCH, body=b"<html>", error="the answer is text/html"))
    archive.keep(replace(FETCH, status=304, body=None, etag="", unchanged=True))
    good_visit(engine)
    known = archive.last("gacc", FETCH.question)
    assert known is not None
    assert (NAME, '"1"') == (known.sha256, known.etag)


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other"])
def test_a_damaged_file_is_none_and_is_replaced(
    archive: RawArchive, tmp_path: Path, damage: str
) -> None:
    archive.keep(FETCH)
    (file,) = tmp_path.rglob("archive/*/*")
    whole = file.read_bytes()
    file.write_bytes(
        {
            "flip": whole[:12] + bytes([whole[12] ^ 1]) + whole[13:],
            "cut": whole[:-9],
            "empty": b"",
            "other": gzip.compress(b"[3]"),
        }[damage]
    )
    assert None is archive.body(NAME)
    archive.keep(FETCH)
    assert BODY == archive.body(NAME)


def test_a_name_is_a_hash_and_no_path(archive: RawArchive) -> None:
    for name in ("../../etc/passwd", "", NAME.upper(), f"{NAME}/x"):
        with pytest.raises(ValueError, match="no SHA-256"):
            archive.body(name)


def test_a_folder_that_cannot_be_written_is_told(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be used .* free space"):
        RawArchive(engine, tmp_path).keep(FETCH)
    assert [] == rows(engine)


def test_a_write_that_is_cut_off_leaves_no_half_body(
    archive: RawArchive, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left on device"):
            archive.keep(FETCH)
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file() and "archive" in str(path)]
    assert [] == rows(engine)
