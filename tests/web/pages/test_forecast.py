"""The permanent address of a forecast: every number, whatever became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from forecaster.belief import Forecast
from forecaster.posterior import words
from tests.web.pages.conftest import NOW, Get, Put, valid, words_of

DAY = timedelta(days=1)


def leaves(value: Any) -> Iterator[Any]:
    """Every number and text of a document."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def test_every_number_of_the_document_is_there(get: Get, put: Put) -> None:
    document = put("one")
    page = valid(get("/forecasts/one"))
    text = words_of(page)
    for row in document["horizons"]:
        for shares in (row["alliance_by"], *row["scenarios"].values()):
            assert words.fine(shares["mean"]) in text
            assert words.fine_interval(shares["lower"], shares["upper"]) in text
        assert words.error(row["alliance_by"]["mcse"]) in text
    for name, one in document["parameters"].items():
        assert (
            f"{name} {words.number(one['mean'])} {words.span(one['lower'], one['upper'])}" in text
        )
    assert text.count("assumed") >= sum(one["assumed"] for one in document["parameters"].values())
    for named in (document["hazards"], document["factors"]):
        for name in named:
            assert words.title(name) in text
    for value in ("data_hash", "priors_hash", "model_version", "definition"):
        assert str(document[value]) in text
    assert document["words"]["confidence_reason"] in text
    assert "1.0060 at most 1.01 noise" in text
    assert "612 at least 400" in text


def test_it_can_be_made_again_and_had_as_files(get: Get, put: Put) -> None:
    put("one", NOW - DAY)
    page = valid(get("/forecasts/one"))
    assert "forecaster update --as-of 2026-11-21T06:15:00Z --seed 1" in words_of(page)
    for place in ("", "/series.csv", "/series.parquet", "/series.nc", "/draws.nc"):
        assert f'href="/api/v1/forecasts/one{place}"' in page


def test_it_leads_to_the_one_before_and_the_one_after(get: Get, put: Put) -> None:
    put("one", NOW - 3 * DAY, mean=0.10)
    put("two", NOW - 2 * DAY, mean=0.12)
    put("three", NOW - DAY)
    put("hidden", NOW - 2 * DAY + timedelta(hours=1), kind="hindcast")
    page = valid(get("/forecasts/two"))
    assert re.findall(r'href="/forecasts/(\w+)" rel="(\w+)"', page) == [
        ("one", "prev"),
        ("three", "next"),
    ]
    assert "▲ 2.0 points since 19 Nov 2026" in words_of(page)
    day = (NOW - 2 * DAY).date().isoformat()
    then = valid(get(f"/forecasts/two?as_of={day}"))
    assert "/forecasts/three" not in then


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("hindcast", "Hindcast: made later from what was known then"),
        ("rejected", "Rejected: it did not pass the gate and was never published"),
        ("provisional", "Provisional"),
    ],
)
def test_what_became_of_it_is_said(get: Get, put: Put, kind: Any, said: str) -> None:
    def worsen(document: Forecast) -> None:
        document["diagnostics"] |= {"divergences": 7, "passed": kind != "rejected"}

    put("one", kind=kind, edit=worsen)
    text = words_of(valid(get("/forecasts/one")))
    assert said in text
    assert ("What kept the gate shut: 7 divergences." in text) == (kind == "rejected")


@pytest.mark.parametrize(
    "name", ["nobody", "x" * 300, "%00", "%3Cscript%3E", "..%2f..%2fetc", "%F0%9F%90%BC"]
)
def test_an_unknown_one_leads_to_those_there_are(get: Get, put: Put, name: str) -> None:
    put("one", NOW - 2 * DAY)
    put("two", NOW - DAY)
    answer = get(f"/forecasts/{name}")
    page = valid(answer)
    assert answer.status_code == 404
    assert "<script>" not in page
    assert name == "..%2f..%2fetc" or 'href="/forecasts/two"' in page


def test_one_made_later_did_not_exist_then(get: Get, put: Put) -> None:
    put("one", NOW - 9 * DAY)
    put("two", NOW - DAY)
    day = (NOW - 5 * DAY).date().isoformat()
    answer = get(f"/forecasts/two?as_of={day}")
    text = words_of(valid(answer))
    assert answer.status_code == 404
    assert "The forecast two was made later than 17 Nov 2026" in text
    assert "%" not in text


def test_without_posterior_the_numbers_remain(get: Get, put: Put) -> None:
    put("one", posterior=False)
    answer = get("/forecasts/one")
    page = valid(answer)
    assert answer.status_code == 200
    assert "has no posterior file" in page
    assert "<figure" not in page
    assert "13 %" in words_of(page)


def test_names_of_sources_are_escaped(get: Get, put: Put) -> None:
    def hostile(document: Forecast) -> None:
        document["sources"] = {"late": ["<b>late</b>"], "failed": ["leader_meetings"]}
        document["parameters"]["<i>p</i>"] = document["parameters"]["b_T"]

    put("one", edit=hostile)
    page = valid(get("/forecasts/one"))
    assert "<b>late" not in page
    assert "<i>p" not in page
    assert "1 failed: Meetings of the presidents" in words_of(page)
