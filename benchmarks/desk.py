"""The desk under load, over a state as it will be in years, while a fit runs beside it.

Four looks at the pages, each by the first request to every one of them: with no chart drawn yet,
after a new start (Today is then its first page), after a new reading, after a new forecast. Then
200 requests a second for half a minute; after ten seconds of them another forecast is published,
so that every page has to be made anew. The same load goes to a bare server that holds the finished
bytes of Today: what is left to win.
"""

from __future__ import annotations

import gzip
import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import psutil

from benchmarks import crowded, process
from benchmarks.crowded import Crowded
from forecaster import settings
from forecaster.store.engine import open_engine

RATE, SECONDS = 200, 30.0
SETTLED = 20.0  # seconds between the last look and the load
PUBLISHED = 10.0  # seconds of load before another forecast is published
PATIENCE = 60.0
WARM = 50  # requests for the time of Today
NICED = 10  # as the jobs start a fit
TRUSTED = 0.6  # seconds; the desk looks for news no more often than twice a second


class Broken(Exception):
    """It could not be measured; the text says why."""


class Place(NamedTuple):
    """A kind of page, the addresses that stand for it, and how often it is asked for."""

    kind: str
    paths: Sequence[str]
    weight: float


class Answer(NamedTuple):
    status: int
    seconds: float
    body: bytes


def places(crowd: Crowded) -> list[Place]:
    """What people and programs ask for; most look at Today, and some at old forecasts."""
    past = (datetime.now(UTC) - timedelta(days=n) for n in (30, 100))
    chance = Random(4)  # noqa: S311 - no secret
    old, names = chance.sample(crowd.ids, min(200, len(crowd.ids))), list(crowd.desk.catalogue)
    api = "/api/v1"
    return [
        Place("today", ["/"], 30),
        Place("today as known", [f"/?as_of={day:%Y-%m-%d}" for day in past], 2),
        Place("history", ["/history"], 10),
        Place("drivers", ["/drivers"], 10),
        Place("indicators", ["/indicators"], 8),
        Place("indicator", [f"/indicators/{name}" for name in names], 12),
        Place("forecast", [f"/forecasts/{crowd.ids[-1]}"], 4),
        Place("old forecast", [f"/forecasts/{one}" for one in old], 4),
        Place("operations", ["/operations"], 2),
        Place("alerts", ["/alerts"], 2),
        Place("rule", ["/alerts/rules/headline"], 1),
        Place("endpoints", ["/endpoints"], 1),
        Place("deliveries", ["/deliveries"], 1),
        Place("static", ["/static/base.css", "/static/desk.css"], 4),
        Place("api forecasts", [f"{api}/forecasts"], 4),
        Place("api forecast", [f"{api}/forecasts/{one}" for one in old], 3),
        Place("api indicators", [f"{api}/indicators"], 3),
        Place("api readings", [f"{api}/indicators/{name}/readings" for name in names], 4),
    ]


@dataclass
class Web:
    """A server as a process of its own."""

    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    port: int = 0
    start_seconds: float = 0.0
    child: subprocess.Popen[bytes] | None = None
    peaks: dict[str, int] = field(default_factory=lambda: {"web": 0, "children": 0})

    def start(self) -> None:
        """Start it; ``start_seconds`` is how long it takes until Today has been answered."""
        self.port = _free_port()
        words = [str(self.port) if one == "PORT" else one for one in self.words]
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                words, cwd=process.ROOT, env=dict(self.environment), stdout=log, stderr=log
            )
        while True:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("/").status == 200:
                    break
            if self.child.poll() is not None or time.perf_counter() - began > PATIENCE:
                self.stop()
                raise Broken(f"the server did not answer: {self.log.read_text()[-300:].strip()}")
            time.sleep(0.01)
        self.start_seconds = time.perf_counter() - began

    def ask(self, path: str) -> Answer:
        """One request on a connection of its own."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            return Answer(answer.status, time.perf_counter() - began, body)
        finally:
            connection.close()

    def look(self) -> None:
        """Note the memory of the server and of what it started."""
        with suppress(psutil.Error):
            if self.child is not None:
                one = psutil.Process(self.child.pid)
                more = sum(child.memory_info().rss for child in one.children(recursive=True))
                self.peaks["web"] = max(self.peaks["web"], one.memory_info().rss)
                self.peaks["children"] = max(self.peaks["children"], more)

    def stop(self) -> None:
        """SIGTERM, and the end."""
        if self.child is not None:
            self.child.terminate()
            try:
                self.child.wait(40)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
            self.child = None


@dataclass
class Fits:
    """One niced fit after the other, so that one runs all the time."""

    environment: Mapping[str, str]
    begun: int = 0
    child: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start one if none runs."""
        if self.child is not None and self.child.poll() not in (None, 0):
            raise Broken(f"the fit beside the load ended with code {self.child.returncode}")
        if self.child is None or self.child.poll() is not None:
            self.begun += 1
            self.child = subprocess.Popen(
                [*process.command(), "update", "--force", "--seed", str(self.begun), "--json"],
                cwd=process.ROOT,
                env={**self.environment, "FORECASTER_CORES": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            psutil.Process(self.child.pid).nice(min(psutil.Process().nice() + NICED, 19))

    def stop(self) -> None:
        """End the one that runs; its state is thrown away."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()
            self.child.wait(60)


def measure(
    folder: Path,
    source: Path,
    environment: Mapping[str, str],
    sizes: tuple[int, int] = (10_000, 100_000),
    seconds: float = SECONDS,
) -> dict[str, Any]:
    """Everything; ``source`` is a state with a forecast, where the fits run too."""
    home = folder / "crowded"
    now = datetime.now(UTC)
    engine = open_engine(f"sqlite:///{source / settings.DATABASE_NAME}")
    crowd = crowded.make(home, engine, source, sizes, now)
    here = {**environment, "FORECASTER_HOME": str(home)}
    serve = [*process.command(), "serve", "--no-jobs", "--port", "PORT"]
    web = Web(serve, here, folder / "web.log")
    found: dict[str, Any] = {"forecasts": sizes[0], "readings": sizes[1]}
    try:
        found |= _looks(web, crowd, home)
        there = [one for one in places(crowd) if one.kind in found["pages"]]
        with _fits({**environment, "FORECASTER_HOME": str(source)}) as fits:
            found["load"] = _load(web, there, fits, seconds, lambda: _publish(crowd, "in_the_load"))
            page = folder / "today.html"
            page.write_bytes(_unpacked(web.ask("/")))
            web.stop()
            words = [sys.executable, "-m", "benchmarks.floor", "PORT", str(page)]
            bare = Web(words, environment, folder / "floor.log")
            try:
                bare.start()
                found["floor"] = _load(bare, [Place("today", ["/"], 1)], fits, seconds)
            finally:
                bare.stop()
            found["fits"] = fits.begun
    finally:
        web.stop()
    return found | {"peak_bytes": web.peaks["web"], "children_bytes": web.peaks["children"]}


def _looks(web: Web, crowd: Crowded, home: Path) -> dict[str, Any]:
    """The first request to each page in each state, and Today when nothing is new."""
    firsts: dict[str, dict[str, float]] = {}
    started: dict[str, float] = {}
    web.start()
    there = [one for one in places(crowd) if web.ask(one.paths[0]).status == 200]
    missing = [one.kind for one in places(crowd) if one not in there]
    web.stop()
    shutil.rmtree(home / "cache" / "charts", ignore_errors=True)

    def anew(name: str) -> None:
        web.start()
        started[name] = web.start_seconds
        firsts[name] = _first(web, [one for one in there if one.kind != "today"])

    anew("undrawn")
    web.stop()
    anew("started")
    crowd.record(1, datetime.now(UTC))
    time.sleep(TRUSTED)
    firsts["reading"] = _first(web, there)
    _publish(crowd, "after_the_looks")
    time.sleep(TRUSTED)
    firsts["forecast"] = _first(web, there)
    warm = [web.ask("/") for _ in range(WARM)]
    return {
        "start_seconds": started,
        "missing": missing,
        "pages": {
            one.kind: {name: first[one.kind] for name, first in firsts.items() if one.kind in first}
            for one in there
        },
        "today_bytes": len(warm[-1].body),
        "today_seconds": statistics.median(one.seconds for one in warm),
    }


def _publish(crowd: Crowded, name: str) -> None:
    """A new forecast, with curves of its own."""
    path, sha256 = crowd.another_posterior(name)
    crowd.ids.append(crowd.publish(len(crowd.ids), datetime.now(UTC), path, sha256))


def _first(web: Web, there: Sequence[Place]) -> dict[str, float]:
    """Seconds for the first request to one page of each kind."""
    found = {}
    for one in there:
        answer = web.ask(one.paths[len(one.paths) // 2])
        if answer.status != 200:
            raise Broken(f"{one.kind} was answered {answer.status}")
        found[one.kind] = answer.seconds
    return found


def _load(
    web: Web,
    there: Sequence[Place],
    fits: Fits,
    seconds: float,
    publish: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """The load, with an eye on memory and the fit; ``publish`` is called once in its midst."""
    cases = [
        {"kind": one.kind, "path": path, "weight": one.weight / len(one.paths)}
        for one in there
        for path in one.paths
    ]
    asked = {"base": f"http://127.0.0.1:{web.port}", "rate": RATE, "seconds": seconds}
    settled = time.monotonic() + SETTLED
    while time.monotonic() < settled:
        fits.look()
        time.sleep(0.2)
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=process.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    question: str | None = json.dumps({**asked, "cases": cases, "seed": 5})
    began = time.monotonic()
    while True:
        with suppress(subprocess.TimeoutExpired):
            said, _ = client.communicate(question, timeout=0.25)
            break
        question = None
        if publish is not None and time.monotonic() - began > PUBLISHED:
            publish()
            publish = None
        fits.look()
        web.look()
    if client.returncode != 0:
        raise Broken("the load could not be measured")
    found: dict[str, Any] = json.loads(said)
    return found


@contextmanager
def _fits(environment: Mapping[str, str]) -> Iterator[Fits]:
    fits = Fits(environment)
    try:
        yield fits
    finally:
        fits.stop()


def _unpacked(answer: Answer) -> bytes:
    return gzip.decompress(answer.body)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
