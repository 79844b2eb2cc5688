"""Strict reading of what publishers send: whatever is not what it claims to be is refused.

Everything here raises ``Unexpected`` with what was given and what was expected, and never guesses.
``what`` names the thing being read in the error's words: ``the answer``, ``table (4)``.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Literal, Never

from indicators.source import Unexpected

SHRINKS_BY = 0.2
LONGEST_INTEGER = 308  # digits that still fit a float
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)", re.IGNORECASE
)


def text(body: bytes, encoding: Literal["utf-8", "latin-1"] = "utf-8", what: str = "body") -> str:
    """Decode bytes strictly; a byte order mark at the start of UTF-8 is dropped.

    Any bytes are *some* Latin-1. So for it the control codes 80-9F are refused, and bytes that are
    UTF-8 in fact.
    """
    if encoding == "utf-8":
        try:
            found = body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unexpected(
                f"{what} is not UTF-8: byte {body[error.start]:#04x} at place {error.start}"
            ) from None
    else:
        found = body.decode("latin-1")
        odd = re.search("[\x80-\x9f]", found)
        if odd is not None:
            raise Unexpected(
                f"{what} is not Latin-1: control code {ord(odd[0]):#04x} at {odd.start()}"
            )
        if not body.isascii() and _is_utf8(body):
            raise Unexpected(f"{what} is UTF-8; expected Latin-1")
    if "\0" in found:
        raise Unexpected(f"{what} holds a null character at {found.index(chr(0))}")
    return found


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parse_json(body: bytes, what: str = "the answer") -> Any:
    """Read JSON as its standard says, which is stricter than Python's own reader.

    Refused are NaN and Infinity, numbers too large for a float, a key that stands twice in one
    object, half a surrogate pair, and nesting deeper than the interpreter can follow.
    """
    source = text(body, what=what)
    strict = _StrictJson(what)
    try:
        content = json.loads(
            source,
            parse_constant=strict.constant,
            parse_float=strict.real,
            parse_int=strict.whole,
            object_pairs_hook=strict.once,
        )
        if re.search(r"\\u[dD][89a-fA-F]", source):
            json.dumps(content, ensure_ascii=False).encode()
    except RecursionError:
        raise Unexpected(f"{what} is nested too deeply") from None
    except UnicodeEncodeError:
        raise Unexpected(f"{what} holds half a surrogate pair") from None
    except json.JSONDecodeError as error:
        raise Unexpected(
            f"{what} is no JSON: {error.msg} at character {error.pos}; "
            f"it begins with {source[:60]!r}"
        ) from None
    return content


@dataclass(frozen=True, slots=True)
class _StrictJson:
    """What the reader calls for each part that Python's own reading is too kind to."""

    what: str

    def constant(self, name: str) -> Never:
        raise Unexpected(f"{self.what} holds {name}, which is no JSON number")

    def real(self, digits: str) -> float:
        found = float(digits)
        if not isfinite(found):
            raise Unexpected(f"{self.what} holds {digits[:40]}, which is too large for a number")
        return found

    def whole(self, digits: str) -> int:
        if len(digits) > LONGEST_INTEGER:
            raise Unexpected(f"{self.what} holds a whole number of {len(digits)} digits")
        return int(digits)

    def once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise Unexpected(f"{self.what} gives the key {_said(twice)} twice in one object")
        return found


def mapping(given: object, what: str, needed: Iterable[str] = ()) -> Mapping[str, Any]:
    """Give an object back if it is one and has every needed key."""
    if not isinstance(given, dict):
        raise Unexpected(f"{what} is {_kind(given)}; expected an object")
    missing = [name for name in needed if name not in given]
    if missing:
        raise Unexpected(f"{what} lacks {', '.join(missing)}; it has {_names(given)}")
    return given


def sequence(given: object, what: str) -> list[Any]:
    """Give a list back if it is one."""
    if not isinstance(given, list):
        raise Unexpected(f"{what} is {_kind(given)}; expected a list")
    return given


def unknown_fields(given: Iterable[str], expected: Iterable[str], what: str) -> tuple[str, ...]:
    """Warnings about fields that were not there when the reader was written; one at most."""
    known = set(expected)
    new = sorted({name for name in given if name not in known})
    return (f"{what} has unknown fields: {_names(new)}",) if new else ()


def number(given: object, what: str, *, grouped: bool = False) -> float:
    """A finite number from a number or from plain text; ``grouped`` allows ``1,535.4``.

    A missing-value mark is not a number: know the marks of the source before you call this.
    """
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        found = float(given)
    elif isinstance(given, str):
        bare = given.strip()
        if grouped and _GROUPED.fullmatch(bare):
            bare = bare.replace(",", "")
        if not (bare.isascii() and _NUMBER.fullmatch(bare)):
            raise Unexpected(f"{what} is {given[:40]!r}; expected a number")
        found = float(bare)
    else:
        raise Unexpected(f"{what} is {_kind(given)}; expected a number")
    if not isfinite(found):
        raise Unexpected(f"{what} is {_said(given)}; expected a finite number")
    return found


def _said(given: object) -> str:
    """What a source gave, as far as a line holds it."""
    return repr(given[:60] if isinstance(given, str) else given)[:120]


def instant(given: object, what: str) -> datetime:
    """An ISO 8601 moment with its zone, in UTC; a local time without one is refused."""
    if not isinstance(given, str) or not _INSTANT.fullmatch(given.strip()):
        raise Unexpected(f"{what} is {_said(given)}; expected a moment with its zone")
    try:
        return datetime.fromisoformat(given.strip().upper().replace(" +", "+")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unexpected(f"{what} is {_said(given)}, which is no moment: {error}") from None


def shrunk(before: int, now: int, what: str, by: float = SHRINKS_BY) -> str | None:
    """Why a list is too short to be whole, compared with the last visit; else None."""
    if before <= 0 or now >= before * (1 - by):
        return None
    return f"{what} shrank from {before} to {now} entries, by more than {by:.0%}"


#: What Python's reader raises at one damage or another; it promises the first alone.
UNSOUND = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(NotImplementedError, EOFError, OSError, OverflowError, ValueError),
)


def unzip(body: bytes, cap: int, what: str = "the archive") -> bytes:
    """The one member of a ZIP archive, at most ``cap`` bytes long, its checksum verified."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise Unexpected(f"{what} has {len(members)} members; expected one")
            if members[0].flag_bits & 1:
                raise Unexpected(f"{what} is encrypted")
            if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Python cannot unpack the others piece by piece, so a cap would come too late.
                raise Unexpected(f"{what} is packed by method {members[0].compress_type}")
            with archive.open(members[0]) as member:
                # What the header claims is not believed: one byte more than allowed is asked for.
                content = member.read(cap + 1)
                if len(content) > cap:
                    raise Unexpected(f"{what} holds more than {cap:,} bytes")
                return content
    except UNSOUND as error:
        raise Unexpected(f"{what} is no sound ZIP archive: {error}") from None


def _kind(given: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    if given is None:
        return "null"
    return names.get(type(given), "a number")


def _names(names: Iterable[str]) -> str:
    every = [str(name)[:60] for name in names]
    more = f" and {len(every) - 12} more" if len(every) > 12 else ""
    return (", ".join(every[:12]) + more) or "nothing"
