"""The series behind a forecast as a table, and as arrays with names for their axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from forecaster.belief import FACTORS, SCENARIOS, Band, Series
from forecaster.web.formats.as_netcdf import Variable
from forecaster.web.formats.sheet import Column, Sheet

STATISTICS = ("mean", "q05", "q25", "q75", "q95")
_FACTOR = "standard deviations"
COLUMNS = (
    Column("quantity", "text", "", "factor, hazard, scenario or alliance_by"),
    Column("name", "text", "", "which factor or scenario"),
    Column("month", "text", "", "the month at whose end it holds, YYYY-MM"),
    Column("unit", "text", "", "the unit of the numbers in this row"),
    Column("mean", "number", "see the column unit", "posterior mean"),
    *(
        Column(f"q{at}", "number", "see the column unit", f"{int(at)} % quantile of the posterior")
        for at in ("05", "25", "75", "95")
    ),
)


def about(document: Mapping[str, Any]) -> dict[str, str]:
    """Of which forecast they are."""
    names = ("forecast_id", "as_of", "data_hash", "priors_hash", "model_version")
    return {name: str(document[name]) for name in names}


def sheet(found: Series, document: Mapping[str, Any]) -> Sheet:
    """One row for each quantity and month."""
    return Sheet("Series behind a forecast", COLUMNS, list(_rows(found)), about(document))


def _rows(found: Series) -> Iterator[tuple[Any, ...]]:
    for name in FACTORS:
        for at, month in enumerate(found["months"]):
            yield ("factor", name, month, _FACTOR, *_at(found["factors"][name], at))
    for at, month in enumerate(found["months"]):
        yield ("hazard", "alliance", month, "per year", *_at(found["hazard"], at))
    ahead, by = found["scenarios"], found["alliance_by"]
    for name in SCENARIOS:
        for month, mean in zip(ahead["months"], ahead["mean"][name], strict=True):
            yield ("scenario", name, month, "probability", mean, None, None, None, None)
    for at, month in enumerate(ahead["months"]):
        low, high = by["q05"][at], by["q95"][at]
        yield ("alliance_by", "", month, "probability", by["mean"][at], low, None, None, high)


def _at(band: Band, at: int) -> list[float]:
    return [band["mean"][at], *(band[name][at] for name in ("q05", "q25", "q75", "q95"))]


def variables(found: Series) -> dict[str, Variable]:
    """The same as arrays by statistic, name and month."""
    ahead, by = found["scenarios"], found["alliance_by"]
    factors = [[found["factors"][one][name] for one in FACTORS] for name in STATISTICS]  # type: ignore[literal-required]
    shares = [ahead["mean"][name] for name in SCENARIOS]
    return {
        "month": Variable(("month",), _texts(found["months"])),
        "ahead": Variable(("ahead",), _texts(ahead["months"]), note="a month to come"),
        "statistic": Variable(("statistic",), _texts(STATISTICS)),
        "outer": Variable(("outer",), _texts(("mean", "q05", "q95"))),
        "factor_name": Variable(("factor_name",), _texts(FACTORS)),
        "scenario": Variable(("scenario",), _texts(SCENARIOS)),
        "factor": Variable(("statistic", "factor_name", "month"), _numbers(factors), _FACTOR),
        "hazard": Variable(
            ("statistic", "month"),
            _numbers([found["hazard"][name] for name in STATISTICS]),  # type: ignore[literal-required]
            "year-1",
            "yearly rate into alliance",
        ),
        "scenario_mean": Variable(
            ("scenario", "ahead"), _numbers(shares), "1", "probability that it is in force"
        ),
        "alliance_by": Variable(
            ("outer", "ahead"),
            _numbers([by["mean"], by["q05"], by["q95"]]),
            "1",
            "probability of an alliance by then",
        ),
    }


def _texts(names: Any) -> Any:
    return np.array(list(names), dtype=object)


def _numbers(values: Any) -> Any:
    return np.array(values, dtype=np.float64)
