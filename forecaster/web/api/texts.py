"""Text that people send: as long as anybody needs, and such as every database keeps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

_WITHOUT_NULL = r"^[^\x00]*$"
Remark = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=_WITHOUT_NULL),
    Field(description="Kept with it, as it is."),
]
Word = Annotated[str, StringConstraints(max_length=64, pattern=r"^[!-~]+$")]
Reason = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$"),
    Field(description="Why, for whoever asks later."),
]
PeriodText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"),
    Field(description="2026, 2026-10 or 2026-10-17.", examples=["2026-10"]),
]
WebAddress = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^https?://[^\s/?#@\x00]+[^\s\x00]*$"),
    Field(
        description="Where anybody can look it up.", examples=["https://example.org/release/2026"]
    ),
]
