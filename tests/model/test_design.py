"""What the density is given: honest about time, of fixed shape, every number with a prior."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.belief import FACTORS
from forecaster.model import design, outcome
from forecaster.model.design import Design
from forecaster.model.grid import ORIGIN_INDEX, month_end, month_index
from forecaster.model.layout import BLOCKS, SCALARS, hits, layout
from forecaster.model.observed import data_hash, observations
from indicators import Period
from priors import Priors, load
from tests.model import worlds
from tests.model.worlds import Known

EVIDENCE = {i: one for i, one in worlds.shipped().items() if one.role == "evidence"}
# Where the prior of each block of the sampler's vector is stated.
STATED = {
    "z": ("half_life", "rho_drivers", "alignment_own_sd", "shock_mean", "shock_scale", "shock_nu"),
    "theta": SCALARS,
    "rho_logit": ("rho_drivers",),
    "kappa_z": ("kappa_bar", "kappa_tau"),
    "loading_mean_z": ("loading_mean",),
    "measure_z": ("loading_tau", "anchor_log_sd", "deviation_sd"),  # noise: by its class
    "sub_sd_z": ("sub_deviation_sd",),
    "sub_z": ("deviation_half_life",),
    "counter_z": ("count_intercept_sd", "loading_tau", "anchor_log_sd", "dispersion"),
    "counter_sd_z": ("deviation_sd",),
    "counter_deviation_z": ("deviation_half_life",),
    "recall_logit": (),  # a Beta with each window of coverage, in the indicator's own file
}


def known(name: str, *values: tuple[str, float]) -> list[Known]:
    periods = [(Period.parse(text), value) for text, value in values]
    return [Known(name, one.text, one.start, one.end, value) for one, value in periods]


def at(readings: list[Known], last: int) -> Design:
    return design.build(observations(readings, EVIDENCE, last), EVIDENCE, load(), last + 1)


def same(one: Design, other: Design) -> None:
    assert one.coords == other.coords
    for name, array in one.data.items():
        np.testing.assert_array_equal(array, other.data[name], err_msg=name)


def test_a_later_reading_changes_nothing_earlier() -> None:
    last = month_index(Period.parse("2014-12").start)
    before = [one for one in worlds.histories() if one.period_end <= month_end(last)]
    later = [one for one in worlds.histories() if month_index(one.period_start) > last]
    assert later
    same(at(before, last), at([*before, *later], last))


def test_the_order_of_readings_does_not_matter() -> None:
    readings = list(worlds.histories())
    turned = readings[::-1]
    assert data_hash(readings) == data_hash(turned)
    assert observations(readings, EVIDENCE, 400) == observations(turned, EVIDENCE, 400)


def test_one_more_reading_keeps_every_shape() -> None:
    """Compiled code is used again."""
    readings = list(worlds.histories())
    more = [*readings, *known("gdp_ratio", ("2026-09", 9.5))]
    fewer, full = at(readings, worlds.LAST), at(more, worlds.LAST)
    assert {k: v.shape for k, v in fewer.data.items()} == {k: v.shape for k, v in full.data.items()}
    next_month = at(readings, worlds.LAST + 1)
    assert fewer.data["factor_path"].shape == next_month.data["factor_path"].shape


def test_factors_are_zero_at_the_origin() -> None:
    frame = at(list(worlds.histories()), worlds.LAST)
    for name in ("factor_path", "shock_path", "slow_path"):
        assert not frame.data[name][ORIGIN_INDEX].any()
        assert not frame.data[name][frame.n_months :].any()


def test_every_array_is_finite() -> None:
    for name, array in at(list(worlds.histories()), worlds.LAST).data.items():
        assert np.isfinite(array).all(), name


def test_nothing_known_is_a_design_too() -> None:
    frame = at([], worlds.LAST)
    assert not frame.data["y_shape"].any()
    assert not frame.data["cells"].any()


MONTHS = [(f"2014-{month:02d}", float(month)) for month in range(1, 13)]


def test_twelve_months_replace_their_year() -> None:
    readings = known("trade_total", ("2014", 1144.0), ("2013", 1068.0), *MONTHS)
    found = observations(readings, EVIDENCE, 400)["trade_total"]
    assert [one.period for one in found] == ["2013", *(text for text, _ in MONTHS)]


def test_a_year_replaces_some_of_its_months() -> None:
    readings = known("trade_total", ("2014", 1144.0), *MONTHS[:11], ("2015-01", 80.0))
    found = observations(readings, EVIDENCE, 400)["trade_total"]
    assert [one.period for one in found] == ["2014", "2015-01"]


def test_flows_cover_their_period_and_stocks_its_end() -> None:
    flow = observations(known("gdp_ratio", ("2014", 5.0)), EVIDENCE, 400)["gdp_ratio"][0]
    assert (flow.first, flow.last) == (264, 275)
    stock = observations(known("un_distance_russia_us", ("2014", 3.0)), EVIDENCE, 400)
    (one,) = stock["un_distance_russia_us"]
    assert (one.first, one.last) == (275, 275)


def test_a_count_outside_its_windows_is_missing() -> None:
    first = min(one.first for one in EVIDENCE["joint_exercises"].coverage)
    before = Period.parse(f"{first.year - 1}-06").text
    assert observations(known("joint_exercises", (before, 0.0)), EVIDENCE, 400) == {}


def test_context_says_nothing() -> None:
    context = next(i for i, one in worlds.shipped().items() if one.role == "context")
    assert observations(known(context, ("2014", 1.0)), worlds.shipped(), 400) == {}


@pytest.mark.parametrize("factor", FACTORS)
def test_one_anchor_and_at_least_three_indicators(factor: str) -> None:
    found = {i: one for i, one in EVIDENCE.items() if one.informs.factor == factor}
    assert sum(one.informs.anchor for one in found.values()) == 1
    assert len(found) >= 3, sorted(found)


def test_survival_ends_where_retreat_was_left() -> None:
    last = worlds.LAST
    frame = design.build({}, EVIDENCE, load(), last + 1, months_at_risk=300)
    assert frame.data["at_risk"].sum() == pytest.approx(25.0)
    assert not frame.data["at_risk"][300:].any()
    opened = month_index(Period.parse("2022-02").start)
    whole = at([], last)
    assert not whole.data["at_risk_balancing"][:opened].any()
    assert whole.data["at_risk_balancing"].sum() == pytest.approx((last + 1 - opened) / 12.0)
    np.testing.assert_array_equal(whole.data["hits"], hits(load()))


class Watched(dict[str, Any]):
    """A dictionary that remembers what was asked of it."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(content)
        self.asked: Counter[str] = Counter()

    def __getitem__(self, key: str) -> Any:
        self.asked[key] += 1
        return super().__getitem__(key)


class WatchedPriors:
    """The priors, with every look at a parameter remembered."""

    def __init__(self, priors: Priors) -> None:
        self._priors = priors
        self.parameters = Watched(dict(priors.parameters))
        self.settings = Watched(priors.settings)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._priors, name)

    @property
    def asked(self) -> set[str]:
        return set(self.parameters.asked) | set(self.settings.asked)


def test_every_prior_is_used_and_every_parameter_has_one() -> None:
    """Offenders by name, both ways; a name that nobody states fails on the way."""
    watched = WatchedPriors(load())
    priors = cast("Priors", watched)
    found = observations(worlds.histories(), EVIDENCE, worlds.LAST)
    frame = design.build(found, EVIDENCE, priors, worlds.LAST + 1)
    plan = layout(frame, EVIDENCE, priors)
    x = worlds.prior_draw(frame, plan, load(), default_rng(1))
    worlds.derived(x, frame, plan, priors)
    stated = set(load().parameters)
    unused = sorted(stated - watched.asked)
    assert not unused, f"stated in the priors, read by nobody: {unused}"
    assert tuple(STATED) == BLOCKS
    orphans = sorted({name for names in STATED.values() for name in names} - stated)
    assert not orphans, f"parameters without a prior: {orphans}"
    natural = {*outcome.UPDATED, *outcome.ASSUMED} - stated
    assert not natural, f"shown parameters without a prior: {sorted(natural)}"


def test_noise_of_every_class_is_drawn_from_its_own_prior() -> None:
    _, frame, plan = worlds.real(EVIDENCE)
    priors = load()
    for kind, row in (("measure", plan.measure_location[1]), ("counter", plan.counter_location[2])):
        for name, place in zip(frame.coords[kind], row, strict=True):
            scale = priors.noise_classes[EVIDENCE[name].informs.noise].scale
            assert np.exp(place) == pytest.approx(cast("Any", priors.parameters[scale]).median)


def test_adding_a_reading_keeps_the_priors() -> None:
    """Centring constants are frozen: what was observed stays what it was."""
    readings = list(worlds.histories())
    more = [*readings, *known("gdp_ratio", ("2026-09", 9.5))]
    before = observations(readings, EVIDENCE, worlds.LAST)
    after = observations(more, EVIDENCE, worlds.LAST)
    added = [one for one in after["gdp_ratio"] if one not in before["gdp_ratio"]]
    assert [one.period for one in added] == ["2026-09"]
    assert before | {"gdp_ratio": []} == after | {"gdp_ratio": []}
    assert replace(added[0], period="x").raw == 9.5
