"""The same table as CSV, Parquet and netCDF; the posterior as it was written."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from starlette.exceptions import HTTPException

from forecaster import documents, kept_files
from forecaster.store import readings
from forecaster.web.formats import as_csv, as_netcdf, as_parquet, forms
from forecaster.web.formats.sheet import Column, Sheet
from forecaster.wiring import Desk
from tests.web.api.conftest import FORMULA, NOW, Asker, new

READINGS = "indicators/trade_total/readings"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "nc": "application/netcdf",
}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("path", [READINGS, "forecasts/standing/series"])
def test_the_end_of_an_address_and_accept_ask_for_the_same(
    ask: Asker, path: str, form: str
) -> None:
    by_end = ask.get(f"{path}.{form}")
    by_accept = ask.get(path, headers={"accept": TYPES[form].partition(";")[0]})
    assert by_end.status_code == by_accept.status_code == 200
    assert by_end.headers["content-type"] == TYPES[form] == by_accept.headers["content-type"]
    assert by_end.content == by_accept.content
    assert f'.{form}"' in by_end.headers["content-disposition"]


def test_readings_are_the_same_in_every_form(ask: Asker, desk: Desk) -> None:
    told = documents.readings_of(desk, "trade_total")["readings"]
    written = rows(ask.get(f"{READINGS}.csv").text)
    assert [repr(one["value"]) for one in told] == [one["value"] for one in written]
    assert [one["known_at"] for one in told] == [one["known_at"] for one in written]
    assert FORMULA in [one["note"] for one in told]
    assert f"'{FORMULA}" in [one["note"] for one in written]

    table = parquet.read_table(io.BytesIO(ask.get(f"{READINGS}.parquet").content))
    assert [one["value"] for one in told] == table["value"].to_pylist()
    assert [one["note"] for one in told] == table["note"].to_pylist()
    assert table["published_at"].null_count == len(told)
    known = [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in table["known_at"].to_pylist()]
    assert [one["known_at"] for one in told] == known
    unit = desk.indicator("trade_total").unit
    assert table.schema.field("value").metadata[b"unit"].decode() == unit

    with xr.open_dataset(io.BytesIO(ask.get(f"{READINGS}.nc").content), engine="h5netcdf") as found:
        assert [one["value"] for one in told] == found["value"].values.tolist()
        days = found["period_end"].values.astype("datetime64[D]").astype(str).tolist()
        assert [one["period_end"] for one in told] == days
        assert [one["source"] for one in told] == found["source"].values.tolist()
        assert np.isnat(found["published_at"].values).all()
        assert found["value"].attrs["units"] == unit


def test_the_units_of_a_csv_lie_beside_it(ask: Asker, desk: Desk) -> None:
    answer = ask.get(f"{READINGS}.csv")
    beside = answer.links["describedby"]["url"]
    units = {one["column"]: one["unit"] for one in rows(ask.get(f"{READINGS}/../{beside}").text)}
    assert list(units) == answer.text.partition("\r\n")[0].split(",")
    assert units["value"] == desk.indicator("trade_total").unit


def test_series_are_the_same_in_every_form(ask: Asker) -> None:
    told = ask.json("forecasts/standing/series")
    written = rows(ask.get("forecasts/standing/series.csv").text)
    of = [one for one in written if (one["quantity"], one["name"]) == ("factor", "ru_west")]
    assert [one["month"] for one in of] == told["months"]
    assert [float(one["q95"]) for one in of] == told["factors"]["ru_west"]["q95"]
    table = parquet.read_table(io.BytesIO(ask.get("forecasts/standing/series.parquet").content))
    assert len(written) == table.num_rows
    assert table.schema.metadata[b"forecast_id"] == b"third"
    content = io.BytesIO(ask.get("forecasts/standing/series.nc").content)
    with xr.open_dataset(content, engine="h5netcdf") as found:
        by = found["alliance_by"].sel(outer="q95").values.tolist()
        assert by == told["alliance_by"]["q95"]
        share = found["scenario_mean"].sel(scenario="rupture").values.tolist()
        assert share == told["scenarios"]["mean"]["rupture"]
        assert found.attrs["data_hash"] == "0" * 64


@pytest.mark.parametrize("form", TYPES)
def test_an_indicator_without_readings_is_an_empty_table(ask: Asker, form: str) -> None:
    answer = ask.get(f"indicators/joint_exercises/readings.{form}")
    assert answer.status_code == 200
    if form == "csv":
        assert rows(answer.text) == []
    elif form == "parquet":
        assert parquet.read_table(io.BytesIO(answer.content)).num_rows == 0
    else:
        with xr.open_dataset(io.BytesIO(answer.content), engine="h5netcdf") as found:
            assert found.sizes == {"row": 0}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("text/*", "csv"),
        ("text/csv", "csv"),
        ("TEXT/CSV; q=0.5, application/json;q=0.4", "csv"),
        ("application/json;q=0, */*", "csv"),
        ("application/x-netcdf", "nc"),
        ("application/netcdf, */*;q=0.1", "nc"),
        ("text/html, application/vnd.apache.parquet;q=0.2", "parquet"),
        ("text/html,,;q=x", None),
        ("application/json;q=nan", None),
        ("image/png", None),
        ("*/*;q=0", None),
    ],
)
def test_accept_is_read_as_the_standard_says(accept: str, form: str | None) -> None:
    if form is None:
        with pytest.raises(HTTPException) as refused:
            forms.accepted(accept)
        assert refused.value.status_code == 406
    else:
        assert forms.accepted(accept) == form


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.lists(st.one_of(TEXT, st.none(), st.floats()), min_size=2, max_size=2)))
def test_a_csv_holds_what_went_in_and_no_formula(table: list[list[Any]]) -> None:
    written = as_csv.lines(["one", "other"], table)
    back = list(csv.reader(io.StringIO(written, newline="")))
    assert back[0] == ["one", "other"]
    for row, found in zip(table, back[1:], strict=True):
        for value, cell in zip(row, found, strict=True):
            if isinstance(value, float):
                assert cell == repr(value)
                continue
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert cell.removeprefix("'") == (value or "").removeprefix("'")


CELL = st.tuples(
    st.none() | TEXT,
    st.none() | st.floats(allow_nan=False),
    st.none() | st.integers(-(2**62), 2**62),
    st.none() | st.dates().map(str),
    st.none() | st.datetimes().map(lambda one: f"{one.isoformat(timespec='microseconds')}Z"),
)


@given(st.lists(CELL, max_size=12))
def test_a_parquet_file_holds_what_went_in(cells: list[tuple[Any, ...]]) -> None:
    kinds = ("text", "number", "whole", "day", "moment")
    columns = [Column(kind, kind, "", "") for kind in kinds]  # type: ignore[arg-type]
    table = parquet.read_table(io.BytesIO(as_parquet.write(Sheet("any", columns, cells))))
    table.validate(full=True)
    assert [row[:3] for row in cells] == list(
        zip(*(table[name].to_pylist() for name in kinds[:3]), strict=True)
    )
    days = [None if one is None else one.isoformat() for one in table["day"].to_pylist()]
    assert [row[3] for row in cells] == days
    moments = table["moment"].cast("int64").to_pylist()
    assert [row[4] is None for row in cells] == [one is None for one in moments]


def test_a_netcdf_table_says_where_a_value_is_missing() -> None:
    columns = [Column("n", "whole", "", ""), Column("day", "day", "", "")]
    written = as_netcdf.table(Sheet("any", columns, [(1, "2026-01-02"), (None, None)]))
    with xr.open_dataset(io.BytesIO(written), engine="h5netcdf") as found:
        assert found["n"].isnull().values.tolist() == [False, True]
        assert found["day"].isnull().values.tolist() == [False, True]


def test_the_draws_are_the_file_as_it_was_written(ask: Asker, desk: Desk) -> None:
    content = (desk.settings.home / "posteriors" / "one.nc").read_bytes()
    answer = ask.get("forecasts/standing/draws.nc")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/netcdf"
    assert answer.headers["content-length"] == str(len(content))
    etag = answer.headers["etag"]
    again = ask.get("forecasts/standing/draws", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    head = ask("HEAD", "forecasts/standing/draws.nc")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(content)))


def test_a_download_that_broke_off_goes_on(ask: Asker, desk: Desk) -> None:
    content = (desk.settings.home / "posteriors" / "one.nc").read_bytes()
    path, size = "forecasts/standing/draws.nc", len(content)
    first = ask.get(path, headers={"range": "bytes=0-999"})
    assert first.headers["accept-ranges"] == "bytes"
    rest = ask.get(path, headers={"range": "bytes=1000-", "if-range": first.headers["etag"]})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.content + rest.content == content
    assert rest.headers["content-range"] == f"bytes 1000-{size - 1}/{size}"
    assert rest.headers["etag"] == first.headers["etag"]
    # Of another file than was begun the whole is sent.
    other = ask.get(path, headers={"range": "bytes=1000-", "if-range": '"another"'})
    assert (other.status_code, other.content) == (200, content)
    beyond = ask.get(path, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert beyond.json()["detail"].startswith("Range: no such part of the file")
    assert ask.get(path, headers={"range": "pages=1-2"}).json()["status"] == 400


@pytest.mark.parametrize("path", ["draws.nc", "draws", "series", "series.csv", "series.nc"])
@pytest.mark.parametrize("damage", ["missing", "one bit"])
def test_a_damaged_posterior_is_told_with_what_to_do(
    ask: Asker, desk: Desk, path: str, damage: str
) -> None:
    file = desk.settings.home / "posteriors" / "one.nc"
    if damage == "missing":
        file.unlink()
    else:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    answer = ask.get(f"forecasts/standing/{path}")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    expected = "is missing" if damage == "missing" else "is not what was written"
    assert expected in answer.json()["detail"]
    assert "`forecaster restore`" in answer.json()["detail"]
    assert "one.nc" in answer.json()["detail"]
    assert str(desk.settings.home) not in answer.text
    assert ask.get("forecasts/standing").status_code == 200


def test_a_strange_id_makes_a_plain_file_name() -> None:
    assert kept_files.name('a"; b\r\n../c') == "a___b__.._c"


def test_no_form_brings_pandas_or_xarray_into_the_process() -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from forecaster.web.formats import forms\n"
        "from forecaster.web.formats.sheet import Column, Sheet\n"
        "kinds = ('text', 'number', 'whole', 'day', 'moment')\n"
        "row = ('a', 1.0, 1, '2026-01-01', '2026-01-01T00:00:00Z')\n"
        "sheet = Sheet('any', [Column(k, k, '', '') for k in kinds], [row, (None,) * 5])\n"
        "assert all(write(sheet) for write in forms.WRITERS.values())\n"
        "print(*({'pandas', 'xarray', 'altair', 'pymc'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_a_table_keeps_a_note_that_looks_like_a_formula_elsewhere(ask: Asker, desk: Desk) -> None:
    readings.add(desk.engine, [new("2026-07", -1.5, NOW, note="-1+1")], now=NOW)
    (row,) = [one for one in rows(ask.get(f"{READINGS}.csv").text) if one["period"] == "2026-07"]
    assert (row["value"], row["note"]) == ("-1.5", "'-1+1")
