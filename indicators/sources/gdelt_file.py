"""One event file of GDELT 2.0, and what the files of a day say together.

A file is a table of 61 columns without a header. One article brings several rows, often with both
actors in both orders, so rows are counted by article and code, and visits by day and country.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import fmean

from indicators.checks import number, text
from indicators.period import Period
from indicators.source import Lead, Unexpected
from indicators.spec import Reading

COLUMNS = 61
NEWS_DAYS = 3
"""An event is news for so long; the machine dates others a month or a year back by mistake."""
CHINA, RUSSIA, USA = "CHN", "RUS", "USA"
FRIENDS = frozenset({CHINA, RUSSIA})
VISITS = frozenset({"042", "043", "044"})
MILITARY = "062"
NO_CODE = frozenset({"", "---", "--"})  # the machine found two actors and no deed
CLASSES = frozenset("1234")
MATERIAL_COOPERATION = 2
CONFLICT = frozenset({3, 4})
SHARES_OF_CONFLICT = {
    "gdelt_conflict_china_us": frozenset({CHINA, USA}),
    "gdelt_conflict_russia_us": frozenset({RUSSIA, USA}),
}
HEADS_OF_STATE = ("PUTIN", "XI JINPING", "HEAD OF STATE")
NO_ARTICLE = "https://www.gdeltproject.org/"
LIST = "http://data.gdeltproject.org/gdeltv2/masterfilelist.txt"


@dataclass(frozen=True, slots=True)
class Event:
    """One row about two of the three states.

    ``day`` is when it is said to have happened, ``place`` the country of it (FIPS), empty where the
    machine found none; ``goldstein`` runs from -10 to 10.
    """

    id: int
    day: date
    states: frozenset[str]
    actors: tuple[str, str]
    code: str
    quad_class: int
    goldstein: float | None
    tone: float
    place: str
    place_name: str
    url: str


def parse_events(body: bytes, stamp: str) -> tuple[Event, ...]:
    """Read an unpacked file; the rows about pairs of China, Russia and the United States.

    Every row is checked for its number of columns and for the file's own moment (``stamp``), those
    of interest in every cell that is used. Events of other days than the last few are left out.

    Raises
    ------
    Unexpected
        If it is not UTF-8 or empty, or a row is not of this table or of this file.
    """
    found = []
    added = f"\t{stamp}\t"
    tabs = COLUMNS - 1
    rows = text(body, what=f"file {stamp}").split("\n")
    if rows[-1] == "":
        rows.pop()
    if not rows:
        raise Unexpected(f"file {stamp} has no row; a quarter of an hour has a thousand")
    for at, row in enumerate(rows, start=1):
        if row.count("\t") != tabs:
            raise Unexpected(
                f"row {at} of file {stamp} has {row.count(chr(9)) + 1} columns; expected {COLUMNS}"
            )
        if added not in row:
            raise Unexpected(f"row {at} of file {stamp} was not added at that time")
        # Cheap, and right but for codes in other columns, which the next step sorts out.
        n_states = ("\tCHN\t" in row) + ("\tRUS\t" in row) + ("\tUSA\t" in row)
        if n_states < 2:
            continue
        event = _event(row.split("\t"), stamp, at)
        if event is not None:
            found.append(event)
    return tuple(found)


def _event(cells: list[str], stamp: str, at: int) -> Event | None:
    states = frozenset((cells[7], cells[17]))
    if len(states) != 2 or not states <= {CHINA, RUSSIA, USA}:
        return None
    where = f"row {at} of file {stamp}"
    if cells[59] != stamp:
        raise Unexpected(f"{where} was added at {cells[59][:20]!r}")
    day = _day(cells[1], where)
    age = _day(stamp[:8], "the name of the file") - day
    if not timedelta(0) <= age <= timedelta(days=NEWS_DAYS):
        return None
    if cells[26] in NO_CODE:
        return None
    if re.fullmatch(r"\d{1,18}", cells[0], re.ASCII) is None or cells[29] not in CLASSES:
        raise Unexpected(f"{where} has the id {cells[0][:20]!r}, class {cells[29][:8]!r}")
    if re.fullmatch(r"\d{2,4}", cells[26], re.ASCII) is None:
        raise Unexpected(f"{where} has the event code {cells[26][:8]!r}")
    return Event(
        id=int(cells[0]),
        day=day,
        states=states,
        actors=(cells[6], cells[16]),
        code=cells[26],
        quad_class=int(cells[29]),
        goldstein=_within(10, cells[30], f"Goldstein of {where}") if cells[30] else None,
        tone=_within(100, cells[34], f"AvgTone of {where}"),
        place=cells[53],
        place_name=cells[52],
        url=cells[60],
    )


def _within(largest: float, cell: str, what: str) -> float:
    found = number(cell, what)
    if abs(found) > largest:
        raise Unexpected(f"{what} is {cell[:20]}; expected {-largest} to {largest}")
    return found


def _day(cell: str, where: str) -> date:
    try:
        if re.fullmatch(r"\d{8}", cell, re.ASCII):
            return date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    except ValueError:
        pass
    raise Unexpected(f"{where}: {cell[:20]!r} is no day")


@dataclass
class Day:
    """What the files added on one day say; rows of one article under one code count once."""

    day: date
    n_files: int = 0
    events: dict[tuple[frozenset[str], str, str], Event] = field(default_factory=dict)

    def add(self, events: Iterable[Event]) -> None:
        """Take in one file."""
        self.n_files += 1
        for one in events:
            key = (one.states, one.code, one.url)
            if key not in self.events or one.id < self.events[key].id:
                self.events[key] = one

    def readings(self) -> tuple[Reading, ...]:
        """The day in figures; no share and no mean where there is nothing to divide by."""
        friends = list(self._between(FRIENDS))
        found = [self._reading("gdelt_visits", float(len(self._places(VISITS))), len(friends))]
        if friends:
            tones = {one.url: one.tone for one in friends}
            material = [one.quad_class == MATERIAL_COOPERATION for one in friends]
            found += [
                self._reading("gdelt_tone", fmean(tones.values()), len(tones), "articles"),
                self._reading("gdelt_material_cooperation", 100 * fmean(material), len(friends)),
            ]
            scale = [one.goldstein for one in friends if one.goldstein is not None]
            if scale:
                found.append(self._reading("gdelt_goldstein", fmean(scale), len(scale)))
        for indicator, pair in SHARES_OF_CONFLICT.items():
            hostile = [one.quad_class in CONFLICT for one in self._between(pair)]
            if hostile:
                found.append(self._reading(indicator, 100 * fmean(hostile), len(hostile)))
        return tuple(found)

    def leads(self) -> tuple[Lead, ...]:
        """What may be an exercise or a meeting of the presidents, once for each day and country."""
        drills = self._places({MILITARY})
        visits = self._places(VISITS)
        return (
            *(
                _lead("joint_exercises", events, "military co-operation (062)")
                for events in drills.values()
            ),
            *(
                _lead("leader_meetings", events, "visit or meeting (042 to 044) of a president")
                for events in visits.values()
                if any(_of_a_president(one) for one in events)
            ),
        )

    def _between(self, pair: frozenset[str]) -> Iterator[Event]:
        return (one for one in self.events.values() if one.states == pair)

    def _places(self, codes: Iterable[str]) -> dict[tuple[date, str], list[Event]]:
        """Events of China with Russia by the day and the country in which they took place."""
        found: dict[tuple[date, str], list[Event]] = {}
        for one in self._between(FRIENDS):
            if one.code in codes:
                found.setdefault((one.day, one.place), []).append(one)
        return {key: sorted(events, key=lambda one: one.id) for key, events in found.items()}

    def _reading(self, indicator: str, value: float, n: int, of: str = "events") -> Reading:
        return Reading(
            indicator=indicator,
            period=Period.parse(self.day.isoformat()),
            value=round(value, 4),
            published_at=None,
            source=LIST,
            note=f"{n} {of} in {self.n_files} files",
        )


def _of_a_president(event: Event) -> bool:
    return any(
        name == "PRESIDENT" or any(head in name for head in HEADS_OF_STATE) for name in event.actors
    )


def _lead(indicator: str, events: list[Event], what: str) -> Lead:
    first = min(events, key=lambda one: (not _of_a_president(one), one.id))
    n_articles = len({one.url for one in events})
    return Lead(
        indicator=indicator,
        key=str(events[0].id),
        day=first.day,
        title=_plain(f"{first.actors[0]} and {first.actors[1]}: {first.place_name or 'no place'}"),
        url=first.url if re.match(r"https?://[^\s/]", first.url) else NO_ARTICLE,
        why=f"coded by machine as {what} between China and Russia, in {n_articles} "
        f"article{'' if n_articles == 1 else 's'}; the code errs often: find a second source",
    )


def _plain(given: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in given)[:160].strip()
