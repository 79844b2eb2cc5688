"""The scoreboards as a page: nothing yet, live, hindcasts, a past day, downloads."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

from forecaster.scoring import coming
from forecaster.store import readings
from forecaster.store.records import NewReading
from forecaster.wiring import Desk
from indicators import Period
from tests.predicted import counted, keep, measured
from tests.web.pages.conftest import NOW, Get, Put, valid, words_of

MADE = NOW - timedelta(days=60)


def scored(desk: Desk, kind: str = "live", n: int = 8) -> None:
    """Some months of one indicator, predicted and read."""
    for k in range(1, n + 1):
        period, known = f"2026-{k:02d}", NOW - timedelta(days=40 - k)
        keep(desk.engine, counted(period), made_at=MADE, forecast_id=f"{kind}-{k}", kind=kind)
        one = NewReading(
            "leader_meetings", Period.parse(period), float(k % 2), known, known, "x", "fetched"
        )
        readings.add(desk.engine, [one], now=known)
    coming.score(replace(desk, clock=lambda: NOW))


def test_with_nothing_it_says_so_and_leads_on(get: Get, desk: Desk, put: Put) -> None:
    text = words_of(valid(get("/score")))
    assert "Nothing was predicted by live forecasts yet" in text
    assert "no headline was published yet" in text
    put("one")
    keep(desk.engine, measured("2026"), made_at=MADE)
    text = words_of(valid(get("/score?as_of=2026-11-21")))
    assert "Nothing is scored yet" in text
    assert "20 Jan 2027" in text
    assert 'href="/score' in get("/history").text
    assert 'href="/score' in get("/reference").text


def test_live_and_hindcasts_are_never_mixed(get: Get, desk: Desk) -> None:
    scored(desk, "hindcast")
    assert "Nothing was predicted by live forecasts yet" in words_of(valid(get("/score")))
    text = words_of(valid(get("/score?kind=hindcast")))
    assert "Hindcasts: 8 readings scored (8 predictions)" in text
    assert "pseudo-real-time" in text
    assert "calendar months drawn anew" in text
    assert "Meetings of the presidents" in text


def test_a_past_day_shows_what_was_scored_then(get: Get, desk: Desk) -> None:
    scored(desk)
    assert "8 readings scored" in words_of(valid(get("/score")))
    day = (NOW - timedelta(days=37)).date().isoformat()
    assert "3 readings scored" in words_of(valid(get(f"/score?as_of={day}")))


def test_its_figures_can_be_taken_along(get: Get, desk: Desk) -> None:
    scored(desk)
    rows = list(csv.DictReader(io.StringIO(get("/score?figure=pit&format=csv").text)))
    assert len(rows) == 10
    assert abs(sum(float(row["share"]) for row in rows) - 1.0) < 1e-9
    rows = list(csv.DictReader(io.StringIO(get("/score?figure=skill&format=csv").text)))
    assert rows[0]["readings"] == "all, against no change"
    assert get("/score?figure=skill&format=svg").text.startswith("<svg")


def test_what_is_no_kind_is_refused(get: Get) -> None:
    assert get("/score?kind=other").status_code in {400, 422}


def test_titles_are_escaped(get: Get, desk: Desk) -> None:
    keep(desk.engine, measured("2026", "<script>"), made_at=MADE)
    assert "<script>alert" not in get("/score").text
    assert "&lt;script&gt;" in get("/score").text
