"""The charts say what the forecast says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.belief import FACTORS
from forecaster.web import drawings
from forecaster.web.charts import CHARTS
from forecaster.web.charts.parts import Chart, apart, year
from forecaster.web.order import STACK
from forecaster.web.studio import Drawing
from tests import synthetic


def chart_of(drawing: Drawing) -> Chart:
    return CHARTS[drawing.chart](**drawing.given)


def test_areas_fill_the_whole_in_every_month() -> None:
    chart = chart_of(drawings.futures(synthetic.series()))
    tops = {
        layer["name"]: chart["datasets"][layer["data"]["name"]]
        for layer in chart["layer"]
        if "name" in layer
    }

    assert list(tops) == list(STACK)
    for row in range(240):
        assert tops["retreat"][row]["upper"] == pytest.approx(1.0)
        for below, above in pairwise(STACK):
            assert tops[below][row]["upper"] == tops[above][row]["lower"]


def test_the_headline_is_marked_on_the_fan() -> None:
    document = synthetic.document()
    chart = chart_of(drawings.fan(synthetic.series(), document["headline"]))
    (mark,) = (rows for rows in chart["datasets"].values() if len(rows) == 1)

    assert mark[0]["mean"] == document["headline"]["mean"]
    assert mark[0]["text"] == "13 %"
    assert mark[0]["x"] == pytest.approx(2036.875)


def test_probabilities_are_drawn_from_zero() -> None:
    for drawing in (
        drawings.fan(synthetic.series(), synthetic.document()["headline"]),
        drawings.futures(synthetic.series()),
        drawings.hazard(synthetic.series()),
    ):
        chart = chart_of(drawing)
        domains = [layer["encoding"]["y"]["scale"]["domain"] for layer in chart["layer"]]
        assert {domain[0] for domain in domains} == {0}


def test_the_factors_share_one_scale() -> None:
    drawn = {name: chart_of(one) for name, one in drawings.factors(synthetic.series()).items()}
    domains = {
        tuple(layer["encoding"]["y"]["scale"]["domain"])
        for chart in drawn.values()
        for layer in chart["layer"]
    }

    assert list(drawn) == list(FACTORS)
    assert len(domains) == 1


def test_what_is_assumed_is_a_hollow_dot_and_named() -> None:
    chart = chart_of(drawings.strengths(synthetic.document()["constraints"]))
    rows = next(rows for rows in chart["datasets"].values() if len(rows) > 1)

    assert {row["label"]: row["note"] for row in rows} == {
        "All together": "",
        "Asymmetry of power": "",
        "Western reaction": "assumed",
        "Regional reaction": "",
        "Trade dependence": "assumed",
    }


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6).map(sorted))
def test_labels_never_overlap_and_keep_their_order(wanted: list[float]) -> None:
    placed = apart(wanted, 0.1)

    assert all(0 <= height <= 1 for height in placed)
    for below, above in pairwise(placed):
        assert above - below >= 0.1 - 1e-9


def test_labels_with_room_stay_where_they_belong() -> None:
    assert apart([0.2, 0.5, 0.8], 0.1) == [0.2, 0.5, 0.8]


def test_months_become_decimal_years() -> None:
    assert year("2001-07") == pytest.approx(2001 + 6.5 / 12)
