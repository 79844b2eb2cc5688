"""Event files in GDELT's shape, and lists of them; every event is made up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

from indicators.source import CallFailed, Request
from tests.replay.route import zipped

STAMP = "20261121101500"
HOST = "http://data.gdeltproject.org/gdeltv2"
PUTIN, XI = ("RUSGOV", "VLADIMIR PUTIN"), ("CHNGOV", "XI JINPING")
CHINA, RUSSIA, USA = ("CHN", "CHINA"), ("RUS", "RUSSIA"), ("USA", "UNITED STATES")
Actor = tuple[str, str]


def row(number: int, one: Actor, other: Actor, code: str = "010", **cells: Any) -> bytes:
    """A row: ``day``, ``quad``, ``gold``, ``tone``, ``place``, ``country``, ``url``, ``added``.

    The country of an actor is the beginning of its code.
    """
    day = cells.get("day", "20261121")
    line = [""] * 61
    line[0], line[1], line[2], line[3] = str(number), day, day[:6], day[:4]
    line[5], line[6], line[7] = one[0], one[1], one[0][:3]
    line[15], line[16], line[17] = other[0], other[1], other[0][:3]
    line[25], line[26], line[27], line[28] = "1", code, code, code[:2]
    line[29], line[30] = str(cells.get("quad", 1)), str(cells.get("gold", "1.0"))
    line[31], line[32], line[33], line[34] = "4", "1", "4", str(cells.get("tone", "1.5"))
    line[52], line[53] = cells.get("place", "Beijing, Beijing, China"), cells.get("country", "CH")
    line[59] = cells.get("added", STAMP)
    line[60] = cells.get("url", f"https://news.example/{number}")
    return "\t".join(line).encode() + b"\n"


def quarters(day: str) -> list[str]:
    """The moments of the 96 files of a day, ``YYYYMMDD``."""
    start = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    return [f"{start + timedelta(minutes=15 * n):%Y%m%d%H%M%S}" for n in range(96)]


class Newsroom:
    """What the publisher serves: files by their moment, and the lists that name them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.newest = ""

    def publish(self, stamp: str, rows: Iterable[bytes] = ()) -> None:
        """Put out a file; a row about nobody is always in it."""
        idle = row(1, ("JPN", "JAPAN"), ("KOR", "KOREA"), day=stamp[:8], added=stamp)
        body = idle + b"".join(rows)
        self.files[stamp] = zipped(f"{stamp}.export.CSV", body)
        self.newest = max(self.newest, stamp)

    def publish_day(self, day: str, rows: Iterable[bytes] = ()) -> None:
        """Put out all files of a day; the rows, which have to be of 12:00, are in that one."""
        for stamp in quarters(day):
            self.publish(stamp, rows if stamp.endswith("120000") else ())

    def line(self, stamp: str, kind: str = "export.CSV") -> str:
        """How the list names a file."""
        body = self.files.get(stamp, b"")
        digest = md5(body, usedforsecurity=False).hexdigest()
        return f"{len(body)} {digest} {HOST}/{stamp}.{kind}.zip"

    def master(self) -> bytes:
        """The long list, with the two other files of each moment."""
        kinds = ("export.CSV", "mentions.CSV", "gkg.csv")
        lines = [self.line(stamp, kind) for stamp in sorted(self.files) for kind in kinds]
        return ("\n".join(lines) + "\n").encode()

    def last(self) -> bytes:
        """The short list, of the newest file."""
        kinds = ("export.CSV", "mentions.CSV", "gkg.csv")
        return "".join(self.line(self.newest, kind) + "\n" for kind in kinds).encode()

    def __call__(self, request: Request) -> bytes:
        """Answer a question."""
        name = request.path.rpartition("/")[2]
        if name == "lastupdate.txt":
            return self.last()
        if name == "masterfilelist.txt":
            return self.master()
        found = self.files.get(name.partition(".")[0])
        if found is None or not request.path.startswith(HOST):
            raise CallFailed(f"status 404 for {request.path}", needs_attention=True)
        return found
