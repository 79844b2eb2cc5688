"""Harvard Dataverse: the ideal points of states in the votes of the UN General Assembly.

Every version of the dataset estimates all years anew, from all votes or from those on final passage
alone; which, only the name of a column tells. File and column names differ from issue to issue, and
so does the encoding.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any, Literal

from indicators.checks import instant, mapping, number, parse_json, sequence, shrunk, text
from indicators.period import Period
from indicators.source import Ask, Harvest, Request, Source, Unexpected, Visit
from indicators.spec import Reading

Votes = Literal["all", "final passage"]

DOI = "doi:10.7910/DVN/LEJUQZ"
PAGE = "https://doi.org/10.7910/DVN/LEJUQZ"
RUSSIA, CHINA, USA = 365, 710, 2
FIRST_YEAR = 1992
NOT_COMPARABLE = 2025
"""On final passage, the publisher warns of this session; the indicators leave it out."""
COLUMNS: Mapping[str, Votes] = {
    "idealpointall": "all",
    "idealpoint": "all",
    "idealpointfp": "final passage",
}
PAIRS: Mapping[str, tuple[Votes, int, int]] = {
    "un_distance_russia_china": ("all", RUSSIA, CHINA),
    "un_distance_russia_china_fp": ("final passage", RUSSIA, CHINA),
    "un_distance_russia_us": ("final passage", RUSSIA, USA),
    "un_distance_china_us": ("final passage", CHINA, USA),
}
_FILE = re.compile(r"ideal.?point.*\.(csv|tab)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a version. ``md5`` is of the bytes only where it was not taken apart."""

    id: int
    label: str
    size: int
    md5: str
    ingested: bool


@dataclass(frozen=True, slots=True)
class Version:
    """The newest version of the dataset, and its files of ideal points, newest first."""

    number: str
    released: datetime
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """Ideal points by state (Correlates of War number) and year, from one kind of votes."""

    votes: Votes
    values: Mapping[tuple[int, int], float]


def parse_version(body: bytes) -> Version:
    """Read the description of the dataset.

    Raises
    ------
    Unexpected
        If the publisher reports an error, or no file of ideal points is listed.
    """
    content = mapping(parse_json(body), "the dataset", ("status",))
    if content["status"] != "OK":
        told = str(content.get("message", "no message"))[:160]
        raise Unexpected(f"the dataset answers {str(content['status'])[:20]}: {told}")
    data = mapping(content.get("data"), "data", ("latestVersion",))
    newest = mapping(data["latestVersion"], "latestVersion", ("releaseTime", "files"))
    files = [
        file
        for file in map(_file, sequence(newest["files"], "files"))
        if _FILE.fullmatch(file.label) and "agreement" not in file.label.lower()
    ]
    if not files:
        raise Unexpected("the dataset lists no file of ideal points")
    return Version(
        number=f"{newest.get('versionNumber', '?')}.{newest.get('versionMinorNumber', 0)}"[:20],
        released=instant(newest["releaseTime"], "releaseTime"),
        files=tuple(sorted(files, key=lambda file: file.id, reverse=True)),
    )


def _file(given: Any) -> File:
    entry = mapping(given, "a file", ("dataFile",))
    inside = mapping(entry["dataFile"], "dataFile", ("id",))
    found, size = inside["id"], inside.get("filesize", 0)
    if not isinstance(found, int) or not isinstance(size, int):
        raise Unexpected(f"a file has the id {found!r} and the size {size!r}; expected numbers")
    return File(
        id=found,
        label=str(entry.get("label", inside.get("filename", ""))),
        size=size,
        md5=str(inside.get("md5", "")),
        ingested="originalFileFormat" in inside,
    )


def newest_of_each_kind(files: Iterable[File]) -> list[File]:
    """The newest file that names its kind of votes, for each kind, and the newest that does not."""
    found: dict[str, File] = {}
    for file in files:
        kind = re.search(r"(fp|all)(?=[^a-z]|$)", file.label.lower().replace("estimates", ""))
        found.setdefault(kind[0] if kind else "", file)
    return list(found.values())


def parse_points(body: bytes) -> Points:
    """Read one file of ideal points, separated by commas or tabs, in UTF-8 or Windows' Latin-1.

    Raises
    ------
    Unexpected
        If a column is missing, the kind of votes is not clear, or a row cannot be read.
    """
    decoded = _decoded(body)
    header, _, _ = decoded.partition("\n")
    rows = csv.reader(
        io.StringIO(decoded, newline=""), delimiter="\t" if "\t" in header else ",", strict=True
    )
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        place = {name: names.index(name) for name in ("ccode", "session") if name in names}
        kinds = [name for name in COLUMNS if name in names]
        if len(place) < 2 or len(kinds) != 1:
            raise Unexpected(
                f"the columns are {', '.join(names)[:200]}; expected ccode, session and one of "
                f"{', '.join(COLUMNS)}"
            )
        column = names.index(kinds[0])
        values: dict[tuple[int, int], float] = {}
        for line, row in enumerate(rows, start=2):
            if len(row) != len(names):
                raise Unexpected(f"line {line} has {len(row)} cells; expected {len(names)}")
            state = _whole(row[place["ccode"]], f"ccode in line {line}")
            year = 1945 + _whole(row[place["session"]], f"session in line {line}")
            if row[column] in ("", "NA"):
                continue
            if (state, year) in values:
                raise Unexpected(f"line {line} gives state {state} in {year} a second time")
            values[state, year] = number(row[column], f"the ideal point in line {line}")
    except csv.Error as error:
        raise Unexpected(f"the file is no table: {error}") from None
    return Points(COLUMNS[kinds[0]], values)


def _decoded(body: bytes) -> str:
    """Bytes that are UTF-8 are taken as such; any others as the Latin-1 of Windows.

    The issue of 2020 is called Latin-1 and writes its apostrophes as Windows does. Only names of
    states hold such letters, and those are not read.
    """
    try:
        return text(body, what="the file")
    except Unexpected:
        if b"\0" in body:
            raise
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Unexpected(
            f"the file is neither UTF-8 nor Latin-1: byte {body[error.start]:#04x}"
        ) from None


def _whole(cell: str, what: str) -> int:
    if re.fullmatch(r"\d{1,3}", cell, re.ASCII) is None:
        raise Unexpected(f"{what} is {cell[:20]!r}; expected a whole number")
    return int(cell)


def readings_of(
    points: Points,
    released: datetime | None = None,
    version: str = "unknown",
    file: str = "unknown",
) -> tuple[Reading, ...]:
    """The distances that rest on this kind of votes, for every year in which both states voted."""
    latest = max((year for _, year in points.values), default=FIRST_YEAR)
    if released is not None and latest > released.year:
        raise Unexpected(f"the estimates go to {latest}, past their release on {released:%F}")
    what = f"version {version}, votes: {points.votes}, file {file}"
    found = []
    for indicator, (votes, one, other) in PAIRS.items():
        if votes != points.votes:
            continue
        for year in range(FIRST_YEAR, latest + 1):
            here, there = points.values.get((one, year)), points.values.get((other, year))
            if here is None or there is None:
                continue
            if year == NOT_COMPARABLE and votes == "final passage":
                continue
            period, value = (
                Period.parse(str(year)),
                round(number(abs(here - there), "a distance"), 3),
            )
            found.append(Reading(indicator, period, value, released, PAGE, what))
    return tuple(found)


def parse(body: bytes, _url: str) -> tuple[Reading, ...]:
    """The readings of one kept file; its version stands in the dataset's description."""
    return readings_of(parse_points(body))


class Dataverse:
    """The dataset's description and, if the version is new, its newest files of ideal points."""

    name = "dataverse"
    title = "Harvard Dataverse, UN General Assembly ideal points"
    base_url = "https://dataverse.harvard.edu"
    hosts: tuple[str, ...] = ("dvn-cloud.s3.amazonaws.com",)
    indicators: tuple[str, ...] = tuple(PAIRS)
    pace = 2.0
    cap = 8_000_000
    deadline = 120.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Look at the version; read its files only if it is another than last time."""
        answer = ask(
            Request("/api/datasets/:persistentId/", params=(("persistentId", DOI),)),
        )
        version = parse_version(answer.body)
        files = newest_of_each_kind(version.files)
        mark = " ".join([version.number, *(str(file.id) for file in files)])
        if visit.memory.get("version") == mark:
            return Harvest("unchanged")
        readings: list[Reading] = []
        warnings: list[str] = []
        read: set[Votes] = set()
        for file in files:
            points = parse_points(_content(ask, file))
            if points.votes in read:
                warnings.append(f"{file.label[:80]}: an older file of the same votes; passed over")
                continue
            read.add(points.votes)
            n_before = int(visit.memory.get(points.votes, "0"))
            why = shrunk(n_before, len(points.values), file.label[:80])
            if why is not None:
                raise Unexpected(why)
            visit.memory[points.votes] = str(len(points.values))
            readings += readings_of(points, version.released, version.number, file.label[:80])
        if "all" not in read:
            warnings.append("this version has no ideal points from all votes")
        visit.memory["version"] = mark
        return Harvest(
            "value" if readings else "empty", readings=tuple(readings), warnings=tuple(warnings)
        )


def _content(ask: Ask, file: File) -> bytes:
    """The bytes of a file as its author gave it in, checked where the publisher gives a sum."""
    answer = ask(
        Request(
            f"/api/access/datafile/{file.id}",
            params=(("format", "original"),) if file.ingested else (),
            accept=(
                *("text/csv", "text/tab-separated-values", "text/plain"),
                *("application/octet-stream", "binary/octet-stream", "text/comma-separated-values"),
            ),
        )
    )
    if file.ingested or not file.md5:
        return answer.body
    found = md5(answer.body, usedforsecurity=False).hexdigest()
    if found != file.md5.lower():
        raise Unexpected(f"{file.label[:80]} has the sum {found}; the publisher says {file.md5}")
    return answer.body


SOURCE: Source = Dataverse()
