"""What a replayed publisher answers to what: routes, from ``routes.toml`` or made in a test."""

from __future__ import annotations

import gzip
import io
import json
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from email.message import Message
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes each time


@dataclass(frozen=True)
class Fault:
    """What goes wrong while the body is sent.

    ``drip``: one byte in so many seconds. ``reset_after``: so many bytes, then the connection is
    torn down. ``claimed_length``: a Content-Length that is not true. ``endless``: the body is
    repeated until the client goes away. ``bomb``: the body is so many zeros, packed small by gzip.
    ``silent``: nothing is answered at all.
    """

    drip: float = 0.0
    reset_after: int | None = None
    claimed_length: int | None = None
    endless: bool = False
    bomb: int = 0
    silent: bool = False


@dataclass(frozen=True)
class Route:
    """One answer, and the questions that get it.

    ``path`` is the publisher's own, from the first slash, and may hold ``*``. Every pair of
    ``query``, every header and every member of ``json`` has to be in the question; more may be.
    ``times`` is how often it answers before the next route that fits takes its place. With an
    ``ETag`` or a ``Last-Modified`` in ``headers`` a question that knows it gets 304. ``raw`` is
    sent instead of a proper answer, head and all.
    """

    path: str
    method: str = "GET"
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    asked_headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    packed: bool = False
    times: int | None = None
    fault: Fault = Fault()
    raw: bytes | None = None

    def fits(
        self,
        method: str,
        path: str,
        query: Mapping[str, list[str]],
        headers: Message[str, str],
        body: bytes,
    ) -> bool:
        """Whether this is an answer to that question."""
        return (
            method == self.method
            and (path == self.path or fnmatchcase(path, self.path))
            and all(
                query.get(name) == ([wanted] if isinstance(wanted, str) else wanted)
                for name, wanted in self.query.items()
            )
            and all(headers.get(name) == wanted for name, wanted in self.asked_headers.items())
            and (self.json is None or _holds(_content(body), self.json))
        )

    def on_the_wire(self) -> tuple[bytes, dict[str, str]]:
        """The bytes to be sent and the headers that go with them."""
        headers = {"Content-Type": self.content_type, **self.headers}
        if self.fault.bomb:
            return _bomb(self.fault.bomb), headers | {"Content-Encoding": "gzip"}
        if self.packed:
            return gzip.compress(self.body, mtime=0), headers | {"Content-Encoding": "gzip"}
        return self.body, headers


def load(folder: Path) -> list[Route]:
    """The routes of a folder's ``routes.toml``, in order.

    Raises
    ------
    ValueError
        Naming the route with an unknown key, or with no body where one is named.
    """
    content = tomllib.loads((folder / "routes.toml").read_text(encoding="utf-8"))
    return [_route(one, folder) for one in content.get("route", [])]


def _route(one: dict[str, Any], folder: Path) -> Route:
    given = dict(one)
    file, member = given.pop("file", None), given.pop("zip", None)
    if "fault" in given:
        given["fault"] = Fault(**given["fault"])
    unknown = given.keys() - ({known.name for known in fields(Route)} - {"body", "raw"})
    if unknown:
        raise ValueError(f"{folder.name}: {one['path']}: unknown keys {sorted(unknown)}")
    route = Route(**given)
    if file is None:
        return route
    body = _file(folder, file).read_bytes()
    return replace(route, body=zipped(member, body) if member else body)


def _file(folder: Path, name: str) -> Path:
    found = next((p for p in (folder / name, ROOT / "indicators" / name) if p.is_file()), None)
    if found is None:
        raise ValueError(f"{folder.name}: there is no file {name}, here or under indicators/")
    return found


def zipped(member: str, body: bytes) -> bytes:
    """A ZIP archive of one member, the same bytes for the same content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo(member, _ZIP_DATE), body, compress_type=zipfile.ZIP_DEFLATED
        )
    return made.getvalue()


def _bomb(size: int) -> bytes:
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as file:
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            file.write(block)
        file.write(bytes(size & ((1 << 20) - 1)))
    return made.getvalue()


def _content(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _holds(given: Any, wanted: Any) -> bool:
    """Whether ``given`` has at least what is wanted; lists have to be alike in length."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(
            name in given and _holds(given[name], part) for name, part in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(given, list)
            and len(given) == len(wanted)
            and all(map(_holds, given, wanted))
        )
    return bool(given == wanted)
