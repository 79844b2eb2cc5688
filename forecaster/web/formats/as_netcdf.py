"""netCDF-4 with the CF conventions, written with h5netcdf: xarray stays out of the web process."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from forecaster.web.formats.sheet import Column, Sheet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = "seconds since 1970-01-01T00:00:00Z"
_DAYS = "days since 1970-01-01"
_NO_WHOLE = -(2**63)  # stands for a whole number or moment that is missing


class Variable(NamedTuple):
    """One array with names for its axes; text where its first element is."""

    dims: tuple[str, ...]
    values: Any
    unit: str = ""
    note: str = ""


def table(sheet: Sheet) -> bytes:
    """The table as arrays along one dimension ``row``."""
    variables = {
        column.name: Variable(
            ("row",),
            _column(column, [row[at] for row in sheet.rows]),
            {"day": _DAYS, "moment": _SECONDS}.get(column.kind, column.unit),
            column.note,
        )
        for at, column in enumerate(sheet.columns)
    }
    return write(variables, {"title": sheet.title, **sheet.about})


def write(variables: Mapping[str, Variable], about: Mapping[str, str]) -> bytes:
    """Arrays as one file, each packed and with a checksum."""
    import h5netcdf
    import h5py

    out = io.BytesIO()
    with h5netcdf.File(out, "w") as file:
        file.attrs["Conventions"] = "CF-1.11"
        for name, text in about.items():
            file.attrs[name] = text
        for name, one in variables.items():
            values = np.asarray(one.values)
            for dim, size in zip(one.dims, values.shape, strict=True):
                if dim not in file.dimensions:
                    file.dimensions[dim] = size
            text = values.dtype.kind == "O"
            kind = h5py.string_dtype() if text else values.dtype
            packed = {"compression": "gzip", "compression_opts": 4, "fletcher32": True}
            numbers = bool(values.size) and not text
            made = file.create_variable(name, one.dims, kind, **(packed if numbers else {}))
            if values.size:
                made[...] = values
            if values.dtype.kind == "i":
                made.attrs["_FillValue"] = values.dtype.type(_NO_WHOLE)
            _describe(made, one)
    return out.getvalue()


def _describe(made: Any, one: Variable) -> None:
    if one.note:
        made.attrs["long_name"] = one.note
    if one.unit:
        made.attrs["units"] = one.unit


def _column(column: Column, cells: Sequence[Any]) -> Any:
    match column.kind:
        case "number":
            return np.array([np.nan if one is None else one for one in cells], dtype=np.float64)
        case "text":
            return np.array(["" if one is None else one for one in cells], dtype=object)
        case "day":
            return _whole([None if one is None else _day(one) for one in cells])
        case "moment":
            return _moments(cells)
        case "whole":
            return _whole(cells)


def _whole(cells: Sequence[int | None]) -> Any:
    return np.array([_NO_WHOLE if one is None else one for one in cells], dtype=np.int64)


def _moments(cells: Sequence[str | None]) -> Any:
    """Seconds since the epoch; fractions of a second are kept."""
    return np.array(
        [
            np.nan if one is None else (datetime.fromisoformat(one) - EPOCH) / timedelta(seconds=1)
            for one in cells
        ],
        dtype=np.float64,
    )


def _day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH.date()).days
