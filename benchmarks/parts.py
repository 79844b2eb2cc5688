"""The parts of the benchmark. Each gives its figures as plain numbers: seconds, bytes, counts."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import by_itself as alone
from benchmarks import collecting, process, race, rolling
from benchmarks import delivery as delivering
from benchmarks import desk as pages
from benchmarks import instant as at_once
from forecaster import settings
from forecaster.model.fit import Effort
from forecaster.store import readings
from forecaster.store.engine import open_engine
from forecaster.store.migrate import upgrade
from forecaster.store.records import NewReading
from indicators.period import Period

Figures = dict[str, Any]
INDICATORS = 50
MOST_ATTEMPTS = 3
GRACE = 300  # seconds beyond its limit until the peer is killed


class Failed(Exception):
    """A part could not be measured; the text says why."""


@dataclass
class Bench:
    """One run of the benchmark: its state folder, and what the parts share.

    ``draft``: settings from the environment stay in force, so that a trial may be small; otherwise
    what is measured is the default.
    """

    home: Path
    seeds: int = 10
    limit: float = 1200.0
    rows: int = 100_000
    worlds: int = 80
    draft: bool = False
    updates: list[Figures] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """Of every process that is started."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if self.draft or not name.startswith(settings.PREFIX)
        }
        return kept | {"FORECASTER_HOME": str(self.home), "NO_COLOR": "1"}

    def forecaster(self, *words: str) -> process.Ended:
        """One command, timed."""
        return process.run([*process.command(), *words], self.environment())

    def prepare(self) -> None:
        """The embedded record, loaded once."""
        if not (self.home / settings.DATABASE_NAME).exists():
            _must(self.forecaster("init"))

    def fit(self, seed: int) -> Figures:
        """One update with its time, its memory and what the gate saw."""
        self.prepare()
        done = self.forecaster("update", "--force", "--seed", str(seed), "--json")
        if not done.stdout.strip():
            raise Failed(f"update with seed {seed}: {_last_line(done)}")
        said = json.loads(done.stdout)
        gate = said["forecast"]["diagnostics"]
        del gate["worst"]
        found = {"seed": seed, "seconds": done.seconds, "peak_bytes": done.peak_bytes, **gate}
        self.updates.append(found)
        return found


def update(bench: Bench) -> Figures:
    """`forecaster update --force` at the seeds 1 to N, each a process of its own."""
    fits = [bench.fit(seed) for seed in range(1, bench.seeds + 1)]
    seconds = [one["seconds"] for one in fits]
    return {
        "fits": fits,
        "seconds_median": statistics.median(seconds),
        "seconds_max": max(seconds),
        "peak_bytes_max": max(one["peak_bytes"] for one in fits),
        "passed": sum(one["passed"] for one in fits),
    }


def show(bench: Bench) -> Figures:
    """`forecaster show` as a process, the median of ten."""
    if not any(one["passed"] for one in bench.updates):
        bench.fit(seed=1)
    times = []
    for _ in range(10):
        done = bench.forecaster("show")
        _must(done)
        times.append(done.seconds)
    return {"seconds_median": statistics.median(times), "seconds_max": max(times)}


def store(bench: Bench) -> Figures:
    """Readings loaded into an empty SQLite database and read as known at a time."""
    start, now = date(1992, 1, 1), datetime.now(UTC)
    batch = [
        NewReading(
            indicator=f"indicator_{number % INDICATORS:02d}",
            period=Period.parse((start + timedelta(days=number // INDICATORS)).isoformat()),
            value=number / 7.0,
            published_at=None,
            known_at=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number % 365),
            source="https://example.org/release",
            origin="fetched",
        )
        for number in range(bench.rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/{settings.DATABASE_NAME}")
        upgrade(engine)
        load, added = _timed(lambda: readings.add(engine, batch, now=now))
        one, _ = _timed(lambda: readings.as_known(engine, now, indicator="indicator_01"), 5)
        whole, found = _timed(lambda: readings.as_known(engine, now), 5)
    if not added.added == len(found) == bench.rows:
        raise Failed(f"{bench.rows} readings given, {added.added} stored, {len(found)} known")
    return {
        "rows": bench.rows,
        "load_seconds": load,
        "one_indicator_seconds": one,
        "all_seconds": whole,
    }


def jobs(bench: Bench) -> Figures:
    """Four processes on one timetable for 200 due times, then the leader is killed."""
    with tempfile.TemporaryDirectory() as folder:
        due_times = 40 if bench.draft else 200
        try:
            return race.race(Path(folder), bench.environment(), due_times)
        except TimeoutError as error:
            raise Failed(f"{due_times} due times: {error}") from error


def textbook(bench: Bench) -> Figures:
    """Time until the textbook version passes, or a lower bound; its ratio to our update.

    An attempt that ends below its limit without passing is followed by one with four times the
    draws. Only the attempt that passes is counted, as if its length had been known beforehand.
    """
    if not bench.updates:
        bench.fit(seed=1)
    attempts: list[Figures] = []
    draws = 1000
    for _ in range(MOST_ATTEMPTS):
        attempts.append(_peer(bench, draws))
        if attempts[-1]["passed"] or attempts[-1]["cut_off"]:
            break
        draws *= 4
    last = attempts[-1]
    passing = [one["seconds"] for one in bench.updates if one["passed"]]
    ours = statistics.median(passing) if passing else None
    seconds = last["seconds"] if last["passed"] else max(one["seconds"] for one in attempts)
    return {
        "attempts": attempts,
        "seconds": seconds,
        "lower_bound": not last["passed"],
        "update_seconds": ours,
        "ratio": None if ours is None else seconds / ours,
    }


def _peer(bench: Bench, draws: int) -> Figures:
    words = ["-m", "benchmarks.peer", f"--limit={bench.limit}", f"--draws={draws}"]
    done = process.run([sys.executable, *words], bench.environment(), limit=bench.limit + GRACE)
    asked = {"draws_asked": draws, "peak_bytes": done.peak_bytes}
    if done.code < 0:  # it did not answer the alarm
        return asked | {"passed": False, "cut_off": True, "seconds": bench.limit}
    _must(done)
    answer: Figures = json.loads(done.stdout.splitlines()[-1])
    return asked | answer


def calibration(bench: Bench) -> Figures:
    """Coverage and ranks over simulated worlds, by size; see ``benchmarks/sbc.py``.

    Worlds that were fitted in earlier sittings count; of the reduced ones as many are made as are
    missing here.
    """
    worlds = f"--worlds={bench.worlds}"
    if bench.draft:
        return {"reduced": json.loads(_module(bench, "benchmarks.calibration", worlds))}
    _module(bench, "benchmarks.sbc", "--size=reduced", worlds)
    found: Figures = json.loads(_module(bench, "benchmarks.sbc", "--figures"))
    return found


def _module(bench: Bench, name: str, *words: str) -> str:
    """What a module says that is run as a program."""
    done = process.run([sys.executable, "-m", name, *words], bench.environment())
    _must(done)
    return done.stdout


def collect(bench: Bench) -> Figures:
    """A round over all sources, and one without news; see ``benchmarks/collecting.py``."""
    try:
        found = collecting.measure(bench.environment())
    except RuntimeError as error:
        raise Failed(str(error)) from error
    if found["failed"] or found["again_added"]:
        raise Failed(f"not what was replayed: {found}")
    return found


def by_itself(bench: Bench) -> Figures:
    """The service by itself, killed again and again; see ``benchmarks/by_itself.py``."""
    with tempfile.TemporaryDirectory() as folder:
        deaths = 1 if bench.draft else 4
        try:
            return alone.measure(Path(folder), bench.environment(), deaths)
        except alone.Broken as error:
            raise Failed(str(error)) from error


def desk(bench: Bench) -> Figures:
    """The pages under load beside a fit; see ``benchmarks/desk.py``."""
    if not any(one["passed"] for one in bench.updates):
        bench.fit(seed=1)
    sizes, seconds = ((200, 5_000), 5.0) if bench.draft else ((10_000, bench.rows), pages.SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        try:
            return pages.measure(Path(folder), bench.home, bench.environment(), sizes, seconds)
        except pages.Broken as error:
            raise Failed(str(error)) from error


def delivery(bench: Bench) -> Figures:
    """Webhooks to receivers on this machine; see ``benchmarks/delivery.py``."""
    return delivering.measure(20 if bench.draft else 300)


def bare(bench: Bench) -> Figures:
    """`make run` in a fresh clone of what is committed, installation included, without caches."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", process.ROOT, clone], check=True)  # noqa: S607
        make = shutil.which("make")
        if make is None:
            raise Failed("make is not installed")
        environment = bench.environment() | {
            "FORECASTER_HOME": str(Path(folder) / "state"),
            "PIP_NO_CACHE_DIR": "1",
        }
        for name in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL"):
            environment.pop(name, None)
        done = process.run([make, "run"], environment, folder=clone)
        _must(done)
    return {"seconds": done.seconds, "peak_bytes": done.peak_bytes}


def instant(bench: Bench) -> Figures:
    """Provisional forecasts against fits of the same; see ``benchmarks/instant.py``."""
    if not any(one["passed"] for one in bench.updates):
        bench.fit(seed=1)
    seconds = []
    for value in ("12.1", "12.2", "12.3"):
        words = ("--period", "2024", "--value", value, "--source", "https://example.org/trial")
        done = bench.forecaster("record", "gdp_ratio", *words)
        _must(done)
        seconds.append(done.seconds)
    folder = bench.home / "instant" if bench.draft else at_once.FOLDER
    small = Effort(150, 150, 4, 2) if bench.draft else None
    found = at_once.measure(2 if bench.draft else at_once.CASES, folder, small)
    return {"record_seconds": statistics.median(seconds), **found}


def news(bench: Bench) -> Figures:
    """Parts of a change beside the news of statsmodels; see ``benchmarks/news_race.py``."""
    if not any(one["passed"] for one in bench.updates):
        bench.fit(seed=1)
    found: Figures = json.loads(_module(bench, "benchmarks.news_race"))
    return found


def backtest(bench: Bench) -> Figures:
    """Hindcasts of 22 years and what they predicted; see ``benchmarks/rolling.py``."""
    try:
        if bench.draft:
            return rolling.measure(bench.environment(), (2005, 2006), bench.home / "rolling")
        return rolling.measure(bench.environment())
    except rolling.Broken as error:
        raise Failed(str(error)) from error


def workers(_bench: Bench) -> Figures:
    """Small fits by one worker and by two."""
    return rolling.race()


PARTS: Mapping[str, Callable[[Bench], Figures]] = {
    "update": update,
    "show": show,
    "store": store,
    "jobs": jobs,
    "textbook": textbook,
    "calibration": calibration,
    "collect": collect,
    "by_itself": by_itself,
    "desk": desk,
    "delivery": delivery,
    "instant": instant,
    "news": news,
    "backtest": backtest,
    "workers": workers,
    "bare": bare,
}


def _timed[T](work: Callable[[], T], times: int = 1) -> tuple[float, T]:
    """The median time of some repetitions, and the last result."""
    seconds = []
    for _ in range(times):
        started = perf_counter()
        result = work()
        seconds.append(perf_counter() - started)
    return statistics.median(seconds), result


def _must(done: process.Ended) -> None:
    if done.code != 0:
        raise Failed(f"ended with code {done.code}: {_last_line(done)}")


def _last_line(done: process.Ended) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1] if lines else "it said nothing"
