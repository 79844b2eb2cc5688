"""What a publication of the US Treasury changed on its lists, and the list of publications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from indicators import checks
from indicators.source import Unexpected
from indicators.sources import markup

NAMESPACE = "https://www.treasury.gov/ofac/DeltaFile/1.0"
PARTS = ("publicationInfo", "referenceValues", "featureTypes", "entities")
ENTITY_PARTS = (
    "generalInfo",
    "sanctionsLists",
    "sanctionsPrograms",
    "sanctionsTypes",
    "legalAuthorities",
    "names",
    "addresses",
    "features",
    "identityDocuments",
    "relationships",
)

#: Names of countries as the lists spell them, by the name that we count under.
PLACES = {
    "russia": ("russia", "russian federation"),
    "china": ("china", "china, people's republic of", "people's republic of china"),
    "hong kong": ("hong kong", "hong kong sar"),
}
_LOOKS_LIKE_ONE = re.compile(r"russia|china|chinese|hong kong", re.IGNORECASE)
_SPELLED = {name: place for place, names in PLACES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication; ``day`` is that of Washington."""

    id: int
    day: date


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that was added: a person, an organisation, a ship or an aircraft."""

    id: int
    programmes: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True)
class Delta:
    """One publication's changes; entries that only changed are counted, not kept."""

    day: date
    added: tuple[Entry, ...]
    removed: tuple[int, ...]
    n_changed: int
    warnings: tuple[str, ...]


def parse_history(body: bytes) -> tuple[tuple[Publication, ...], tuple[str, ...]]:
    """The publications of a year, oldest first, and warnings about unknown fields.

    Moments are given in the time of Washington without saying so; only their day is used.

    Raises
    ------
    Unexpected
        If it is no list of publications, or one stands in it twice.
    """
    what = "the list of publications"
    found: dict[int, Publication] = {}
    fields: set[str] = set()
    for given in checks.sequence(checks.parse_json(body, what), what):
        one = checks.mapping(given, "a publication", ("publicationID", "datePublished"))
        fields |= one.keys()
        number = one["publicationID"]
        if isinstance(number, str) and re.fullmatch(r"\d{1,12}", number, re.ASCII):
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**12:
            raise Unexpected(f"publicationID is {str(number)[:40]!r}; expected a whole number")
        if number in found:
            raise Unexpected(f"{what} names {number} twice")
        found[number] = Publication(number, _day(one["datePublished"]))
    known = ("publicationID", "datePublished")
    ordered = tuple(sorted(found.values(), key=lambda one: (one.day, one.id)))
    return ordered, checks.unknown_fields(fields, known, "a publication")


def _day(given: object) -> date:
    """The day of ``2026-01-16T10:01:44.740051`` or of a full moment, as it is written."""
    text = given.strip() if isinstance(given, str) else ""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d[\d.:Zz+-]{0,20})?", text, re.ASCII):
            return date.fromisoformat(text[:10])
    except ValueError:
        pass
    raise Unexpected(f"datePublished is {str(given)[:40]!r}; expected a day")


def parse_delta(body: bytes) -> Delta:
    """Read one delta file.

    Raises
    ------
    Unexpected
        If it is something else, or an entry does not say what happened to it.
    """
    root = markup.parse_xml(body, "the delta file")
    if root.tag != _tag("sanctionsData"):
        raise Unexpected(
            f"the delta file is a {str(root.tag)[:80]}; expected sanctionsData of {NAMESPACE}; "
            f"it says {markup.text_of(root)[:80]!r}"
        )
    stated = root.find(f"{_tag('publicationInfo')}/{_tag('datePublished')}")
    if stated is None or root.find(_tag("entities")) is None:
        raise Unexpected("the delta file has no date of publication or no list of entities")
    moment = markup.text_of(stated)
    checks.instant(moment, "datePublished")
    added: dict[int, Entry] = {}
    removed: list[int] = []
    n_changed = 0
    parts: set[str] = set()
    for entity in root.find(_tag("entities")):
        parts |= {_local(child) for child in entity}
        number = _number(entity.get("id"))
        match entity.get("action"):
            case "add":
                if number in added:
                    raise Unexpected(f"the delta file adds the entry {number} twice")
                added[number] = _entry(number, entity)
            case "remove":
                removed.append(number)
            case None | "change" | "modify" | "update":  # it was on the list, and stays on it
                n_changed += 1
            case other:
                raise Unexpected(f"the entry {number} has the unknown action {other[:40]!r}")
    return Delta(
        day=date.fromisoformat(moment[:10]),
        added=tuple(added.values()),
        removed=tuple(removed),
        n_changed=n_changed,
        warnings=(
            *checks.unknown_fields(map(_local, root), PARTS, "the delta file"),
            *checks.unknown_fields(parts, ENTITY_PARTS, "an entry"),
        ),
    )


def _entry(number: int, entity: markup.Element) -> Entry:
    programmes = {
        markup.text_of(one).upper()
        for one in _kept(entity, "sanctionsPrograms", "sanctionsProgram")
    }
    places = {
        _place(markup.text_of(country))
        for address in _kept(entity, "addresses", "address")
        for country in address.iter(_tag("country"))
    }
    if not programmes:
        raise Unexpected(f"the new entry {number} stands under no programme")
    return Entry(number, frozenset(programmes), frozenset(places))


def _kept(entity: markup.Element, group: str, member: str) -> Iterator[markup.Element]:
    """The members of a group that are not being taken away."""
    for one in entity.iterfind(f"{_tag(group)}/{_tag(member)}"):
        if one.get("action") != "remove":
            yield one


def _place(country: str) -> str:
    name = country.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if name not in _SPELLED and _LOOKS_LIKE_ONE.search(name):
        raise Unexpected(f"the country {country[:60]!r} is new; is it one that is counted?")
    return _SPELLED.get(name, name)


def _number(given: str | None) -> int:
    if given is None or not re.fullmatch(r"\d{1,12}", given, re.ASCII):
        raise Unexpected(f"an entry has the id {given and given[:40]!r}; expected a number")
    return int(given)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _local(element: markup.Element) -> str:
    return str(element.tag).rpartition("}")[2]
