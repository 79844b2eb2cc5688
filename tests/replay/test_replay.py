"""The replayed publishers do what their routes say, faults and all."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from forecaster import settings
from indicators.sources import SOURCES
from tests.replay import Fault, Publisher, Replay, Route, load
from tests.replay.route import CORPUS, zipped

ROOT = Path(__file__).parents[2]
ROUTES = """
[[route]]
path = "/api/*"
query = { year = "2026", "type[]" = ["A", "B"] }
asked_headers = { Range = "bytes=-5" }
file = "body.json"
status = 206

[[route]]
method = "POST"
path = "/query"
json = { filters = [{ field = "Year" }] }
body_is = 1
"""


def fetched(
    publisher: Publisher,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection(publisher.host, publisher.port, timeout=5)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "routes.toml").write_text(ROUTES.replace("body_is = 1\n", 'file = "body.json"\n'))
    (tmp_path / "body.json").write_bytes(b'{"a": 1}')
    return tmp_path


def test_the_first_route_that_fits_answers(folder: Path) -> None:
    with Publisher(load(folder)) as publisher:
        path = "/api/x?year=2026&type[]=A&type[]=B&more=1"
        assert 206 == fetched(publisher, path, headers={"Range": "bytes=-5"})[0]
        assert 404 == fetched(publisher, path)[0]
        assert 404 == fetched(publisher, path.replace("B", "C"), headers={"Range": "bytes=-5"})[0]
        question = b'{"filters": [{"field": "Year", "value": 1}], "logic": "AND"}'
        assert b'{"a": 1}' == fetched(publisher, "/query", "POST", question)[1]
        assert 404 == fetched(publisher, "/query", "POST", b'{"filters": []}')[0]
        assert 404 == fetched(publisher, "/query", "POST", b"no JSON")[0]
        assert 404 == fetched(publisher, "/query")[0]
        publisher.add(Route("/query", body=b"[2]", times=1))
        assert [200, 404] == [fetched(publisher, "/query")[0] for _ in range(2)]
        assert 9 == len(publisher.asked)


def test_a_route_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for content, told in (
        (ROUTES, "no file body.json"),
        ('[[route]]\npath = "/"\nraw = ""', "raw"),
    ):
        (tmp_path / "routes.toml").write_text(content)
        with pytest.raises(ValueError, match=told):
            load(tmp_path)


def test_faults_are_as_named() -> None:
    routes = [
        Route("/short", body=b"abc", fault=Fault(claimed_length=9)),
        Route("/reset", body=b"abc", fault=Fault(reset_after=1)),
        Route("/bomb", fault=Fault(bomb=3_000_001)),
        Route("/packed", body=b"abc", packed=True),
        Route("/raw", raw=b"HTTP/1.1 299 Odd\r\nContent-Length: 1\r\n\r\nx"),
        Route("/moved", status=302, headers={"Location": "{address}/raw", "ETag": '"1"'}),
    ]
    with Publisher(routes) as publisher:
        for path in ("/short", "/reset"):
            with pytest.raises((IncompleteRead, ConnectionResetError)):
                fetched(publisher, path)
        assert 3_000_001 == len(gzip.decompress(fetched(publisher, "/bomb")[1]))
        assert b"abc" == gzip.decompress(fetched(publisher, "/packed")[1])
        assert (299, b"x") == fetched(publisher, "/raw")[:2]
        assert f"{publisher.address}/raw" == fetched(publisher, "/moved")[2]["Location"]
        known = fetched(publisher, "/moved", headers={"If-None-Match": '"1"'})
        assert (304, b"") == known[:2]


def test_a_packed_archive_is_always_the_same() -> None:
    assert zipped("a.csv", b"abc") == zipped("a.csv", b"abc")


def test_each_source_has_a_place_of_its_own() -> None:
    published = {"gacc": "http://publisher.example", "imf": "https://publisher.example/sdmx/3.0"}
    with Replay(publishers=published) as replay:
        found = settings.load(replay.environment | {"FORECASTER_HOME": "state"}).base_urls
        assert {
            "gacc": replay["gacc"].address,
            "imf": f"{replay['imf'].address}/sdmx/3.0",
        } == found


def test_every_corpus_can_be_read_and_belongs_to_a_source() -> None:
    for routes in CORPUS.glob("*/routes.toml"):
        assert routes.parent.name in SOURCES
        assert load(routes.parent)


def test_the_corpus_is_served_from_the_command_line() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.replay"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in [*SOURCES, "ready"]]
        assert lines.pop().startswith("# ready")
        for line in lines:
            variable, _, address = line.partition("=")
            assert variable in {settings.variable(f"sources.{one}.base_url") for one in SOURCES}
            assert "127.0.0.1" == urlsplit(address).hostname
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert 0 == process.returncode
