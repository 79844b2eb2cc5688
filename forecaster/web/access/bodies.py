"""Bodies of requests: read whole up to a bound, and refused where their shape is a trap."""

from __future__ import annotations

import asyncio
import json
import re
from array import array
from collections.abc import Mapping
from itertools import accumulate
from urllib.parse import parse_qsl

from starlette.types import Message, Receive

LIMIT = 1_000_000  # bytes
SECONDS = 30.0  # for all of it
FIELDS = 100  # of a form
DEPTH = 64  # of JSON
FORM = "application/x-www-form-urlencoded"

# All of a text of JSON, or all up to the end where it is not closed. Nothing is given back once it
# is taken, so that one pass is enough for any body.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)', re.DOTALL)
_BRACKETS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_REST = bytes(set(range(256)) - set(b"[{]}"))

# Where half a character may be, written out; with its other half it is a character like others.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class Refused(Exception):
    """A body that is not taken: the status of the answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Gone(Exception):
    """Whoever asked went away before all was said."""


async def read(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body.

    Raises
    ------
    Refused
        413 if it is too long, 408 if it comes too slowly.
    Gone
        If it was not sent to its end.
    """
    said = headers.get("content-length", "")
    if said.isdecimal() and int(said[:20]) > LIMIT:
        raise _too_long()
    try:
        async with asyncio.timeout(SECONDS):
            return await _all(receive)
    except TimeoutError:
        raise Refused(408, f"the body did not come within {SECONDS:.0f} seconds") from None


async def _all(receive: Receive) -> bytes:
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        part = message.get("body", b"")
        length += len(part)
        if length > LIMIT:
            raise _too_long()
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_long() -> Refused:
    return Refused(413, f"the body is longer than {LIMIT:,} bytes; send less at a time")


def again(body: bytes, receive: Receive) -> Receive:
    """A way to receive a body that was read, and then whatever else comes."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def check(body: bytes, content_type: str) -> None:
    """Refuse what would cost too much to read: a form of many fields, JSON of many levels.

    Raises
    ------
    Refused
        422, saying what is too many.
    """
    kind = _kind(content_type)
    if kind == FORM:
        fields, levels = body.count(b"&") + 1, 0
    elif kind == "multipart/form-data":
        fields, levels = body.lower().count(b"content-disposition"), 0
    else:  # JSON, by whatever name
        fields, levels = 0, depth(body)
    if fields > FIELDS:
        raise Refused(422, f"the form has more than {FIELDS} fields")
    if levels > DEPTH:
        raise Refused(422, f"the JSON has more than {DEPTH} levels")
    if _HALF.search(body) and not _writable(body):
        raise Refused(422, "the JSON has half a character: a surrogate without its other half")


def depth(body: bytes) -> int:
    """How many levels of lists and objects lie within each other in JSON, whole or not."""
    steps = array("b", _TEXT.sub(b"", body).translate(_BRACKETS, _REST))
    return max(accumulate(steps, initial=0))


def _writable(body: bytes) -> bool:
    """Whether all texts of JSON can be written down again; what is no JSON is not judged here."""
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    except ValueError:
        return True
    return True


def field(body: bytes, content_type: str, name: str) -> str:
    """A field of a form; empty if it is not there, or is there twice."""
    if _kind(content_type) != FORM:
        return ""
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=FIELDS)
    found = [value for key, value in pairs if key == name]
    return found[0] if len(found) == 1 else ""


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
