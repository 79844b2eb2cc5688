"""Rules of the house that no tool checks for us."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

ROOT = Path(__file__).parents[2]
ROOMS = ("forecaster", "priors", "indicators", "jobs")
CODE = sorted(
    path for room in (*ROOMS, "tests", "benchmarks") for path in (ROOT / room).rglob("*.py")
)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[a-z]*/README.md")])
WRITTEN = sorted(
    {*CODE, *PAGES, ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "requirements.lock"}
    | {p for room in ROOMS for kind in ("*.toml", "*.csv") for p in (ROOT / room).rglob(kind)}
)
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:work|tmp|root|home)/")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs)\.\w+|deb\.debian\.\w+", re.IGNORECASE)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_stay_short() -> None:
    lengths = {relative(path): len(path.read_text().splitlines()) for path in CODE}
    assert {} == {name: lines for name, lines in lengths.items() if lines > 350}


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine path", "registry"])
def test_nothing_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{relative(path)}: {match.group()}"
        for path in WRITTEN
        if path != Path(__file__)
        for match in pattern.finditer(path.read_text())
    ]
    assert [] == found


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{relative(page)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert [] == broken


def commands(text: str) -> set[str]:
    """First words after ``forecaster`` wherever a page shows the command."""
    shown = "\n".join(re.findall(r"`[^`]+`|^```.*?^```", text, re.DOTALL | re.MULTILINE))
    return set(re.findall(r"(?<![\w/.])(?:\.venv/bin/)?forecaster ([a-z][a-z-]*)", shown))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_command_named_exists(page: Path) -> None:
    helped = subprocess.run(
        [Path(sys.executable).with_name("forecaster"), "--help"],
        check=True,
        capture_output=True,
        text=True,
        env={"COLUMNS": "200", "NO_COLOR": "1"},
    )
    known = set(re.findall(r"^\W*([a-z][a-z-]*)\s", helped.stdout, re.MULTILINE))
    assert set() == commands(page.read_text()) - known


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set() == set(re.findall(r"`make ([a-z]+)", page.read_text())) - targets


def test_help_starts_without_the_model() -> None:
    code = "import sys, jobs.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    heavy = {"pymc", "pytensor", "nutpie", "numba", "arviz", "xarray", "pandas"}
    assert set() == heavy & set(loaded)


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [
        Requirement(line)
        for line in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    ]


def test_everything_imported_is_declared() -> None:
    found = {
        name
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported(node)
    }
    homes = packages_distributions()
    declared_names = {canonical(one.name) for one in declared()}
    own = {*ROOMS, "tests", "benchmarks", *sys.stdlib_module_names}
    assert set() == {
        name
        for name in found - own
        if not declared_names & {canonical(home) for home in homes.get(name, [name])}
    }


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name.split(".")[0] for one in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.split(".")[0]]
    return []


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text()
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lines, re.MULTILINE))


def test_the_lock_has_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    entries = [entry for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if entry]
    assert [] == [entry for entry in entries if "--hash=sha256:" not in entry]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_the_lock_fits_what_is_declared(requirement: Requirement) -> None:
    pinned = locked()[requirement.name]
    assert requirement.specifier.contains(pinned)
    assert pinned == version(requirement.name), "the environment differs from the lock"
