"""The service left to itself, and killed again and again: what it collects, refits, publishes.

The publishers of all ten sources are replayed on this machine, each asked every two minutes. The
service gets ``kill -9`` while it collects, while it fits (until that run is given up, and once
more) and just after it has published, and is started again each time. Then a publisher revises a
figure, and nobody touches the service until a webhook tells of the forecast that saw it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from numpy.random import Generator, default_rng

from benchmarks import collecting, process, witness
from forecaster import settings
from forecaster.store import forecasts
from forecaster.store.engine import open_engine
from forecaster.store.handle import Engine
from indicators import catalogue
from indicators.sources import SOURCES
from jobs import timetable
from tests.alerts.receiver import Receiver
from tests.alerts.rules.support import ANY_MOVE
from tests.replay import Replay, Route

LEASE = 5  # seconds; what the usual 30 cost at each death is measured by `race`
PATIENCE = 900.0  # seconds until something that has to come is given up
REVISED, FIGURE = "worldbank", "NY.GDP.MKTP.KD"
PLAN = "".join(f'[job."collect:{one}"]\nevery = "2m"\ncatch_up = "latest"\n' for one in SOURCES)
PLAN += """
[job.resolve]
every = "1m"
catch_up = "latest"
[job.tidy]
every = "1m"
catch_up = "latest"
[job.update]
every = "3m"
catch_up = "latest"
after = "news"
settle = "5s"
"""


class Broken(Exception):
    """It did not do what it has to; the text says what."""


@dataclass
class Service:
    """``forecaster serve --no-pages`` over one state, and what it was seen to do."""

    home: Path
    environment: Mapping[str, str]
    kills: dict[str, list[float]] = field(default_factory=dict)
    untrue: list[str] = field(default_factory=list)
    longest_orphan: float = 0.0
    slowest_truth: float = 0.0
    child: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.engine = _engine(self.home)
        self.log = self.home.with_suffix(".log")

    def start(self) -> None:
        """Start it, and wait until it looks after the jobs and says so."""
        leads = self._leads() + 1
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [*process.command(), "serve", "--no-pages"],
                cwd=process.ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        _until(lambda: self._leads() >= leads, "the lease")
        self.untrue += witness.untrue(self.told(), [], serving=self.child.pid)

    def kill(self, phase: str, since: float) -> None:
        """``kill -9``; nothing of it may live on, and once the lease is over the status is true."""
        if self.child is None:
            raise Broken("there is no service to be killed")
        self.child.kill()
        self.child.wait()
        self.child = None
        died = time.monotonic()
        self.kills.setdefault(phase, []).append(died - since)
        _until(lambda: not self.left_behind(), "the end of what the dead service had started")
        self.longest_orphan = max(self.longest_orphan, time.monotonic() - died)
        _until(lambda: not self._untrue_now(), "the truth about the dead service")
        self.slowest_truth = max(self.slowest_truth, time.monotonic() - died)

    def leave(self) -> None:
        """SIGTERM, as an operator's supervisor sends it."""
        if self.child is not None:
            self.child.send_signal(signal.SIGTERM)
            if (code := self.child.wait(60)) != 0:
                raise Broken(f"told to stop, the service ended with code {code}")
            self.child = None
            self.untrue += self._untrue_now()

    def abandon(self) -> None:
        """End it in whatever way; for when all else failed."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()

    def forecaster(self, *words: str) -> Any:
        """One command with ``--json``: its document."""
        done = process.run([*process.command(), *words, "--json"], self.environment)
        if done.code != 0:
            raise Broken(f"forecaster {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = self.forecaster("jobs", "status")
        return found

    def last(self, job: str) -> dict[str, Any]:
        """What the status says of the last run of a job; empty before the first."""
        return next(one["last"] or {} for one in self.told()["jobs"] if one["name"] == job)

    def lines(self) -> list[dict[str, Any]]:
        """What it logged; a line that a kill cut short is none."""
        found: list[dict[str, Any]] = []
        if not self.log.exists():
            return found
        for line in self.log.read_text(errors="replace").splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
        return found

    def _untrue_now(self) -> list[str]:
        return witness.untrue(self.told(), witness.rows(self.engine), serving=None)

    def _leads(self) -> int:
        return sum(line.get("event") == "the lease is ours" for line in self.lines())

    def left_behind(self) -> list[psutil.Process]:
        """Every process of this state but the service itself."""
        ours = None if self.child is None else self.child.pid
        found = []
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.environ().get("FORECASTER_HOME") == str(self.home) and one.pid != ours:
                    found.append(one)
        return found

    def at_work(self, job: str) -> psutil.Process | None:
        """The process of a job whose name begins so."""
        for one in self.left_behind():
            with suppress(psutil.Error):
                words = one.cmdline()
                if "jobs.child" in " ".join(words) and words[-3].startswith(job):
                    return one
        return None


def measure(folder: Path, environment: Mapping[str, str], deaths: int = 4) -> dict[str, Any]:
    """So many deaths while collecting, as many while fitting, one just after the forecast."""
    corpus = collecting.corpus(folder, datetime.now(UTC))
    with Replay(corpus) as replay, Receiver() as receiver:
        plan, rules = folder / "plan.toml", folder / "alerts.toml"
        plan.write_text(PLAN)
        rules.write_text(ANY_MOVE)
        here = {
            **environment,
            **replay.environment,
            "FORECASTER_SCHEDULE": str(plan),
            "FORECASTER_LEASE_SECONDS": str(LEASE),
            "FORECASTER_ALERTS": str(rules),
            "FORECASTER_WEBHOOK_ALLOW_CIDRS": "127.0.0.0/8",
        }
        wanted = _undisturbed(folder / "undisturbed", here)
        home = folder / "state"
        here["FORECASTER_HOME"] = str(home)
        _must(here, "init")
        service = Service(home, here)
        added = service.forecaster("endpoints", "add", receiver.url, "--name", "bench")
        try:
            _be_killed(service, deaths, default_rng(3))
            _until(lambda: _idle(service), "an update that finds nothing new")
            found = witness.fetched(service.engine, catalogue())
            lost = [f"{one} was not read" for one in (wanted - found).elements()]
            doubled = [f"{one} is one too many" for one in (found - wanted).elements()]
            news = _news(service, replay, lambda: _messages(receiver, added["secret"]))
            service.leave()
        finally:
            service.abandon()
        judged = _judged(service, timetable.read(plan), lost, doubled)
    return {"sources": len(SOURCES), "readings": found.total(), **news, **judged}


def _undisturbed(home: Path, environment: Mapping[str, str]) -> witness.Values:
    """What one round over all sources brings that nobody disturbs."""
    here = {**environment, "FORECASTER_HOME": str(home)}
    _must(here, "init")
    _must(here, "collect")
    return witness.fetched(_engine(home), catalogue())


def _be_killed(service: Service, deaths: int, chance: Generator) -> None:
    for _ in range(deaths):
        service.start()
        _until(lambda: service.at_work("collect:"), "a collecting job")
        since = time.monotonic()
        time.sleep(chance.uniform(0, 2))
        service.kill("collecting", since)
    service.start()
    while len(service.kills.get("fitting", [])) < deaths and not forecasts.history(service.engine):
        _kill_a_fit(service, chance)
    _until(lambda: forecasts.history(service.engine), "a forecast")
    service.kill("published", time.monotonic())
    service.start()


def _kill_a_fit(service: Service, chance: Generator) -> None:
    """Kill the service at some moment of a fit; nothing if the fit was over before."""
    fit = _until(lambda: service.at_work("update"), "a fit")
    since = time.monotonic()
    status = service.last("update")
    if fit.is_running() and status.get("status") != "running":
        service.untrue.append(f"a fit is at work, and its job is called {status}")
    until = since + chance.uniform(1, 45)
    while fit.is_running() and time.monotonic() < until:
        time.sleep(0.01)
    if fit.is_running():
        service.kill("fitting", since)
        service.start()


def _idle(service: Service) -> bool:
    last = service.last("update")
    return last.get("status") == "succeeded" and "nothing is new" in last["message"]


def _news(service: Service, replay: Replay, messages: Callable[[], list[Any]]) -> dict[str, float]:
    """Seconds from a revision to its reading, on to the forecast that saw it, and to the webhook.

    ``messages`` are what a receiver got and verified.
    """
    before, known = len(forecasts.history(service.engine)), _revisions(service)
    replay[REVISED].add(_revision(replay))
    began = time.monotonic()
    _until(lambda: _revisions(service) > known, "the reading of the revision")
    read = time.monotonic()
    _until(lambda: len(forecasts.history(service.engine)) > before, "the forecast that saw it")
    published = time.monotonic()
    made = forecasts.history(service.engine)[before].forecast_id
    _until(lambda: made in map(_told_of, messages()), "the webhook about that forecast")
    return {
        "noticed_seconds": read - began,
        "news_seconds": published - read,
        "heard_seconds": time.monotonic() - read,
    }


def _messages(receiver: Receiver, secret: str) -> list[Any]:
    """What came whole and signed; a sender that is killed leaves halves."""
    return [json.loads(one.body) for one in receiver.believed([secret])]


def _told_of(message: Any) -> str:
    """The id of the forecast that a message tells of; empty for others."""
    return str(message["data"].get("current", {}).get("forecast_id", ""))


def _revision(replay: Replay) -> Route:
    """The publisher's answer, released today with the newest figure of China one per cent up."""
    said = next(one for one in replay[REVISED].routes if one.path.endswith(FIGURE))
    head, rows = json.loads(said.body)
    head["lastupdated"] = datetime.now(UTC).date().isoformat()
    newest = next(one for one in rows if one["value"] and one["countryiso3code"] == "CHN")
    newest["value"] *= 1.01
    return replace(said, body=json.dumps([head, rows]).encode())


def _revisions(service: Service) -> int:
    return witness.fetched(service.engine, ["gdp_ratio"]).total()


def _judged(
    service: Service, planned: timetable.Timetable, lost: list[str], doubled: list[str]
) -> dict[str, Any]:
    engine, found = service.engine, witness.rows(service.engine)
    lost += witness.without_row(found, planned) + witness.without_end(found)
    doubled += witness.begun_twice(found, service.lines()) + witness.published_twice(engine)
    shown = service.forecaster("show")
    if shown["status"] != "published" or shown["sources"]["failed"]:
        raise Broken(f"in the end the forecast is {shown['status']}, sources {shown['sources']}")
    service.forecaster("verify")  # ends with code 1 unless the state is whole
    untrue = service.untrue + witness.unfounded(engine, found)
    for one in (*lost, *doubled, *untrue):
        print(f"by_itself: {one}", file=sys.stderr)
    return {
        "kills": service.kills,
        "runs": service.told()["counts"],
        "forecasts": len(forecasts.history(engine)),
        "due_times": len(found),
        "lost": len(lost),
        "doubled": len(doubled),
        "untrue": len(untrue),
        "orphans_seconds": service.longest_orphan,
        "truth_seconds": service.slowest_truth,
    }


def _engine(home: Path) -> Engine:
    return open_engine(f"sqlite:///{home / settings.DATABASE_NAME}")


def _must(environment: Mapping[str, str], *words: str) -> None:
    done = process.run([*process.command(), *words], environment)
    if done.code != 0:
        raise Broken(f"forecaster {' '.join(words)}: {done.stderr.strip()}")


def _until[T](look: Callable[[], T | None], what: str) -> T:
    """Look until there is something to see."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > end:
            raise Broken(f"{what} did not come within {PATIENCE:.0f} s")
        time.sleep(0.05)
    return found
