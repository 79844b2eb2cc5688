"""Times that were missed, clocks that jump, jobs that are renamed: nothing is lost or doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from forecaster.store import ledger_views
from forecaster.store.ledger import Run
from jobs.process import Limits, Started
from tests.jobs.conftest import HOURLY, NOW, Clock, Maker, due_now, echo, ended, plan, starting


def test_a_week_down_is_caught_up_with_two_at_a_time(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    names = [f"collect:{name}" for name in ("gacc", "ofac", "imf", "sipri")]
    text = "".join(f'[job."{name}"]\nat = "05:00"\ncatch_up = "latest"\n' for name in names)
    begun: list[str] = []
    at_once: list[int] = []

    def start(run: Run, limits: Limits) -> Started:
        begun.append(run.job)
        at_once.append(sum(one.ended is None for one in runner._watched.values()) + 1)
        return echo(run, limits)

    runner = make_sqlite(plan(tmp_path, text), start)
    runner.step()
    hand.pass_(days=7)
    for name in names:
        assert "succeeded" == ended(runner, name).status
    assert sorted(names) == sorted(begun)
    assert 2 == max(at_once)
    counts = ledger_views.counts(runner.engine)
    assert (4, 6 * 4) == (counts["succeeded"], counts["skipped"])


def test_a_clock_that_was_ahead_starves_nobody(make: Maker, tmp_path: Path, hand: Clock) -> None:
    runner = make(plan(tmp_path, HOURLY))
    runner.step()
    hand.pass_(days=40)  # a clock gone wrong
    ahead = ended(runner, "tidy").logical_time
    hand.pass_(days=-40)
    runner.step()
    for _ in range(3):
        hand.pass_(hours=1)
        assert "succeeded" == ended(runner, "tidy").status
    rows = ledger_views.runs(runner.engine, limit=10_000)
    assert len(rows) == len({run.logical_time for run in rows})
    ran = sorted(run.logical_time for run in rows if run.status == "succeeded")
    assert [NOW.replace(minute=0) + timedelta(hours=n) for n in (1, 2, 3)] == ran[:3]
    assert [ahead] == ran[3:]


def test_a_small_step_back_doubles_nothing(make: Maker, tmp_path: Path, hand: Clock) -> None:
    runner = make(plan(tmp_path, HOURLY))
    due_now(runner, hand)
    ended(runner, "tidy")
    hand.pass_(hours=-3)
    for _ in range(4):
        hand.pass_(hours=1)
        runner.step()
    ended(runner, "tidy")
    rows = ledger_views.runs(runner.engine)
    assert 2 == len(rows) == ledger_views.counts(runner.engine)["succeeded"]


def test_a_job_is_known_by_its_name_whatever_does_it(
    make: Maker, tmp_path: Path, hand: Clock
) -> None:
    """Another function changes nothing; under another name, what waited is skipped and told."""
    first = make(plan(tmp_path, HOURLY))
    due_now(first, hand)
    first._enter()
    hand.pass_(hours=1)
    upgraded = make(plan(tmp_path, HOURLY), starting("answer('another function')"))
    hand.pass_(seconds=first.settings.lease_seconds)
    run = ended(upgraded, "tidy")
    assert ("succeeded", "another function") == (run.status, run.message)
    assert {"tidy"} == {run.job for run in ledger_views.runs(first.engine)}
    hand.pass_(hours=1)
    upgraded._enter()
    renamed = make(plan(tmp_path, '[job.backup]\nevery = "1h"\ncatch_up = "all"\n'))
    hand.pass_(seconds=first.settings.lease_seconds)
    renamed.step()
    newest = ledger_views.runs(first.engine, "tidy")[0]
    assert ("skipped", "the timetable has no job of this name any more") == newest[3:5]
    assert [] == ledger_views.runs(first.engine, "backup")  # it begins now
    hand.pass_(hours=1)
    assert "succeeded" == ended(renamed, "backup").status


def test_more_times_than_one_transaction_holds_are_all_entered(
    make_sqlite: Maker, tmp_path: Path, hand: Clock
) -> None:
    runner = make_sqlite(plan(tmp_path, '[job.tidy]\nevery = "10s"\ncatch_up = "latest"\n'))
    runner.step()
    hand.pass_(hours=10)
    start = datetime(2026, 11, 22, 6, 10, tzinfo=UTC)
    assert "succeeded" == ended(runner, "tidy").status
    rows = ledger_views.runs(runner.engine, limit=10_000)
    assert {start + timedelta(seconds=10 * n) for n in range(1, 3601)} == {
        run.logical_time for run in rows
    }
    assert 1 == sum(run.status == "succeeded" for run in rows)


def test_news_brings_one_update_after_its_delay(make: Maker, tmp_path: Path, hand: Clock) -> None:
    text = (
        '[job."collect:gacc"]\nevery = "1h"\ncatch_up = "latest"\n'
        '[job."collect:imf"]\nevery = "1h"\ncatch_up = "latest"\n'
        '[job.update]\nat = "01:00"\ncatch_up = "latest"\nafter = "news"\nsettle = "10m"\n'
    )
    runner = make(plan(tmp_path, text))
    due_now(runner, hand)
    ended(runner, "collect:gacc")
    ended(runner, "collect:imf")
    assert {"update": 1} == ledger_views.waiting(runner.engine)
    hand.pass_(minutes=9)
    runner.step()
    assert "update" not in ledger_views.last(runner.engine)
    hand.pass_(minutes=2)
    assert "succeeded" == ended(runner, "update").status
    assert {} == ledger_views.waiting(runner.engine)
