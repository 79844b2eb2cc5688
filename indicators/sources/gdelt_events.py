"""GDELT 2.0 event files: 96 a day, one each quarter of an hour, found through the publisher's list.

The names are never made up: files are late or missing at times, and what is missing is a gap, not a
day without events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import md5

from indicators.checks import text, unzip
from indicators.source import (
    Ask,
    CallFailed,
    Doubt,
    Harvest,
    Lead,
    Request,
    Source,
    SourceError,
    Unexpected,
    Visit,
)
from indicators.sources.gdelt_file import SHARES_OF_CONFLICT, Day, parse_events
from indicators.spec import Reading

FILES_A_DAY = 96
FEWEST_FILES = 48
TAIL = 400_000
"""Bytes of the list's end that are asked for: about twelve days; all of it is a hundred MB."""
DAYS_BACK = 7
LARGEST_FILE = 16_000_000
FAILURES_IN_A_ROW = 4
_LINE = re.compile(r"\d+ [0-9a-f]{32} https?://\S+", re.ASCII)
_EXPORT = re.compile(
    r"(\d{1,9}) ([0-9a-f]{32}) (https?://data\.gdeltproject\.org/gdeltv2/(\d{14})\.export\.CSV\.zip)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One event file as the list names it."""

    stamp: str
    size: int
    md5: str
    url: str

    @property
    def day(self) -> date:
        """The day on which its events were added."""
        return _moment(self.stamp).date()


@dataclass(frozen=True, slots=True)
class FileList:
    """The event files that a list names, by their moment, oldest first; ``cut``: only its end."""

    files: Mapping[str, Listed]
    cut: bool = False
    warnings: tuple[str, ...] = ()

    def first_whole_day(self) -> date:
        """The first day whose files would all be here; a list that is cut may begin in a day."""
        begins = min(self.files)
        inside = self.cut and not begins.endswith("000000")
        return _moment(begins).date() + timedelta(days=inside)

    def of_day(self, day: date) -> list[Listed]:
        """The files of one day; a day has 96 if none is missing."""
        return [one for one in self.files.values() if one.day == day]


def parse_list(body: bytes, *, cut: bool = False) -> FileList:
    """Read ``lastupdate.txt``, or ``masterfilelist.txt`` or its end.

    ``cut``: the body begins in the middle of a line, which is then left out. Other lines that
    cannot be read are told and passed over, for the list holds a few such.

    Raises
    ------
    Unexpected
        If no line names an event file.
    """
    lines = text(body, what="the list of files").splitlines()
    found: dict[str, Listed] = {}
    strange: list[str] = []
    for line in lines[1:] if cut else lines:
        match = _EXPORT.fullmatch(line.strip())
        if match is None:
            if line.strip() and (not _LINE.fullmatch(line.strip()) or ".export." in line):
                strange.append(line.strip())
            continue
        size, digest, url, stamp = match.groups()
        try:
            _moment(stamp)
        except Unexpected:
            strange.append(line.strip())
            continue
        found[stamp] = Listed(stamp, int(size), digest, url)
    if not found:
        begin = lines[0][:60] if lines else ""
        raise Unexpected(f"the list names no event file; it begins with {begin!r}")
    warnings = (
        (f"{len(strange)} lines of the list cannot be read, first {strange[0][:80]!r}",)
        if strange
        else ()
    )
    return FileList(dict(sorted(found.items())), cut, warnings)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise Unexpected(f"{stamp} is no moment") from None


def open_file(body: bytes, listed: Listed) -> bytes:
    """Unpack a file after its size and MD5 sum agree with the list.

    Raises
    ------
    Unexpected
        If they do not, or if it is no sound archive of one member of a bearable size.
    """
    found = md5(body, usedforsecurity=False).hexdigest()
    if len(body) != listed.size or found != listed.md5:
        raise Unexpected(
            f"file {listed.stamp} has {len(body)} bytes and the sum {found}; "
            f"the list says {listed.size} and {listed.md5}"
        )
    return unzip(body, LARGEST_FILE, f"file {listed.stamp}")


def parse(body: bytes, url: str) -> tuple[Reading, ...]:
    """What one unpacked file says by itself, from the address of its archive."""
    match = re.search(r"/(\d{14})\.export\.CSV", url, re.ASCII)
    if match is None:
        raise Unexpected(f"{url[:80]!r} is not the address of an event file")
    day = Day(_moment(match[1]).date())
    day.add(parse_events(body, match[1]))
    return day.readings()


class GdeltEvents:
    """The files of every day that is over, in order; a day with gaps is read again for a while."""

    name = "gdelt_events"
    title = "GDELT 2.0 event files"
    base_url = "http://data.gdeltproject.org/gdeltv2"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = (
        *("gdelt_visits", "gdelt_material_cooperation", "gdelt_goldstein", "gdelt_tone"),
        *SHARES_OF_CONFLICT,
        *("joint_exercises", "leader_meetings"),  # leads only
    )
    pace = 0.2
    cap = 4_000_000
    deadline = 60.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Read the days that are complete since the last visit."""
        newest = parse_list(ask(_text("/lastupdate.txt")).body)
        latest = _moment(max(newest.files))
        if latest > visit.now + timedelta(hours=1):
            raise Unexpected(f"the newest file is of {latest}, which is yet to come")
        last = latest.date() - timedelta(days=1)
        gaps = _gaps(visit.memory.get("gaps", ""), last)
        before = _iso(visit.memory.get("day", ""))
        if before is not None and before >= last and not gaps:
            return Harvest("unchanged")
        names = _whole_list(ask)
        wanted = last if before is None else before + timedelta(days=1)
        first = max(wanted, last - timedelta(days=DAYS_BACK - 1), names.first_whole_day())
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        again = [day for day, n in gaps.items() if len(names.of_day(day)) > n and day not in days]
        found = _Found(list(names.warnings))
        if first > wanted:
            found.warnings.append(f"{wanted} to {first - timedelta(days=1)}: too old, never read")
        for day in (*again, *days):
            found.add(day, names.of_day(day), ask, gaps)
        visit.memory["day"] = max(last, before or last).isoformat()
        visit.memory["gaps"] = " ".join(f"{day}:{n}" for day, n in sorted(gaps.items()))
        return found.harvest() if days or again or first > wanted else Harvest("unchanged")


class _Found:
    """What the days of a visit bring, as it is gathered."""

    def __init__(self, warnings: list[str]) -> None:
        self.warnings = warnings
        self.readings: list[Reading] = []
        self.doubts: list[Doubt] = []
        self.leads: list[Lead] = []

    def add(self, day: date, files: Sequence[Listed], ask: Ask, gaps: dict[date, int]) -> None:
        """Read the files of a day. A day with gaps is in doubt, and with many it is no day."""
        read, failures = _read_day(day, files, ask)
        self.leads += read.leads()
        gaps.pop(day, None)
        if read.n_files >= FILES_A_DAY:
            self.readings += read.readings()
            return
        # A broken file stays broken; one that is late, or did not come, is worth another look.
        gaps[day] = read.n_files + sum(not isinstance(error, CallFailed) for error in failures)
        why = f"{read.n_files} of {FILES_A_DAY} files of {day} could be read" + (
            f"; {failures[0]}" if failures else f"; {len(files)} are listed"
        )
        self.warnings.append(why)
        if read.n_files >= FEWEST_FILES:
            self.doubts += [Doubt(one, why) for one in read.readings()]

    def harvest(self) -> Harvest:
        """All of it."""
        some = self.readings or self.doubts or self.leads
        return Harvest(
            "value" if some else "empty",
            readings=tuple(self.readings),
            leads=tuple(self.leads),
            doubts=tuple(self.doubts),
            warnings=tuple(self.warnings),
        )


def _read_day(day: date, files: Sequence[Listed], ask: Ask) -> tuple[Day, list[SourceError]]:
    """Every file of a day that can be had; and why the others could not."""
    read, in_a_row = Day(day), 0
    failures: list[SourceError] = []
    for listed in files:
        try:
            answer = ask(_archive(listed.url))
            read.add(parse_events(open_file(answer.body, listed), listed.stamp))
            in_a_row = 0
        except SourceError as error:
            in_a_row += isinstance(error, CallFailed)
            if in_a_row >= FAILURES_IN_A_ROW:
                raise  # the publisher is down, not a file missing
            failures.append(error)
    return read, failures


def _whole_list(ask: Ask) -> FileList:
    answer = ask(_text("/masterfilelist.txt", {"Range": f"bytes=-{TAIL}"}))
    return parse_list(answer.body, cut=answer.status != 200)


def _text(path: str, headers: Mapping[str, str] | None = None) -> Request:
    return Request(path, accept=("text/plain",), headers=headers or {})


def _archive(url: str) -> Request:
    kinds = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
    return Request(url, accept=kinds)


def _iso(given: str) -> date | None:
    return date.fromisoformat(given) if given else None


def _gaps(given: str, last: date) -> dict[date, int]:
    """Days that were read with gaps, and how many files they had; the old ones are given up."""
    pairs = (one.split(":") for one in given.split())
    found = {date.fromisoformat(day): int(n) for day, n in pairs}
    return {day: n for day, n in found.items() if (last - day).days < DAYS_BACK}


SOURCE: Source = GdeltEvents()
