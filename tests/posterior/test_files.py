"""A posterior comes back as it was saved, or not at all."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray

from forecaster.errors import DamagedFile, StoreError
from forecaster.posterior import files

POSITIONS = 200


@pytest.fixture
def tree() -> xarray.DataTree:
    """Numbers of several kinds, a scalar, text, an empty array, and two groups."""
    draws = np.random.default_rng(1).normal(size=(2, 50, 3))
    posterior = xarray.Dataset(
        {
            "level": (("chain", "draw", "family"), draws),
            "single": (("chain", "draw"), draws[..., 0].astype("float32")),
            "count": (("chain", "draw"), np.arange(100).reshape(2, 50)),
            "diverging": (("chain", "draw"), draws[..., 0] > 1),
            "scale": ((), 0.1 + 0.2),
            "nothing": (("empty",), np.zeros(0)),
        },
        coords={"chain": [0, 1], "family": ["asymmetry", "union – союз", ""]},
    )
    shown = xarray.Dataset({"alliance_by": (("horizon",), [0.1, np.nan, 0.3])})
    found = xarray.DataTree.from_dict({"/posterior": posterior, "/shown/deep": shown})
    found.attrs = {"schema_version": 1, "as_of": "2026-11-22T06:10:00Z"}
    return found


def test_what_is_saved_comes_back_identical(tree: xarray.DataTree, tmp_path: Path) -> None:
    path = tmp_path / "posteriors" / "one.nc"
    digest = files.save(tree, path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [path] == list(path.parent.iterdir())
    back = files.load(path, digest)
    assert back.identical(tree)
    path.unlink()  # it is in memory
    assert float(back["posterior/scale"]) == 0.1 + 0.2


def test_any_other_program_sees_damage_too(tree: xarray.DataTree, tmp_path: Path) -> None:
    """The checksums are in the file itself, for readers that do not know our hash."""
    path = tmp_path / "one.nc"
    files.save(tree, path)
    with xarray.open_datatree(path, engine="h5netcdf") as opened:
        encoding = opened["posterior/level"].encoding
    assert (True, True, 4) == tuple(encoding[k] for k in ("zlib", "fletcher32", "complevel"))


def flipped(content: bytes, position: int) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 1 << position % 8
    return bytes(changed)


def cut(content: bytes, position: int) -> bytes:
    return content[:position]


@pytest.mark.parametrize("damage", [flipped, cut])
def test_any_damage_is_told(
    tree: xarray.DataTree, tmp_path: Path, damage: Callable[[bytes, int], bytes]
) -> None:
    path = tmp_path / "one.nc"
    digest = files.save(tree, path)
    content = path.read_bytes()
    chance = random.Random(1)  # noqa: S311
    for position in [0, len(content) - 1, *chance.sample(range(len(content)), POSITIONS)]:
        path.write_bytes(damage(content, position))
        with pytest.raises(DamagedFile, match=r"one\.nc is not what was written; bring it back"):
            files.load(path, digest)
    path.write_bytes(content)
    assert files.load(path, digest).identical(tree)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match=r"one\.nc is missing; .* `forecaster update --force`"):
        files.load(tmp_path / "one.nc", "ab" * 32)


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="cannot be read"):
        files.load(tmp_path, "ab" * 32)


def test_a_failed_write_leaves_the_earlier_file(
    tree: xarray.DataTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.nc"
    digest = files.save(tree, path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match=r"one\.nc could not be written \(.*No space left"):
        files.save(tree.isel(draw=slice(10)), path)
    assert [path] == list(tmp_path.iterdir())
    assert files.load(path, digest).identical(tree)


def test_a_later_file_takes_the_place_of_the_earlier(tree: xarray.DataTree, tmp_path: Path) -> None:
    path = tmp_path / "one.nc"
    first = files.save(tree, path)
    shorter = xarray.DataTree.from_dict({"/shown": tree["shown/deep"].to_dataset()})
    second = files.save(shorter, path)
    assert first != second
    assert files.load(path, second).identical(shorter)
    with pytest.raises(DamagedFile):
        files.load(path, first)


def test_what_a_killed_writer_left_is_swept_after_a_day(
    tree: xarray.DataTree, tmp_path: Path
) -> None:
    files.save(tree, tmp_path / "one.nc")
    old, young = tmp_path / ".one.nc.1.part", tmp_path / ".one.nc.2.part"
    for part in (old, young):
        part.touch()
    os.utime(old, (0, 0))
    assert [old] == files.sweep(tmp_path)
    assert {young, tmp_path / "one.nc"} == set(tmp_path.iterdir())
