"""Everything that people edit is valid, and every problem is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecaster import settings, validation
from forecaster.commands import check
from forecaster.store.engine import open_engine
from forecaster.wiring import Desk
from indicators import Indicator
from priors import Priors
from tests.commands.conftest import Run, Start


@pytest.fixture
def desk_of_files(tmp_path: Path) -> Desk:
    chosen = settings.load({"FORECASTER_HOME": str(tmp_path)})
    return Desk(chosen, open_engine(chosen.database_url))


def _changed(one: Indicator, **informs: object) -> Indicator:
    return one.model_copy(update={"informs": one.informs.model_copy(update=informs)})


def _with(desk: Desk, one: Indicator) -> dict[str, Indicator]:
    return desk.catalogue | {one.id: one}


def test_the_project_itself_is_valid(start: Start) -> None:
    done = start("check")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("valid: ")
    assert "claim" in done.stdout


def test_a_prior_set_that_does_not_exist_is_a_problem(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTER_PRIOR_SET", "nobody_wrote_this")
    done = start("check")

    assert done.returncode == 1
    assert "nobody_wrote_this" in done.stderr
    assert "1 problem" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("informs", "told"),
    [
        ({"noise": "surveys"}, "informs.noise: no class 'surveys'; nearest: survey"),
        ({"noise": "event_count"}, "informs.noise: event_count is of negative_binomial, but"),
        ({"sub_constraint": "zzz"}, "informs.sub_constraint: cn_us has no part 'zzz'"),
        ({"claims": ("A99",)}, "informs.claims: no claim 'A99'"),
    ],
)
def test_names_that_the_other_room_lacks_are_told(
    desk_of_files: Desk, informs: dict[str, object], told: str
) -> None:
    one = _changed(desk_of_files.catalogue["us_tariff_on_china"], **informs)
    (problem,) = validation.between_rooms(_with(desk_of_files, one), desk_of_files.priors)

    assert problem.startswith(f"indicators/us_tariff_on_china/indicator.toml: {told}")


def test_the_rooms_of_the_project_fit_together(desk_of_files: Desk) -> None:
    assert validation.between_rooms(desk_of_files.catalogue, desk_of_files.priors) == []
    assert isinstance(desk_of_files.priors, Priors)


def test_rows_that_the_model_could_not_use_are_told(desk_of_files: Desk, tmp_path: Path) -> None:
    header = "period,value,published_at,source,note\n"
    rows = "2001,-1,,s,\n2002,99999,,s,\n2003,5,,s,\n2003,6,,s,\n"
    (tmp_path / "history.csv").write_text(header + rows)
    one = desk_of_files.catalogue["trade_total"]
    loose = one.plausible.model_copy(update={"min": -5.0})
    one = one.model_copy(update={"folder": tmp_path, "plausible": loose})

    assert validation.of_records({one.id: one}) == [
        "indicators/trade_total/history.csv: 2001: -1 has no log",
        (
            "indicators/trade_total/history.csv: 2002: 99999 is outside the plausible range -5 to "
            f"{one.plausible.max:g} ({one.unit})"
        ),
        (
            "indicators/trade_total/history.csv: 2003: stated 2 times for one date of "
            "publication; once is expected"
        ),
    ]


def test_a_count_outside_its_windows_is_told(desk_of_files: Desk, tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("period,value,published_at,source,note\n1985-01,1,,s,\n")
    one = desk_of_files.catalogue["leader_meetings"].model_copy(update={"folder": tmp_path})

    assert validation.of_records({one.id: one}) == [
        (
            "indicators/leader_meetings/history.csv: 1985-01: no [[coverage]] window of "
            "indicator.toml holds this period"
        )
    ]


def test_a_missing_history_is_told(desk_of_files: Desk, tmp_path: Path) -> None:
    one = desk_of_files.catalogue["trade_total"].model_copy(update={"folder": tmp_path})

    assert validation.of_records({one.id: one}) == [
        "indicators/trade_total/history.csv: cannot be read: No such file or directory"
    ]


def test_all_problems_come_together(desk_of_files: Desk, tmp_path: Path) -> None:
    one = _changed(
        desk_of_files.catalogue["us_tariff_on_china"], noise="surveys", claims=("A99",)
    ).model_copy(update={"folder": tmp_path})
    desk_of_files.__dict__["catalogue"] = _with(desk_of_files, one)

    assert len(check.problems(desk_of_files)) == 3


def test_claims_that_nothing_uses_are_listed(
    desk_of_files: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """B11 is cited by indicators alone; without these nobody uses it."""
    check._tell(desk_of_files)
    assert capsys.readouterr().out.splitlines()[-1] == "every claim of the papers is used"

    desk_of_files.__dict__["catalogue"] = {
        name: _changed(one, claims=tuple(set(one.informs.claims) - {"B11"}))
        for name, one in desk_of_files.catalogue.items()
    }
    check._tell(desk_of_files)
    told = capsys.readouterr().out.splitlines()

    assert told[1] == "1 claim that nothing uses:"
    assert told[2].startswith("  B11: Trade of 87 bn USD with China against 27.5")


def test_a_misspelt_variable_is_remarked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORECASTER_DRAWZ", "4")
    done = run("check")

    assert done.exit_code == 0
    assert "FORECASTER_DRAWZ" in done.stderr
