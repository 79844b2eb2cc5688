"""Every chart there is, by name: plain data in, a Vega-Lite chart out.

Only the studio's child process imports this room; the web process names a chart and its data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forecaster.web.charts import (
    constraints,
    history,
    news,
    outlook,
    readings,
    reference,
    replay,
    scores,
    state,
    watch,
)
from forecaster.web.charts.parts import Chart

CHARTS: Mapping[str, Callable[..., Chart]] = {
    "beliefs": constraints.beliefs,
    "calibration": reference.calibration,
    "fan": outlook.fan,
    "futures": outlook.futures,
    "hazard": outlook.hazard,
    "factor": state.factor,
    "history": history.headline,
    "levels": constraints.levels,
    "news": news.parts,
    "pit": scores.pit,
    "readings": readings.readings,
    "replay": replay.replay,
    "skill": scores.skill,
    "spans": reference.spans,
    "strengths": state.strengths,
    "sub_levels": constraints.sub_levels,
    "watch": watch.reaches,
}
