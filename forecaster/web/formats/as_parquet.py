"""Parquet: typed columns, units and source in the metadata. PyArrow is loaded at the first use."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from forecaster.web.formats.sheet import Column, Sheet


def write(sheet: Sheet) -> bytes:
    """The table as one file."""
    import pyarrow as pa
    from pyarrow import parquet

    fields, arrays = [], []
    for at, column in enumerate(sheet.columns):
        kind = _type(column)
        arrays.append(pa.array([_cell(column, row[at]) for row in sheet.rows], kind))
        fields.append(
            pa.field(column.name, kind, metadata={"unit": column.unit, "note": column.note})
        )
    schema = pa.schema(fields, metadata={"title": sheet.title, **sheet.about})
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _type(column: Column) -> Any:
    import pyarrow as pa

    return {
        "text": pa.string(),
        "number": pa.float64(),
        "whole": pa.int64(),
        "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
    }[column.kind]


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind == "day":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if column.kind == "moment" else value
