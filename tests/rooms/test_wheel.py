"""What is installed is what is written here: the wheel holds all it needs, and works elsewhere."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("forecaster", "priors", "indicators", "jobs")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return {name for name in file.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with this wheel only; libraries are looked up in the present one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet", wheel],
        check=True,
        capture_output=True,
    )
    (packages,) = folder.glob("lib/python*/site-packages")
    # A plain path entry: path files inside it, and so the project's own folder, are not followed.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def run(command: Path, *words: str, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.defpath,
        "HOME": str(elsewhere),
        "FORECASTER_HOME": str(elsewhere / "state"),
    }
    return subprocess.run(
        [command, *words],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_top_level_is_the_four_rooms(contents: set[str]) -> None:
    assert set(ROOMS) == {name.split("/")[0] for name in contents}


def test_it_ships_every_file_of_the_rooms_and_no_sample(contents: set[str]) -> None:
    expected = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and "_template" not in path.parts
        and not path.name.startswith("sample.")
    }
    assert expected == contents


def test_it_ships_the_record_and_the_priors(contents: set[str]) -> None:
    for name in ("priors/scenarios.toml", "priors/constraints.toml"):
        assert name in contents
    histories = {name for name in contents if name.endswith("/history.csv")}
    assert {name.replace("history.csv", "indicator.toml") for name in histories} <= contents
    assert len(histories) >= 28


def test_it_asks_not_to_be_uploaded(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        (name,) = (n for n in file.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = file.read(name).decode()
    assert "Classifier: Private :: Do Not Upload" in metadata
    assert "License-File: LICENSE" in metadata


def test_the_command_runs_from_another_directory(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "__init__.py").write_text("raise SystemExit('a stranger runs')\n")
    result = run(installed / "bin" / "forecaster", "--help", elsewhere=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "update" in result.stdout


def test_the_rooms_are_the_installed_ones(installed: Path, tmp_path: Path) -> None:
    code = (
        f"import {', '.join(ROOMS)}; print({', '.join(f'{r}.__file__' for r in ROOMS)}, sep='\\n')"
    )
    result = run(installed / "bin" / "python", "-c", code, elsewhere=tmp_path)
    assert result.returncode == 0, result.stderr
    for path in result.stdout.split():
        assert Path(path).is_relative_to(installed)


def test_the_installed_files_are_valid_and_load(installed: Path, tmp_path: Path) -> None:
    for words in (["check"], ["init"]):
        result = run(installed / "bin" / "forecaster", *words, elsewhere=tmp_path)
        assert result.returncode == 0, result.stdout + result.stderr
