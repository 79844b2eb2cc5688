"""Charts of constraints and of readings: nothing is dropped, and what is missing is a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from forecaster.belief import FAMILIES
from forecaster.store.readings import StoredReading
from forecaster.web import drawings
from forecaster.web.charts import CHARTS
from forecaster.web.figure import Figure
from forecaster.web.pages import indicator_figure
from forecaster.web.studio import Studio
from indicators import Indicator, Period, catalogue
from tests import synthetic

#: Two readings as an earlier version spoke of them.
SAID: dict[str, Any] = {
    "periods": ["2024", "2025-01"],
    "observed": [250.0, 19.0],
    "mean": [240.0, 20.0],
    "q05": [192.0, 15.0],
    "q95": [288.0, 25.0],
}
WHEN = datetime(2026, 11, 1, tzinfo=UTC)
ALL = catalogue()


def rows_of(chart: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The largest of the chart's sheets whose rows have a key."""
    sheets = [rows for rows in chart["datasets"].values() if rows and key in rows[0]]
    return max(sheets, key=len)


def reading(name: str, period: str, value: float, vintage: int = 1) -> StoredReading:
    at = Period.parse(period)
    return StoredReading(
        name, period, at.start, at.end, value, None, WHEN, WHEN, vintage, "x", "fetched", "", ""
    )


def figure(name: str, values: dict[str, float], fitted: dict[str, Any] | None = None) -> Figure:
    stored = [reading(name, period, value) for period, value in values.items()]
    return indicator_figure.figure(ALL[name], stored, stored, fitted)


def test_a_part_without_indicators_stays_in_the_chart() -> None:
    level = synthetic.document()["constraints"]["levels"]["asymmetry"]
    chart = CHARTS["sub_levels"](
        rows=[("Asymmetry", level, True), ("Elites", None, False), ("Gap", level, False)]
    )
    assert [(row["label"], row["note"]) for row in rows_of(chart, "label")] == [
        ("Asymmetry", ""),
        ("Elites", "no indicators"),
        ("Gap", ""),
    ]


def test_families_keep_their_order_and_scale() -> None:
    drawing = drawings.levels(synthetic.series())
    # The studio's questions go through JSON with its keys sorted.
    given = {**drawing.given, "families": dict(sorted(drawing.given["families"].items()))}
    panels = CHARTS["levels"](**given)["concat"]
    assert [panel["title"]["text"] for panel in panels] == [
        "Asymmetry of power",
        "Western reaction",
        "Regional reaction",
        "Trade dependence",
    ]
    tops = {layer["encoding"]["y"]["scale"]["domain"][1] for p in panels for layer in p["layer"]}
    assert len(tops) == 1
    assert len(panels) == len(FAMILIES)


def test_beliefs_say_where_readings_say_nothing() -> None:
    interval = {"mean": 0.2, "lower": -0.1, "upper": 0.5}
    after = {**interval, "p_positive": 0.9, "contraction": 0.05, "assumed": True}
    row = {"label": "One", "before": interval, "readings": None, "after": after}
    chart = CHARTS["beliefs"](panels=[{"title": "sd", "rate": False, "rows": [row]}])
    drawn = {one["kind"]: one for one in rows_of(chart, "kind")}

    assert drawn["readings alone"]["note"] == "the readings say nothing"
    assert "lower" not in drawn["readings alone"]
    assert drawn["after"]["fill"] == "var(--page)"  # hollow: assumed


def test_the_line_breaks_where_a_period_is_missing() -> None:
    given = figure("gdp_ratio", {"2001": 1.0, "2002": 2.0, "2004": 3.0}).drawing.given
    assert [row["run"] for row in given["standing"]] == [0, 0, 1]


def test_a_stock_stands_at_the_end_of_its_period_and_a_flow_in_its_middle() -> None:
    def place(kind: str) -> float:
        name = next(
            n
            for n, one in ALL.items()
            if one.observation.kind == kind and one.observation.likelihood == "normal"
        )
        return float(figure(name, {"2004": 3.0}).drawing.given["standing"][0]["x"])

    assert place("stock") == pytest.approx(2005.0, abs=0.01)
    assert place("flow") == pytest.approx(2004.5, abs=0.01)


def test_years_beside_months_are_drawn_by_the_month_over_their_length() -> None:
    one = figure("trade_total", {"2024": 240.0, "2025-01": 19.0, "2025-02": 18.0})
    year, *months = sorted(one.drawing.given["standing"], key=lambda row: row["x"])

    assert "billion USD a month" in one.note
    assert year["y"] == pytest.approx(20.0)
    assert (year["from"], year["to"]) == (
        pytest.approx(2024.0, abs=0.01),
        pytest.approx(2025.0, abs=0.01),
    )
    assert [row["y"] for row in months] == [19.0, 18.0]
    assert one.table.rows[0][1] == 240.0  # as it was published


def test_years_alone_keep_their_unit() -> None:
    one = figure("trade_total", {"2023": 240.0, "2024": 244.0})
    assert one.drawing.given["standing"][0]["y"] == 240.0
    assert "a month" not in one.note


def test_replaced_values_are_hollow_and_said_to_be() -> None:
    old, new = reading("gdp_ratio", "2001", 1.0), reading("gdp_ratio", "2001", 1.5, vintage=2)
    one = indicator_figure.figure(ALL["gdp_ratio"], [old, new], [new], None)
    assert [row["y"] for row in one.drawing.given["older"]] == [1.0]
    assert "Hollow: replaced or taken back since." in one.note
    assert [row[-1] for row in one.table.rows] == [False, True]


def test_what_a_fit_expected_lies_behind_the_readings() -> None:
    one = figure("trade_total", {"2024": 250.0, "2025-01": 19.0}, SAID)
    band = one.drawing.given["fitted"]["band"]

    assert [row["mean"] for row in band] == [20.0, 20.0]
    assert [("from" in row) for row in band] == [True, False]  # a year is drawn over its length
    assert "nine of ten" in one.note
    assert "of an earlier version" in one.note
    assert "keeps nothing" in figure("trade_total", {"2024": 250.0}).note


def without(**changed: list[float | None]) -> dict[str, Any]:
    """The same, with what all other readings say of each."""
    said = {"mean": [210.0, 21.0], "q05": [190.0, 16.0], "q95": [240.0, 26.0]}
    return SAID | {"left_out": {**said, "pareto_k": [0.1, 0.3], **changed}}


def test_what_is_called_expected_did_not_see_the_reading() -> None:
    one = figure("trade_total", {"2024": 250.0, "2025-01": 19.0}, without())
    band = one.drawing.given["fitted"]["band"]

    assert [row["mean"] for row in band] == [17.5, 21.0]
    assert "each from all the others; 1 of 2 readings lies outside." in one.note
    assert "earlier version" not in one.note
    named = [column.name for column in one.table.columns]
    rows = [dict(zip(named, row, strict=True)) for row in one.table.rows]
    assert [(row["expected_low"], row["expected"], row["expected_high"]) for row in rows] == [
        (190.0, 210.0, 240.0),
        (16.0, 21.0, 26.0),
    ]


@pytest.mark.parametrize("shape", [0.71, None])
def test_where_nothing_can_be_said_there_is_no_band(shape: float | None) -> None:
    said = without(pareto_k=[0.7, shape])
    one = figure("trade_total", {"2024": 250.0, "2025-01": 19.0}, said)

    assert [row["mean"] for row in one.drawing.given["fitted"]["band"]] == [17.5]
    assert "1 of 1 reading lies outside. 1 reading without a band" in one.note
    assert one.table.rows[1][4:7] == [None, None, None]


def test_an_interval_that_shoots_out_is_cut_with_a_mark() -> None:
    values = {str(year): 100.0 + year % 3 for year in range(2000, 2010)}
    said = {
        "periods": list(values),
        "observed": list(values.values()),
        "mean": [101.0] * 10,
        "q05": [99.0] * 10,
        "q95": [102.5] * 4 + [900.0, 5000.0, 800.0] + [102.5] * 3,
    }
    given = figure("arms_deliveries", values, said).drawing.given
    assert (
        max(row["q95"] for row in given["fitted"]["band"]) == 103.0
    )  # half half as far again as they are apart
    assert given["fitted"]["beyond"] == [
        {"x": given["fitted"]["band"][5]["x"], "y": 103.0, "up": True}
    ]
    one = figure("arms_deliveries", values, said)
    assert "Triangles: the band goes on beyond the chart." in one.note
    with Studio() as studio:
        assert studio.svg(one.drawing).startswith("<svg")


def test_the_finest_periods_are_joined_and_others_stand_by_themselves() -> None:
    values = {"2023": 1.0, "2024": 1.1, "2025-01": 1.2, "2025-02": 1.3}
    stock = next(n for n, one in ALL.items() if one.observation.kind == "stock")
    one = figure(stock, values)
    assert [row["run"] for row in one.drawing.given["standing"]] == [0, 1, 2, 2]
    assert "Dots and line: months; a bar or dot by itself: years." in one.note


def test_thousands_of_readings_are_thinned_without_losing_a_peak() -> None:
    start = date(2001, 1, 1).toordinal()
    values = {date.fromordinal(start + n).isoformat(): float(n % 50) for n in range(5000)}
    values["2009-01-03"], values["2010-05-05"] = 900.0, -900.0
    one = figure("gdelt_tone", values)
    drawn = [row["y"] for row in one.drawing.given["standing"]]

    assert len(drawn) <= indicator_figure.DRAWN
    assert max(drawn) == 900.0
    assert min(drawn) == -900.0
    assert "Of 5,000 readings" in one.note
    assert len(one.table.rows) == 5000


@pytest.mark.parametrize("values", [{"2024": 1.0}, {"2023": 2.0, "2024": 2.0}, {"2024": 0.0}])
def test_few_and_equal_readings_can_be_drawn(values: dict[str, float]) -> None:
    with Studio() as studio:
        assert studio.svg(figure("gdp_ratio", values).drawing).startswith("<svg")


def test_every_kind_of_indicator_has_a_figure() -> None:
    for one in ALL.values():
        assert isinstance(one, Indicator)
        assert figure(one.id, {"2023": 1.0, "2024": 2.0}).table.rows
