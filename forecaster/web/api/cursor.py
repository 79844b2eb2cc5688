"""Where a page of a list ends, as text that nobody need understand."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from forecaster.errors import WrongValue

LARGEST = 2**31 - 1  # of a number in the store
_FORM = re.compile(r"[A-Za-z0-9_-]{1,24}")
_SAID = re.compile(rb"after:([1-9][0-9]{0,9})")


def written(number: int) -> str:
    """The cursor that stands for a row."""
    return urlsafe_b64encode(b"after:%d" % number).decode().rstrip("=")


def asked(text: str | None) -> int | None:
    """The row after which a page begins, as ``read`` has it; None for the first page."""
    return None if text is None else read(text)


def read(text: str) -> int:
    """The row that a cursor stands for.

    Raises
    ------
    WrongValue
        If it is none of ours.
    """
    if _FORM.fullmatch(text) and len(text) % 4 != 1:
        said = _SAID.fullmatch(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        # One cursor has one spelling: what is read is written the same.
        if said and int(said[1]) <= LARGEST and written(int(said[1])) == text:
            return int(said[1])
    raise WrongValue("cursor", "is none of ours; take it as it stands in `next` of the page before")
