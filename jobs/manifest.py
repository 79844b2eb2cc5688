"""What a backup says of itself, and which names may stand in it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = "manifest.json"
HASH = "manifest.sha256"  # of the manifest itself
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
FOLDERS = ("posteriors", "archive")
_STEP = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_ALLOWED = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:/{_STEP}){{1,8}}")

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def allowed(name: str) -> bool:
    """Whether a name may stand in a backup: below the state folder, and none of its settings."""
    return name in {NAME, HASH, *DATABASES.values()} or _ALLOWED.fullmatch(name) is not None


class Strict(BaseModel):
    """Refuses keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Strict):
    """One file of the backup."""

    sha256: Sha256
    size: int = Field(ge=0)


class Manifest(Strict):
    """``manifest.json``: what was saved, of which moment, by which version.

    ``counts``: rows by table. ``chain``: the hash of the newest reading. ``left_out``: files that
    should be there and were missing or damaged when the backup was made.
    """

    format: Literal[1] = 1
    created_at: datetime
    version: str
    database: Literal["sqlite", "postgresql"]
    revision: str
    counts: dict[str, int]
    chain: str
    parts: dict[str, Part]
    left_out: tuple[str, ...] = ()
