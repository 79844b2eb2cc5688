"""The import arrows hold, and the contracts notice when one is turned round."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("forecaster", "priors", "indicators", "jobs")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            target = folder / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    return folder


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("priors/wrong.py", "indicators", "Rooms"),
        ("indicators/wrong.py", "priors", "Rooms"),
        ("indicators/wrong.py", "forecaster.errors", "Rooms"),
        ("forecaster/posterior/wrong.py", "forecaster.model", "Inside forecaster"),
        ("forecaster/model/wrong.py", "forecaster.store", "Inside forecaster"),
        ("forecaster/store/wrong.py", "forecaster.model", "Inside forecaster"),
        ("forecaster/wrong.py", "json", "Inside forecaster"),
        ("forecaster/posterior/wrong.py", "pymc", "PyMC"),
        ("priors/wrong.py", "pytensor.tensor", "PyMC"),
        ("jobs/wrong.py", "nutpie", "PyMC"),
        ("forecaster/posterior/wrong.py", "numba", "PyMC"),
        ("jobs/wrong.py", "sqlalchemy", "SQL"),
        ("forecaster/posterior/wrong.py", "sqlite3", "SQL"),
    ],
)
def test_a_wrong_import_is_caught(copy: Path, module: str, imported: str, contract: str) -> None:
    wrong = copy / module
    wrong.write_text(f'"""Wrong."""\n\nimport {imported}\n')
    try:
        result = lint(copy)
    finally:
        wrong.unlink()
    broken = result.stdout.partition("Broken contracts")[2]
    assert result.returncode == 1
    assert contract in " ".join(broken.split()), result.stdout + result.stderr
