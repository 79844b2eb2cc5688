"""Where a setting comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecaster import settings
from forecaster.errors import InvalidFiles


def test_without_anything_stated_the_defaults_hold() -> None:
    """The state goes to the platform's folder for user data, the database into it."""
    found = settings.load({})

    assert found.home.name == "forecaster"
    assert found.database_url == f"sqlite:///{found.home}/forecaster.sqlite"
    assert (found.draws, found.chains, found.random_seed) == (1000, 4, 1)
    assert set(found.origin.values()) == {"default"}
    assert set(found.origin) == set(settings.TABLE)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """Each value says where it was found."""
    (tmp_path / "forecaster.toml").write_text('draws = 300\nchains = 3\nprior_set = "wide"\n')
    found = settings.load({"FORECASTER_HOME": str(tmp_path), "FORECASTER_DRAWS": "400"})

    assert (found.draws, found.chains, found.prior_set) == (400, 3, "wide")
    assert found.origin["draws"] == "FORECASTER_DRAWS"
    assert found.origin["chains"] == str(tmp_path / "forecaster.toml")
    assert found.origin["tune"] == "default"


def test_a_named_file_may_move_the_state(tmp_path: Path) -> None:
    """FORECASTER_CONFIG stands for the file in the state folder, and may say where that is."""
    file = tmp_path / "elsewhere.toml"
    file.write_text(f'home = "{tmp_path / "state"}"\n')
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "forecaster.toml").write_text("nonsense = 1\n")
    found = settings.load({"FORECASTER_CONFIG": str(file)})

    assert found.home == tmp_path / "state"
    assert found.origin["home"] == str(file)


def test_a_relative_home_is_taken_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later changes of folder do not move the state."""
    monkeypatch.chdir(tmp_path)

    assert settings.load({"FORECASTER_HOME": "state"}).home == tmp_path / "state"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """An unknown key, a word for a number, a number out of range: one list."""
    (tmp_path / "forecaster.toml").write_text('drawz = 3\nchains = 1\ncores = "many"\n')
    with pytest.raises(InvalidFiles) as told:
        settings.load({"FORECASTER_HOME": str(tmp_path), "FORECASTER_TUNE": "3.5"})

    file = tmp_path / "forecaster.toml"
    assert sorted(told.value.problems) == sorted(
        [
            f"{file}: drawz: no such setting; nearest: draws",
            f"{file}: chains: expected a whole number from 2 to 64, not '1'",
            f"{file}: cores: expected a whole number from 1 to 256, not 'many'",
            "FORECASTER_TUNE: expected a whole number from 50 to 100,000, not '3.5'",
        ]
    )


@pytest.mark.parametrize("content", ["draws = ", "draws = true", 'home = "/elsewhere"'])
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, content: str) -> None:
    """Broken TOML, a boolean for a number, a state folder that moves itself."""
    (tmp_path / "forecaster.toml").write_text(content)
    with pytest.raises(InvalidFiles, match=r"forecaster\.toml"):
        settings.load({"FORECASTER_HOME": str(tmp_path)})


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    """Not silently passed over."""
    with pytest.raises(InvalidFiles, match="there is no file"):
        settings.load({"FORECASTER_CONFIG": str(tmp_path / "none.toml")})


def test_passwords_are_never_printed(tmp_path: Path) -> None:
    """Neither in a listing nor in a complaint."""
    url = "postgresql+psycopg://analyst:hunter2@db.example/forecasts"
    base = {"FORECASTER_HOME": str(tmp_path)}
    shown = settings.load(base | {"FORECASTER_DATABASE_URL": url}).shown("database_url")
    with pytest.raises(InvalidFiles) as told:
        settings.load(base | {"FORECASTER_DATABASE_URL": url.replace("+psycopg", "+other")})

    assert shown == "postgresql+psycopg://analyst:***@db.example/forecasts"
    assert "hunter2" not in str(told.value)


def test_variables_that_nothing_reads_are_listed() -> None:
    """A misspelt variable can be found; those of the tests are let be."""
    environ = {
        "FORECASTER_DRAWZ": "1",
        "FORECASTER_DRAWS": "400",
        "FORECASTER_TEST_RECORDINGS": "x",
        "FORECASTER_CONFIG": "y",
        "HOME": "z",
    }

    assert settings.unknown_variables(environ) == ["FORECASTER_DRAWZ"]
