"""The text of a token: ``fct_``, 43 letters and digits of chance, 6 that check them.

With the check a slip of the pen is told apart from a token that was never made or has ended,
without a look at the database; and whoever finds such a text in a file knows what it is.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "fct_"
SHOWN = len(PREFIX) + 6  # as much as a list may show
_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY, _CHECK = 43, 6  # 62 ** 43 > 2 ** 256 and 62 ** 6 > 2 ** 32
_FORM = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_BODY}}})([0-9A-Za-z]{{{_CHECK}}})")


def make() -> str:
    """A new token of 256 random bits."""
    return of(secrets.randbits(256))


def of(number: int) -> str:
    """The token of one number below 2 ** 256."""
    body = _letters(number, _BODY)
    return f"{PREFIX}{body}{_check(body)}"


def is_whole(text: str) -> bool:
    """Whether a text has the form of a token and its check fits."""
    found = _FORM.fullmatch(text)
    return found is not None and _check(found[1]) == found[2]


def digest(text: str) -> str:
    """What is stored of a token. It is random enough that a plain hash tells nothing of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _check(body: str) -> str:
    return _letters(zlib.crc32(body.encode()), _CHECK)


def _letters(number: int, length: int) -> str:
    found = ""
    for _ in range(length):
        number, place = divmod(number, len(_LETTERS))
        found = _LETTERS[place] + found
    return found
