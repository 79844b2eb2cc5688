"""In which form an answer is given: by the end of the address, or by ``Accept``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from starlette.exceptions import HTTPException

from forecaster.web.formats import as_csv, as_netcdf, as_parquet
from forecaster.web.formats.sheet import Sheet

Form = Literal["json", "csv", "parquet", "nc", "units.csv"]
#: The same as the end of an address.
Ending = Literal["csv", "units.csv", "parquet", "nc"]
TYPES: Mapping[Form, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "nc": "application/netcdf",
    "units.csv": "text/csv; charset=utf-8",
}
#: What ``Accept`` may ask for, best first.
OFFERED: tuple[tuple[str, Form], ...] = (
    ("application/json", "json"),
    ("text/csv", "csv"),
    ("application/vnd.apache.parquet", "parquet"),
    ("application/netcdf", "nc"),
    ("application/x-netcdf", "nc"),
)
WRITERS: Mapping[Form, Callable[[Sheet], bytes]] = {
    "csv": as_csv.write,
    "units.csv": as_csv.units,
    "parquet": as_parquet.write,
    "nc": as_netcdf.table,
}


def accepted(accept: str) -> Form:
    """The form that is wanted most; JSON where all are the same to whoever asks.

    Raises
    ------
    HTTPException
        406 if none of ours will do.
    """
    ranges = [_range(one) for one in accept.split(",") if one.strip()]
    if not ranges:
        return "json"
    weights = [(_weight(name, ranges), form) for name, form in OFFERED]
    best = max(weight for weight, _ in weights)
    if best <= 0:
        names = ", ".join(name for name, _ in OFFERED)
        raise HTTPException(406, f"none of what Accept asks for can be given; there is {names}")
    return next(form for weight, form in weights if weight == best)


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    said = [one[2:] for one in parameters if one.startswith("q=")]
    try:
        weight = float(said[0]) if said else 1.0
    except ValueError:
        weight = 0.0
    return name, weight if 0 <= weight <= 1 else 0.0


def _weight(name: str, ranges: Sequence[tuple[str, float]]) -> float:
    """By the most special range that holds a type (RFC 9110, 12.5.1)."""
    for pattern in (name, f"{name.partition('/')[0]}/*", "*/*"):
        found = [weight for one, weight in ranges if one == pattern]
        if found:
            return max(found)
    return 0.0
