"""Files of publishers come whole and as expected, or not at all; replayed on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks import reference_download
from indicators.wire import Wire
from priors.reference import publishers
from priors.reference.publishers import File, WrongFile
from tests.replay.publisher import Publisher
from tests.replay.route import Fault, Route

BODY = b"made up, in place of a data set\n" * 100
FILES = publishers.load()


def route(one: File, **changes: object) -> Route:
    plain: dict[str, object] = {"content_type": "application/octet-stream", "body": BODY}
    return Route(urlsplit(one.url).path, **(plain | changes))  # type: ignore[arg-type]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher(route(one) for one in FILES.values()) as running:
        yield running


def download(publisher: Publisher, folder: Path, *words: str) -> int:
    return reference_download.main([str(folder), "--base", publisher.address, *words])


def test_each_file_is_cited_and_lies_at_a_fixed_commit() -> None:
    for one in FILES.values():
        assert len(one.citation) > 20
        assert any(len(part) == 40 for part in urlsplit(one.url).path.split("/"))


def test_files_without_a_stated_hash_are_refused_unless_pinned(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert all(one.sha256 is None for one in FILES.values())  # else this test needs another file

    assert download(publisher, tmp_path) == 1
    assert "no hash is stated" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

    assert download(publisher, tmp_path, "--pin") == 0
    assert f"atop_alliance: {hashlib.sha256(BODY).hexdigest()}" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {
        Path(urlsplit(one.url).path).name for one in FILES.values()
    }


def fetching(publisher: Publisher, wire: Wire) -> reference_download.Fetching:
    return reference_download.Fetching(wire, "test", publisher.address, pin=True)


def test_another_hash_than_the_stated_one_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    wanted = FILES["cow_nmc"].model_copy(update={"sha256": "0" * 64})
    with Wire() as wire, pytest.raises(WrongFile, match=r"0{64} is expected"):
        fetching(publisher, wire).fetch("cow_nmc", wanted, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_stated_hash_is_taken(publisher: Publisher, tmp_path: Path) -> None:
    stated = hashlib.sha256(BODY).hexdigest()
    wanted = FILES["cow_nmc"].model_copy(update={"sha256": stated})
    with Wire() as wire:
        assert fetching(publisher, wire).fetch("cow_nmc", wanted, tmp_path) == stated
    assert (tmp_path / "cow_nmc.rda").read_bytes() == BODY


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": 404}, "answered with status 404"),
        ({"fault": Fault(reset_after=20)}, "cow_nmc: "),
        ({"fault": Fault(endless=True)}, "TooLarge"),
    ],
)
def test_what_does_not_come_whole_is_not_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, object],
    message: str,
) -> None:
    monkeypatch.setattr(reference_download, "CAP", 100_000)
    routes = [route(one, **(changes if name == "cow_nmc" else {})) for name, one in FILES.items()]
    with Publisher(routes) as publisher:
        assert download(publisher, tmp_path, "--pin") == 1
    assert message in capsys.readouterr().err
    names = {path.name for path in tmp_path.iterdir()}
    assert "cow_nmc.rda" not in names
    assert len(names) == len(FILES) - 1  # the others are not held up


def test_publishers_are_told_who_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        reference_download.main([str(tmp_path)])
    assert "FORECASTER_CONTACT" in capsys.readouterr().err
