"""``alerts.toml``: read strictly, every problem told at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from forecaster.alerts import rules
from forecaster.alerts.rules import Crossed, Moved
from forecaster.errors import InvalidFiles
from tests.commands.conftest import Start

MOVED = 'when = "moved"\nquantity = "alliance_by@10y"\n'
CROSSED = 'when = "crossed"\nquantity = "alliance_by@10y"\n'


def told(tmp_path: Path, content: str) -> list[str]:
    file = tmp_path / "alerts.toml"
    file.write_text(content)
    return [line.removeprefix(f"{file}: ") for line in rules.problems(file)]


def test_the_rules_that_come_with_the_project_are_of_every_kind() -> None:
    found = rules.read()
    assert set(rules.KINDS) == {one.when for one in found.values()}
    assert all(one.title for one in found.values())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (MOVED + "pionts = 3.0", "rule.r.pionts: unknown key; nearest: points"),
        (MOVED, "rule.r: expected `points` or `bits` for alliance_by@10y, not neither"),
        (MOVED + "points = 3.0\nbits = 0.1", "not `points` and `bits`"),
        (MOVED + "units = 0.5", "expected `points` or `bits` for alliance_by@10y, not `units`"),
        (MOVED + "points = 0", "rule.r.points: Input should be greater than 0, not 0"),
        (MOVED + "points = nan", "rule.r.points: Input should be"),
        (MOVED + 'points = "3"', "rule.r.points: Input should be a valid number, not '3'"),
        (MOVED + "points = 3.0\nrunning = 0", "rule.r.running: "),
        (MOVED + 'points = 3.0\nwithin = "0s"', "rule.r.within: expected more than no time"),
        (MOVED + 'points = 3.0\nmin_interval = "3 weeks"', "rule.r.min_interval: expected a dur"),
        (MOVED + 'points = 3.0\nmin_interval = "9999d"', "rule.r.min_interval: expected a dur"),
        (
            'when = "moved"\nquantity = "aliance@10y"\npoints = 3.0',
            "rule.r.quantity: no quantity is called 'aliance@10y'; nearest: alliance@10y",
        ),
        (
            'when = "moved"\nquantity = "factor.ru_west"\npoints = 3.0',
            "rule.r: expected `units` for factor.ru_west, not `points`",
        ),
        (
            'when = "moved"\nquantity = "hazard.alliance"\nbits = 0.1',
            "rule.r: expected `points` for hazard.alliance, not `bits`",
        ),
        (CROSSED + "above = 20.0", "rule.r.hysteresis: missing"),
        (CROSSED + "hysteresis = 1.0", "rule.r: expected either `above` or `below`"),
        (CROSSED + "above = 2.0\nhysteresis = 3.0", "rule.r: expected a threshold in per cent"),
        (CROSSED + "below = 99.0\nhysteresis = 3.0", "rule.r: expected a threshold in per cent"),
        (CROSSED + "above = 120.0\nhysteresis = 3.0", "rule.r: expected a threshold in per cent"),
        ('when = "movd"', "rule.r: when = 'movd' is no kind of rule; nearest: moved"),
        ("points = 3.0", "rule.r: expected `when`, one of moved, crossed"),
        (
            'when = "stale"\nindicators = ["leader_meeting"]',
            "rule.r.indicators.0: no indicator is called 'leader_meeting'; nearest: leader_meet",
        ),
        (
            'when = "failing"\nsources = ["gac"]',
            "rule.r.sources.0: no source is called 'gac'; nearest: gacc",
        ),
        (
            'when = "stale"\nquiet = {start = "22:00", end = "22:00", zone = "UTC"}',
            "rule.r.quiet: quiet hours that end when they start",
        ),
        (
            'when = "stale"\nquiet = {start = "22:00", end = "07:00", zone = "Europe/Berlni"}',
            "rule.r.quiet.zone: no time zone is called 'Europe/Berlni'; nearest: Europe/Berlin",
        ),
        (
            'when = "stale"\nquiet = {start = "22:00", end = "07:00", zone = "../../etc/passwd"}',
            "rule.r.quiet.zone: no time zone is called '../../etc/passwd'",
        ),
        (
            'when = "stale"\nquiet = {start = "7", end = "24:00", zone = "UTC"}',
            'rule.r.quiet.end: expected a time of the day like "22:00"',
        ),
    ],
)
def test_what_cannot_be_meant_is_told_with_what_could(
    tmp_path: Path, content: str, problem: str
) -> None:
    found = told(tmp_path, f"[rule.r]\n{content}\n")
    assert [line for line in found if line.startswith(problem) or problem in line] != [], found


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    found = told(tmp_path, f'[rule.a]\n{MOVED}\n[rule.b]\nwhen = "x"\n[rule.C]\nwhen = "stale"\n')
    assert ["rule.a", "rule.b", "rule.C"] == [line.partition(":")[0] for line in found]


@pytest.mark.parametrize("content", ["[rule", "\udcff", "rule = 3", "[rule.r]\nwhen = [1]"])
def test_what_is_no_such_file_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "alerts.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert len(rules.problems(file)) == 1


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidFiles, match=r"nowhere\.toml: cannot be read"):
        rules.read(tmp_path / "nowhere.toml")


def test_quiet_hours_of_the_file_hold_where_a_rule_states_none(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text(
        '[quiet]\nstart = "22:00"\nend = "07:00"\nzone = "Asia/Tokyo"\n'
        '[rule.a]\nwhen = "stale"\n'
        '[rule.b]\nwhen = "stale"\nquiet = {start = "01:00", end = "02:00", zone = "UTC"}\n'
    )
    found = rules.read(file)
    assert ["Asia/Tokyo", "UTC"] == [one.quiet and one.quiet.zone.key for one in found.values()]


def test_a_rule_is_tried_with_other_values_and_one_measure_takes_the_place_of_another() -> None:
    one = rules.read()["headline"]
    changed = rules.with_changes("headline", one, {"bits": 0.1, "min_interval": "7d"})
    assert isinstance(changed, Moved)
    assert (changed.bits, changed.points) == (0.1, None)
    assert timedelta(days=7) == changed.min_interval
    assert one == rules.with_changes("headline", one, {})
    other = rules.with_changes("likely", rules.read()["likely"], {"below": 5.0})
    assert isinstance(other, Crossed)
    assert (other.above, other.below, other.side) == (None, 5.0, -1)


def test_check_tells_what_is_wrong_in_the_file(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f"[rule.r]\n{MOVED}pionts = 3.0\n")
    monkeypatch.setenv("FORECASTER_ALERTS", str(file))
    done = start("check")
    assert done.returncode == 1
    assert f"{file}: rule.r.pionts: unknown key; nearest: points" in done.stderr
