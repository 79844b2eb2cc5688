"""A full round over all ten sources from replayed publishers, and one that brings nothing new.

The publishers are those of the tests, on this machine; GDELT's day is made up here, of 96 files of
the usual size. Nothing is paced on this machine, so what is measured is our own work.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from numpy.random import Generator, default_rng

from benchmarks import process
from forecaster import settings
from indicators.sources.gdelt_file import parse_events
from tests.indicators import newsroom
from tests.indicators.newsroom import Newsroom
from tests.replay import Replay
from tests.replay.route import CORPUS

ROWS = 2_100  # of a file, as recorded
OURS = 12  # of them about China and Russia
STATES = ("JPN", "KOR", "IND", "FRA", "DEU", "BRA", "EGY", "TUR", "MEX", "NGA")
# One indicator of each source, so that all are asked again at once.
EVERY_SOURCE = (
    *("trade_total", "ofac_russia_additions", "entity_list_rules", "leader_meetings"),
    *("gdelt_tone", "arms_deliveries", "gdp_ratio", "trade_comtrade", "trade_imf"),
    "un_distance_russia_china",
)


def rows(stamp: str, rng: Generator) -> list[bytes]:
    """The events of one file, few of them of interest."""
    found = []
    for number in range(ROWS):
        ours = number < OURS
        one, other = (
            (newsroom.CHINA, newsroom.RUSSIA)
            if ours
            else tuple((str(code), str(code)) for code in rng.choice(STATES, 2, replace=False))
        )
        address = f"https://news.example/{stamp}/{number}/" + "x" * 60
        found.append(newsroom.row(number + 2, one, other, day=stamp[:8], added=stamp, url=address))
    return found


def corpus(folder: Path, now: datetime) -> Path:
    """A copy of the tests' corpus, with a whole day of event files that ended last midnight."""
    copy = folder / "corpus"
    shutil.copytree(CORPUS, copy)
    place = copy / "gdelt_events"
    shutil.rmtree(place)
    place.mkdir()
    desk, rng = Newsroom(), default_rng(1)
    today = f"{now:%Y%m%d}000000"
    for stamp in (*newsroom.quarters(f"{now - timedelta(days=1):%Y%m%d}"), today):
        desk.publish(stamp, rows(stamp, rng))
    bodies = {f"{stamp}.export.CSV.zip": body for stamp, body in desk.files.items()}
    bodies |= {"lastupdate.txt": desk.last(), "masterfilelist.txt": desk.master()}
    routes = []
    for name, body in bodies.items():
        (place / name).write_bytes(body)
        kind = "application/zip" if name.endswith(".zip") else "text/plain"
        routes.append(
            f'[[route]]\npath = "/gdeltv2/{name}"\ncontent_type = "{kind}"\nfile = "{name}"\n'
        )
    (place / "routes.toml").write_text("\n".join(routes))
    return copy


def measure(environment: Mapping[str, str]) -> dict[str, Any]:
    """Seconds and memory of both rounds, and megabytes of events read in a second."""
    with tempfile.TemporaryDirectory() as name:
        folder, now = Path(name), datetime.now(UTC)
        kept = {k: v for k, v in environment.items() if not k.startswith(settings.PREFIX)}
        with Replay(corpus(folder, now)) as replay:
            here = kept | replay.environment | {"FORECASTER_HOME": str(folder / "state")}
            prepared = process.run([*process.command(), "init"], here)
            if prepared.code != 0:
                raise RuntimeError(prepared.stderr.strip())
            full = process.run([*process.command(), "collect", "--json"], here)
            again = process.run([*process.command(), "collect", *EVERY_SOURCE, "--json"], here)
    first, second = (json.loads(done.stdout)["sources"] for done in (full, again))
    return {
        "sources": len(first),
        "failed": [one["source"] for one in (*first, *second) if one["result"] == "failed"],
        "readings_added": sum(one["readings_added"] for one in first),
        "seconds": full.seconds,
        "peak_bytes": full.peak_bytes,
        "again_seconds": again.seconds,
        "again_added": sum(one["readings_added"] for one in second),
        "megabytes_per_second": _speed(),
    }


def _speed() -> float:
    stamp = newsroom.STAMP
    body = b"".join(rows(stamp, default_rng(2))) * 20
    started = perf_counter()
    found = parse_events(body, stamp)
    seconds = perf_counter() - started
    if not found:
        raise RuntimeError("no event was found in a file that holds some")
    return len(body) / 1e6 / seconds
