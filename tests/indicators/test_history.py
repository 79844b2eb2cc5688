"""``history.csv`` is read strictly, and says when a value was known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from indicators import catalogue
from indicators.spec import Reading, read_history

HEADER = "period,value,published_at,source,note\n"


def read(folder: Path, rows: str, header: str = HEADER) -> tuple[Reading, ...]:
    path = folder / "history.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_history(path, "trade_total")


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("", None),
        ("2026-10-17T06:10:00+08:00", datetime(2026, 10, 16, 22, 10, tzinfo=UTC)),
        ("2026-10-17T06:10:00Z", datetime(2026, 10, 17, 6, 10, tzinfo=UTC)),
        ("2026-10-17T06:10:00", datetime(2026, 10, 17, 6, 10, tzinfo=UTC)),
        ("2026-10-17", datetime(2026, 10, 17, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_publication_is_a_moment_in_utc_and_a_day_means_its_end(
    tmp_path: Path, written: str, published: datetime | None
) -> None:
    (row,) = read(tmp_path, f"2026-09,20.5,{written},https://example.org,\n")

    assert row.published_at == published


def test_without_publication_a_value_is_known_a_lag_after_its_last_day(tmp_path: Path) -> None:
    one = catalogue()["trade_total"]
    (row,) = read(tmp_path, "2026-09,20.5,,https://example.org,\n")

    assert one.cadence.publication_lag_days == 14
    assert one.known_at(row.period, row.published_at) == datetime(2026, 10, 15, tzinfo=UTC)


def test_every_bad_row_is_told_with_its_line(tmp_path: Path) -> None:
    rows = (
        "2026-09,20.5,,https://example.org,\n"
        "2026-13,20.5,,https://example.org,\n"
        "2026-10,many,,https://example.org,\n"
        "2026-11,nan,,https://example.org,\n"
        "2026-12,1,,,\n"
        "2027-01,1,,https://example.org\n"
        "2027-02,1,soon,https://example.org,\n"
    )
    with pytest.raises(ValueError, match=r"history\.csv:3") as told:
        read(tmp_path, rows)
    lines = str(told.value).splitlines()

    assert [line.split(":")[1] for line in lines] == ["3", "4", "5", "6", "7", "8"]
    for line, part in zip(
        lines,
        ("not a date of the calendar", "many", "finite", "source is empty", "4 cells", "soon"),
        strict=True,
    ):
        assert part in line


def test_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns are period, value; expected period, value, pub"):
        read(tmp_path, "2026-09,20.5\n", header="period,value\n")
