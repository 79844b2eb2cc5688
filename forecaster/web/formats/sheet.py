"""A table as every format writes it: columns with kind and unit, rows, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "number", "whole", "day", "moment"]


class Column(NamedTuple):
    """One column.

    ``number`` is a float, ``whole`` an integer, ``day`` and ``moment`` are ISO 8601 text as in the
    JSON documents. ``unit`` is empty where there is none to have.
    """

    name: str
    kind: Kind
    unit: str
    note: str


@dataclass(frozen=True)
class Sheet:
    """A table; a cell that is None has no value."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    about: Mapping[str, str] = field(default_factory=dict)
