"""Parquet: typed columns, units and source in the metadata. PyArrow is loaded at the first use.

The arrays are laid out by hand, as the format of Arrow says: PyArrow's own way from a list looks
for pandas first, and that import would cost the web process a second and 100 MB.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from forecaster.web.formats.sheet import Kind, Sheet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(sheet: Sheet) -> bytes:
    """The table as one file."""
    import pyarrow as pa
    from pyarrow import parquet

    fields, arrays = [], []
    for at, column in enumerate(sheet.columns):
        made = _array(column.kind, [row[at] for row in sheet.rows])
        about = {"unit": column.unit, "note": column.note}
        arrays.append(made)
        fields.append(pa.field(column.name, made.type, metadata=about))
    schema = pa.schema(fields, metadata={"title": sheet.title, **sheet.about})
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _array(kind: Kind, cells: Sequence[Any]) -> Any:
    import pyarrow as pa

    there = np.array([one is not None for one in cells], dtype=bool)
    valid = pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    if kind == "text":
        texts = [b"" if one is None else one.encode() for one in cells]
        ends = np.cumsum([0, *map(len, texts)]).astype(np.int32)
        parts = [valid, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(texts))]
        return pa.Array.from_buffers(pa.string(), len(cells), parts)
    types = {
        "number": (pa.float64(), np.float64),
        "whole": (pa.int64(), np.int64),
        "day": (pa.date32(), np.int32),
        "moment": (pa.timestamp("us", tz="UTC"), np.int64),
    }
    type_, layout = types[kind]
    read = _READ.get(kind, lambda one: one)
    values = np.array([0 if one is None else read(one) for one in cells], dtype=layout)
    return pa.Array.from_buffers(type_, len(cells), [valid, pa.py_buffer(values.tobytes())])


_READ: dict[Kind, Callable[[str], int]] = {
    "day": lambda text: (date.fromisoformat(text) - _EPOCH.date()).days,
    "moment": lambda text: (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1),
}
