"""Other pairs: the page says what the command says, and works before the first forecast."""

from __future__ import annotations

import csv
import io

from priors.reference import draws, stances
from tests.web.pages.conftest import Get, Put, valid, words_of


def test_it_says_the_base_rate_and_what_was_counted(get: Get) -> None:
    answer = get("/reference")
    assert answer.status_code == 200
    text = words_of(valid(answer))
    assert "would pledge to fight for each other within ten years" in text
    assert "No forecast stands yet" in text
    for era in stances.load().era:
        assert era.title in text
    for name in ("eras", "stances"):
        assert f'id="{name}"' in answer.text


def test_the_standing_forecast_stands_beside_it(get: Get, put: Put) -> None:
    put("one", mean=0.13)
    text = words_of(valid(get("/reference")))
    assert "the forecast says 13 %" in text
    assert "No forecast stands yet" not in text


def test_the_tables_are_the_saved_numbers(get: Get) -> None:
    saved = draws.summary()["results"]
    rows = list(csv.DictReader(io.StringIO(get("/reference?figure=stances&format=csv").text)))
    assert [float(row["mean"]) for row in rows] == [one["mean"] for one in saved["ten_years"]]
    rows = list(csv.DictReader(io.StringIO(get("/reference?figure=eras&format=csv").text)))
    assert len(rows) == 2 * len(saved["counts"])


def test_one_stance_is_the_usual_one_and_filled(get: Get) -> None:
    page = get("/reference").text
    assert page.count("<dt>") == len(stances.WARS) + len(stances.ERAS) + len(stances.REVERSION)
    assert get("/reference?figure=stances&format=svg").text.startswith("<svg")
