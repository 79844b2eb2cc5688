"""What if, from files to the command: real designs and futures, draws that no fit made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from forecaster import asked, kept_files, opened, what_if, worked_out
from forecaster.belief import SCENARIOS, Forecast
from forecaster.errors import InvalidFiles, NothingKnown, UnknownName
from forecaster.posterior import files
from forecaster.posterior import what_if_words as say
from forecaster.store import forecasts
from forecaster.wiring import Desk
from priors.what_if import WhatIf
from tests.commands.conftest import Run

ZERO = '[[what_if]]\nid = "nothing"\ntitle = "Nothing"\nshift = { ru_west = 0.0 }\n'
IDLE = '[[what_if]]\nid = "idle"\ntitle = "Idle"\n'
MORE = '[[what_if]]\nid = "more"\ntitle = "More"\nshift = { ru_west = 1.0, cn_us = 1.0 }\n'


@pytest.fixture
def desk(told: Desk) -> Desk:
    return told


@pytest.fixture
def forecast(desk: Desk) -> Forecast:
    return worked_out.standing(desk)


def mine(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_shift_of_nothing_gives_the_published_numbers_to_the_last_bit(
    desk: Desk, forecast: Forecast, tmp_path: Path
) -> None:
    futures = asked.of_file(desk, mine(tmp_path, ZERO + MORE))
    found = what_if.document(desk, forecast, futures)

    nothing, more = found["what_ifs"]
    assert {"headline": 0.0, "draws": 0.0} == found["again"]
    assert nothing["headline"].items() <= dict(forecast["headline"]).items()
    for horizon, row in zip(forecast["horizons"], nothing["horizons"], strict=True):
        assert horizon["alliance_by"] == row["alliance_by"]
        assert horizon["scenarios"] == row["scenarios"]
        assert row["difference"] == dict.fromkeys(row["difference"], 0.0)
    assert more["difference"]["mean"] > 1.0
    assert more["difference"]["lower"] < more["difference"]["mean"] < more["difference"]["upper"]
    assert more["difference"]["mcse"] > 0.0
    assert 100.0 * (more["headline"]["mean"] - forecast["headline"]["mean"]) == pytest.approx(
        more["difference"]["mean"]
    )


def test_draws_saved_in_single_precision_alone_come_within_a_millionth(
    desk: Desk, forecast: Forecast, tmp_path: Path
) -> None:
    """As files from before the state was saved are."""
    place, _ = forecasts.posterior_of(desk.engine, forecast["forecast_id"]) or ("", "")
    path = desk.settings.home / place
    tree = xr.open_datatree(path, engine=files.ENGINE).load()
    tree.close()
    del tree["state"]
    side = opened.side(desk, forecast, tree)
    drawn = opened.drawn(desk, side)
    found = what_if.conditional(desk, side, drawn, asked.of_file(desk, mine(tmp_path, ZERO)))
    assert 0.0 < found["again"]["headline"] < found["again"]["draws"] < what_if.SAME
    assert "single precision" in say.again(found)


def test_all_that_ships_was_worked_out_and_is_told(
    desk: Desk, forecast: Forecast, run: Run
) -> None:
    found = json.loads(run("what-if", "--json").stdout)
    assert found == worked_out.require(desk, what_if.NAME)
    assert forecast["forecast_id"] == found["forecast_id"]
    assert [one.id for one in desk.priors.what_ifs] == [one["id"] for one in found["what_ifs"]]
    by_id = {one["id"]: one for one in found["what_ifs"]}
    assert by_id["contain_both"]["difference"]["mean"] > 0.0
    assert by_id["accommodate_both"]["difference"]["mean"] < 0.0
    assert by_id["shock_2014"]["like"] == ["crimea"]
    for one in found["what_ifs"]:
        for row in one["horizons"]:
            assert sum(row["scenarios"][name]["mean"] for name in SCENARIOS) == pytest.approx(1.0)
    text = run("what-if").stdout
    assert "accommodate_both" in text
    assert "no claim" in text
    alone = run("what-if", "contain_both")
    assert "Why so large: One sd is what one break did" in alone.stdout
    assert "accommodate_both" not in alone.stdout
    wrong = run("what-if", "contain_bot")
    assert isinstance(wrong.exception, UnknownName)
    assert "nearest: contain_both" in str(wrong.exception)


def test_other_questions_than_were_kept_are_asked_anew(
    desk: Desk, forecast: Forecast, run: Run
) -> None:
    kept = worked_out.require(desk, what_if.NAME)
    old = {**kept, "what_ifs": kept["what_ifs"][:1], "what_ifs_hash": "old"}
    worked_out.keep(desk, what_if.NAME, forecast["forecast_id"], old)
    found = json.loads(run("what-if", "--json").stdout)
    assert len(desk.priors.what_ifs) == len(found["what_ifs"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[what_if]", "not valid TOML"),
        ("", "what_if: missing"),
        (ZERO.replace("ru_west", "ru_wst"), "shift.ru_wst: unknown key; nearest: ru_west"),
        (ZERO.replace("0.0", "6.0"), "what_if.0.shift.ru_west: Input should be less than or equal"),
        (ZERO.replace("0.0", "nan"), "what_if.0.shift.ru_west: Input should be a finite number"),
        (ZERO.replace("0.0", '"1"'), "what_if.0.shift.ru_west: Input should be a valid number"),
        (ZERO.replace("0.0", "true"), "what_if.0.shift.ru_west: Input should be a valid number"),
        (ZERO + "levels = { asymmetry = 0.0 }", "what_if.0.levels: unknown key; nearest: level"),
        (ZERO + "level = { asymetry = 0.0 }", "level.asymetry: unknown key; nearest: asymmetry"),
        (ZERO + "level = { asymmetry = -1.0 }", "level.asymmetry: Input should be greater"),
        (ZERO + 'like = ["crimia"]', "no shock of shocks.toml is called 'crimia'; nearest: crimea"),
        (ZERO + "ramp_months = 1.5", "what_if.0.ramp_months: Input should be a valid integer"),
        (ZERO + "ramp_months = 241", "what_if.0.ramp_months: Input should be less than or equal"),
        (ZERO + ZERO, "what_if nothing: stated 2 times; once is expected"),
        (ZERO.replace('"nothing"', '"No Name"'), "what_if.0.id: String should match pattern"),
        (IDLE, "expected at least one of shift, like, level"),
        (ZERO * 41, "what_if: Tuple should have at most 40 items"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_file_key_and_nearest_name(
    home: Path, run: Run, tmp_path: Path, text: str, told: str
) -> None:
    assert home.is_dir()
    done = run("what-if", "--file", str(mine(tmp_path, text)))
    assert isinstance(done.exception, InvalidFiles)
    assert told in str(done.exception)
    assert str(tmp_path / "mine.toml") in str(done.exception)


def test_before_the_first_forecast_it_says_what_to_do(home: Path, run: Run) -> None:
    assert home.is_dir()
    assert "forecaster update" in str(run("what-if").exception)


def test_a_file_that_is_not_there_and_draws_that_are_not(
    desk: Desk, forecast: Forecast, run: Run, tmp_path: Path
) -> None:
    done = run("what-if", "--file", str(tmp_path / "none.toml"))
    assert isinstance(done.exception, InvalidFiles)
    assert "cannot be read" in str(done.exception)
    for folder in ("posteriors", kept_files.ANALYSES):
        for file in (desk.settings.home / folder).iterdir():
            file.unlink()
    for words in (("what-if",), ("what-if", "--file", str(mine(tmp_path, ZERO)))):
        done = run(*words)
        assert isinstance(done.exception, NothingKnown)
        assert f"the posterior file of {forecast['forecast_id']} is gone" in str(done.exception)


def row(**entry: Any) -> dict[str, Any]:
    return WhatIf.model_validate({"id": "some", "title": "Some", **entry}).model_dump(
        mode="json", exclude_defaults=True
    )


def test_what_is_done_in_words() -> None:
    assert "Russia against the West +1.0 sd; over 24 months, then kept up" == say.done(
        row(shift={"ru_west": 1.0}, ramp_months=24)
    )
    assert (
        "crimea once more; at once, kept up for 6 months, then fading by half in 2 years"
        == say.done(row(like=["crimea"], hold_months=6, half_life=2.0))
    )
    assert "Asymmetry of power lifted; Trade dependence at 150 % of its level" == say.done(
        row(level={"asymmetry": 0.0, "trade_dependence": 1.5})
    )
    assert "Russia with China −0.5 sd; at once, then fading as every deviation does" == say.done(
        row(shift={"alignment": -0.5}, hold_months=0)
    )


def test_the_sign_is_only_claimed_where_draws_agree() -> None:
    assert "higher in 93 % of draws" == say.sign({"p_above": 0.93, "p_below": 0.07})
    assert "open: lower in 55 % of draws" == say.sign({"p_above": 0.45, "p_below": 0.55})
    assert "moves no draw" == say.sign({"p_above": 0.0, "p_below": 0.0})


def test_another_seed_is_noticed(desk: Desk, forecast: Forecast, tmp_path: Path) -> None:
    forecast["random_seed"] += 1
    futures = asked.of_file(desk, mine(tmp_path, ZERO))
    with pytest.raises(opened.Untold, match="give another headline than was published"):
        what_if.document(desk, forecast, futures)
