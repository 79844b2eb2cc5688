"""Other pairs: the page says what the command says, and works before the first forecast."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from forecaster import reference
from forecaster.posterior import phrases_reference as say
from forecaster.web.pages import reference_scores
from priors.reference import draws, stances, table
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


def saved() -> list[dict[str, Any]]:
    return list(json.loads((table.HERE / "skill.json").read_text())["schemes"])


def test_every_split_has_its_skill_by_both_scores(get: Get) -> None:
    text = words_of(valid(get("/reference")))
    for scheme in saved():
        for which, title in say.COMPARISONS.items():
            told = " ".join(
                f"{say.score(scheme[which][score])} {scheme[which][score]['finding']}"
                for score in ("log", "brier")
            )
            assert f"{title.capitalize()} {told}" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "undetectable: the interval is wider than 0.05 each way" in text


@pytest.mark.parametrize("scheme", saved(), ids=lambda one: one["scheme"])
def test_the_calibration_of_both_models_is_the_saved_one(get: Get, scheme: dict[str, Any]) -> None:
    name = reference_scores.name_of(scheme)
    assert f'id="{name}"' in get("/reference").text
    rows = list(csv.DictReader(io.StringIO(get(f"/reference?figure={name}&format=csv").text)))
    for model in say.MODELS:
        bins = scheme[model]["calibration"]
        here = [row for row in rows if row["model"] == model]
        assert len(here) == len(bins)
        for row, one in zip(here, bins, strict=True):
            for key in ("low", "high", "pair_years", "expected", "pledges"):
                assert float(row[key]) == one[key]
            if one["pledges"]:
                assert (float(row["lower"]), float(row["upper"])) == (one["lower"], one["upper"])
            else:
                assert (row["lower"], row["upper"]) == ("", "")
            assert row["finding"] == reference.calibrated(one)
    assert get(f"/reference?figure={name}&format=svg").text.startswith("<svg")


def test_what_was_never_scored_has_no_figures() -> None:
    assert reference_scores.shown(None) is None
    assert reference_scores.figures(None) == {}


def test_the_tally_counts_findings_and_intervals_beside_zero() -> None:
    def row(finding: str, lower: float, upper: float) -> dict[str, Any]:
        return {"finding": finding, "lower": lower, "upper": upper}

    wide, beside, under = (
        row("undetectable", *ends) for ends in ((-0.1, 0.1), (0.1, 0.3), (-0.3, -0.1))
    )
    scheme = {
        "hierarchical": {"log": wide, "brier": beside},
        "logistic": {"log": under, "brier": row("worse", -0.05, -0.01)},
        "over_logistic": {"log": row("better", 0.01, 0.05), "brier": row("better", 0.02, 0.05)},
    }
    said = say.tally({"schemes": [scheme]})
    assert "3 of 6 comparisons are undetectable, none show no difference" in said
    assert "2 better and 1 worse" in said
    assert "2 have an interval that leaves out zero" in said
