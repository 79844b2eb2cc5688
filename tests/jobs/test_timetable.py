"""The timetable that ships, and what is refused in one that does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from forecaster.errors import InvalidFiles
from jobs import timetable, work

GOOD = """
[job.update]
at = ["05:30", "17:30 mon"]
catch_up = "latest"
after = "news"
settle = "10m"

[job.tidy]
every = "2s"
catch_up = "all"
limit = "1h"
"""


def problems(tmp_path: Path, content: str) -> list[str]:
    file = tmp_path / "mine.toml"
    file.write_text(content)
    with pytest.raises(InvalidFiles) as told:
        timetable.read(file)
    assert all(line.startswith(str(file)) for line in told.value.problems)
    return [line.removeprefix(f"{file}: ") for line in told.value.problems]


def test_the_timetable_that_ships_has_every_job() -> None:
    assert set(work.WORK) == set(timetable.read())


def test_a_source_is_asked_before_the_daily_update() -> None:
    found = timetable.read()
    assert found["update"].at is not None
    (daily,) = found["update"].at
    for name, entry in found.items():
        if name.startswith("collect:") and name != "collect:federal_register":
            assert entry.at is not None
            assert min(one.clock for one in entry.at) < daily.clock


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    found = timetable.read(file)
    assert ["update", "tidy"] == list(found)
    assert ("05:30, 17:30 mon", "every 2s") == (found["update"].said, found["tidy"].said)
    assert timedelta(minutes=10) == found["update"].settle
    assert timedelta(hours=1) == found["tidy"].limit


def test_everything_wrong_is_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        'x = 1\n[job.updat]\nevery = "2 s"\ncatch_up = "lates"\n'
        '[job.update]\nevry = "2s"\nat = "06:30 6"\n',
    )
    assert found == [
        "job.updat: no job is called so; nearest: update",
        'job.updat.every: expected a duration like "30s", "15m", "6h" or "1d"',
        "job.updat.catch_up: Input should be 'latest', 'all' or 'none', not 'lates'",
        "job.update.at: '6' is no weekday; expected mon, tue, wed, thu, fri, sat, sun",
        "job.update.catch_up: missing",
        "job.update.evry: unknown key; nearest: every",
        "x: unknown key; known: job",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "job: missing"),
        ("[job.tidy", "not valid TOML"),
        ('[job.tidy]\ncatch_up = "all"', "expected either `at` or `every`"),
        ('[job.tidy]\nat = "06:30"\nevery = "1h"\ncatch_up = "all"', "either `at` or `every`"),
        ('[job.tidy]\nat = []\ncatch_up = "all"', "expected at least one time"),
        ('[job.tidy]\nat = 06:30:00\ncatch_up = "all"', 'like "06:30" or "06:30 mon,thu"'),
        ('[job.tidy]\nevery = "1h"\ncatch_up = "all"\nsettle = "1m"', "settle belongs to `after`"),
        ('[job."collect:gac"]\nevery = "1h"\ncatch_up = "all"', "nearest: collect:gacc"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: str, told: str) -> None:
    assert any(told in line for line in problems(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidFiles, match=r"none\.toml: cannot be read: No such file"):
        timetable.read(tmp_path / "none.toml")
