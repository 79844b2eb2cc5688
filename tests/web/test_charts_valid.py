"""Every chart is what the Vega-Lite schema allows; the studio draws them without asking it."""

from __future__ import annotations

from typing import Any

import altair as alt
import pytest
from jsonschema import ValidationError

from forecaster.web import drawings
from forecaster.web.charts import CHARTS
from forecaster.web.studio import Drawing
from forecaster.web.timeline import FRAME
from tests import analysed, synthetic

DAY = 86_400_000.0
INTERVAL = {"mean": 0.2, "lower": -0.1, "upper": 0.5}
BELIEF = {
    "label": "One",
    "before": INTERVAL,
    "readings": None,
    "after": {**INTERVAL, "p_positive": 0.9, "contraction": 0.05, "assumed": True},
}


def some() -> dict[str, Drawing]:
    """One drawing for each chart."""
    series, document = synthetic.series(), synthetic.document()
    said = [(DAY * n, 0.2, 0.1, 0.3, float(n == 3)) for n in range(5)]
    row: dict[str, Any] = {"x": 2024.5, "y": 2.0, "run": 0}
    band: dict[str, Any] = {"x": 2024.5, "mean": 2.0, "q05": 1.0, "q95": 3.0, "run": 0}
    return {
        "fan": drawings.fan(series, document["headline"]),
        "futures": drawings.futures(series),
        "hazard": drawings.hazard(series),
        "factor": drawings.factors(series, large=True)["alignment"],
        "strengths": drawings.strengths(document["constraints"]),
        "levels": drawings.levels(series),
        "news": drawings.news(synthetic.explanation("a", "b")["parts"], ["One", "2", "3", "4"]),
        "watch": drawings.watch([analysed.to_watch("one"), analysed.to_watch("two")], 0.24),
        "sub_levels": drawings.sub_levels([("One", None, True)]),
        "beliefs": drawings.beliefs(
            [{"title": "sd", "rate": rate, "rows": [BELIEF]} for rate in (False, True)]
        ),
        "calibration": drawings.calibration(
            [
                {
                    "title": "One",
                    "rows": [
                        {
                            "label": f"under {came}",
                            "came": came,
                            "expected": 2.5,
                            "lower": end,
                            "upper": end,
                            "text": "0 of 3",
                        }
                        for came, end in ((0, None), (4, 6.0))
                    ],
                }
            ]
        ),
        "pit": drawings.pit([0.1] * 10, 0.05, 0.15),
        "skill": drawings.skill(
            [
                {
                    "label": "a",
                    "mean": 0.2,
                    "lower": end,
                    "upper": end,
                    "text": "0",
                    "hollow": hollow,
                }
                for end, hollow in ((None, True), (0.3, False))
            ]
        ),
        "spans": drawings.spans(
            [
                {"label": name, **INTERVAL, "text": "20 %", "hollow": name == "b"}
                for name in ("a", "b")
            ]
        ),
        "replay": drawings.replay(
            [row[:2] for row in said],
            [{"when": DAY, "value": 0.2, "kind": "fired"}],
            unit="probability",
            threshold=0.25,
        ),
        "history": drawings.history(
            said,
            [row[:4] for row in said],
            [
                {"when": DAY, "text": "Crimea", "kind": "shock"},
                {"when": 2 * DAY, "text": "Retreat", "kind": "resolution"},
            ],
            (0.0, 4 * DAY),
            FRAME,
        ),
        "readings": drawings.readings(
            [row, row | {"from": 2024.0, "to": 2025.0}],
            [row],
            {
                "band": [band, band | {"run": 1}, band | {"from": 2024.0, "to": 2025.0, "run": 2}],
                "beyond": [{"x": 2024.5, "y": 3.0, "up": up} for up in (True, False)],
            },
            from_zero=True,
            last="2",
        ),
    }


def checked(chart: dict[str, Any]) -> None:
    alt.Chart.from_dict({**chart, "datasets": {}}, validate=True)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_valid(name: str) -> None:
    drawing = some()[name]
    assert drawing.chart == name
    checked(CHARTS[name](**drawing.given))


def test_what_is_not_valid_is_found() -> None:
    chart = CHARTS["fan"](**some()["fan"].given)
    chart["layer"][1]["mark"]["type"] = "lines"
    with pytest.raises(ValidationError):
        checked(chart)
