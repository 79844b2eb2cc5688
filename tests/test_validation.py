"""Problems of edited files are told all at once, each with file, key and what to do."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forecaster import validation
from indicators import CatalogueError, Indicator, catalogue

GOOD = """
title = "A count"
question = "How often?"
unit = "events"
[publisher]
name = "Somebody"
url = "https://example.org"
terms = "free"
citation = "Somebody (2026)"
[cadence]
expected = "monthly"
publication_lag_days = 10
late_after_days = 20
[informs]
factor = "cn_us"
sign = 1
anchor = true
noise = "survey"
[observation]
kind = "stock"
likelihood = "normal"
[plausible]
min = 0
max = 10
"""


def _problems(root: Path) -> list[str]:
    with pytest.raises(CatalogueError) as told:
        catalogue(root)
    return validation.lines(told.value, "indicators", [Indicator])


def _write(root: Path, name: str, text: str) -> None:
    (root / name).mkdir()
    (root / name / "indicator.toml").write_text(text)


def test_an_unknown_key_is_told_its_nearest_valid_name(tmp_path: Path) -> None:
    _write(tmp_path, "one", GOOD.replace("late_after_days", "late_after_day"))

    assert _problems(tmp_path) == [
        "indicators/one/indicator.toml: cadence.late_after_days: missing",
        (
            "indicators/one/indicator.toml: cadence.late_after_day: unknown key; "
            "nearest: late_after_days, publication_lag_days"
        ),
    ]


def test_an_unknown_key_like_no_other_is_told_all_valid_names(tmp_path: Path) -> None:
    _write(tmp_path, "one", GOOD.replace("[plausible]", "[plausible]\nzzz = 1"))

    assert _problems(tmp_path) == [
        "indicators/one/indicator.toml: plausible.zzz: unknown key; known: jump, max, min"
    ]


def test_every_file_with_a_problem_is_told(tmp_path: Path) -> None:
    _write(tmp_path, "one", GOOD.replace('"monthly"', '"weekly"'))
    _write(tmp_path, "two", "title = ")
    _write(tmp_path, "six", GOOD.replace("anchor = true", ""))
    told = "\n".join(_problems(tmp_path))

    assert "one/indicator.toml: cadence.expected: Input should be 'daily', 'monthly'" in told
    assert "not 'weekly'" in told
    assert "two/indicator.toml: not valid TOML" in told
    assert "factor cn_us has 0 anchors among six" in told


def test_what_the_folder_says_is_not_stated_again(tmp_path: Path) -> None:
    _write(tmp_path, "one", 'id = "two"\n' + GOOD)

    assert _problems(tmp_path) == [
        "indicators/one/indicator.toml: id: not to be stated; the folder's name is the id"
    ]


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "one" / "indicator.toml").mkdir(parents=True)
    _write(tmp_path, "two", GOOD.replace('"monthly"', '"weekly"'))
    first, second = _problems(tmp_path)

    assert first == "indicators/one/indicator.toml: cannot be read: Is a directory"
    assert second.startswith("indicators/two/indicator.toml: cadence.expected")


def test_readings_without_an_indicator_are_told(tmp_path: Path) -> None:
    _write(tmp_path, "one", GOOD)
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / "history.csv").write_text("period,value,published_at,source,note\n")

    assert _problems(tmp_path) == [
        "indicators/lost/indicator.toml: missing; beside it lies a history.csv that nobody reads"
    ]


class Red(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["red"]
    depth: float = 1.0


class Blue(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["blue"]
    height: float = 1.0


type Colour = Annotated[Red | Blue, Field(discriminator="kind")]


class Box(BaseModel):
    model_config = ConfigDict(extra="forbid")
    colours: dict[str, Colour] = {}
    rows: tuple[Red, ...] = ()
    one: Blue | None = None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[colours.a]\nkind = "red"\ndept = 1', "colours.a.red.dept: unknown key; nearest: depth"),
        ('[[rows]]\nkind = "red"\ndept = 1', "rows.0.dept: unknown key; nearest: depth"),
        ('[one]\nkind = "blue"\nheigth = 1', "one.heigth: unknown key; nearest: height"),
        ("colour = 1", "colour: unknown key; nearest: colours"),
    ],
)
def test_the_nearest_name_is_found_at_any_depth(text: str, expected: str) -> None:
    with pytest.raises(ValidationError) as told:
        Box.model_validate(tomllib.loads(text))

    assert validation.lines(told.value, "room", [Box]) == [f"room: {expected}"]


def test_a_file_that_cannot_be_opened_and_a_list_of_lines() -> None:
    missing = FileNotFoundError(2, "No such file or directory")
    missing.add_note("noise.toml")
    several = ValueError("a:1: wrong\na:2: wrong too")
    group = ExceptionGroup("both", [missing, ExceptionGroup("inner", [several])])

    assert validation.lines(group, "priors") == [
        "priors/noise.toml: cannot be read: No such file or directory",
        "priors: a:1: wrong",
        "priors: a:2: wrong too",
    ]
