"""The drawing of the headline through time: what was said is never mixed with what came later."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.web import drawings
from forecaster.web.charts import CHARTS
from forecaster.web.charts.history import ticks
from forecaster.web.charts.parts import Chart
from forecaster.web.timeline import FRAME

DAY = 86_400_000.0
START = 20_000 * DAY


def chart_of(**given: Any) -> Chart:
    said = given.get("said", [])
    later = given.get("later", [])
    moments = [row[0] for row in (*said, *later)]
    drawing = drawings.history(
        said, later, given.get("marks", []), (min(moments), max(moments)), FRAME
    )
    return CHARTS[drawing.chart](**drawing.given)


def layers_of(chart: Chart, kind: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The marks of one kind with their rows."""
    return [
        (layer["mark"], chart["datasets"][layer["data"]["name"]])
        for layer in chart["layer"]
        if layer["mark"]["type"] == kind
    ]


def said(*kinds: bool) -> list[list[float]]:
    return [[START + DAY * at, 0.1 + at / 100, 0.02, 0.4, kind] for at, kind in enumerate(kinds)]


def test_each_stretch_has_the_style_of_what_was_said_in_it() -> None:
    lines = layers_of(chart_of(said=said(False, True, True, False)), "line")
    by_dash = {tuple(mark["strokeDash"]): rows for mark, rows in lines}

    provisional = [(row["x"], row["mean"]) for row in by_dash[5, 3]]
    expected = [
        (START + DAY, 0.1),  # from the height of the one before
        (START + DAY, 0.11),
        (START + 2 * DAY, 0.12),
        (START + 3 * DAY, 0.12),  # until the next was said
    ]
    assert provisional == [pytest.approx(one) for one in expected]
    assert {row["run"] for row in by_dash[1, 0]} == {0, 2}


def test_hindcasts_have_lines_of_their_own() -> None:
    later = [[START, 0.5, 0.4, 0.6], [START + DAY, 0.6, 0.5, 0.7]]
    chart = chart_of(said=said(False, False), later=later)
    lines = layers_of(chart, "line")
    assert [{row["mean"] for row in rows} for _, rows in lines] == [{0.1, 0.11}, {0.5, 0.6}]
    assert lines[0][0]["strokeDash"] != lines[1][0]["strokeDash"]
    ((_, band),) = layers_of(chart, "area")
    assert max(row["upper"] for row in band) == 0.4


def test_the_size_is_known_before_it_is_drawn() -> None:
    chart = chart_of(said=said(False, False))
    assert chart["autosize"]["type"] == "none"
    assert chart["width"] == FRAME["wide"]
    assert chart["padding"] == {name: FRAME[name] for name in ("left", "right", "top", "bottom")}


def test_probabilities_are_drawn_from_zero() -> None:
    chart = chart_of(said=said(False, False))
    domains = [
        layer["encoding"]["y"]["scale"]["domain"][0]
        for layer in chart["layer"]
        if "scale" in layer["encoding"].get("y", {})
    ]
    assert set(domains) == {0}


def test_only_so_many_points_are_drawn_as_points() -> None:
    few, many = (layers_of(chart_of(said=said(*[False] * n)), "point") for n in (150, 151))
    assert len(few[0][1]) == 150
    assert [row["mean"] for _, rows in many for row in rows] == [0.1 + 150 / 100]


@given(st.floats(0, 30_000 * DAY), st.floats(0, 20_000 * DAY))
def test_the_axis_has_a_few_moments_within_it(first: float, length: float) -> None:
    values, form = ticks(first, first + length)
    assert 1 <= len(values) <= 8
    assert values == sorted(set(values))
    assert all(first <= one <= first + length for one in values)
    assert form in {"%-d %b", "%b %Y", "%Y"}


@pytest.mark.parametrize(
    ("days", "form"), [(1, "%-d %b"), (60, "%-d %b"), (365, "%b %Y"), (1826, "%Y"), (20_000, "%Y")]
)
def test_what_is_written_under_it_tells_them_apart(days: float, form: str) -> None:
    values, found = ticks(START, START + days * DAY)
    assert found == form
    assert len(values) <= 7
