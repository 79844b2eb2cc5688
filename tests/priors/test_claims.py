"""A citation is not enough: the value or sign of the citing entry must follow from the claim."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt
from statistics import NormalDist

import pytest

import priors
from priors import LogNormal, Normal, Priors
from priors.spec import Claim

LOADED = priors.load()
DRIVERS = ("ru_west", "cn_us")


def mean(name: str) -> float:
    return LOADED.parameters[name].mean


def below_zero(name: str) -> float:
    """P(parameter < 0) under a normal prior; 0 under a positive one."""
    one = LOADED.parameters[name]
    if isinstance(one, Normal):
        return NormalDist(one.mean, one.sd).cdf(0.0)
    assert isinstance(one, LogNormal), name
    return 0.0


def covers(name: str, value: float) -> bool:
    """Whether the central 90 % of a log-normal prior holds the value."""
    one = LOADED.parameters[name]
    assert isinstance(one, LogNormal)
    return abs(log(value / one.median)) <= 1.645 * one.log_sd


def median(name: str) -> float:
    one = LOADED.parameters[name]
    assert isinstance(one, LogNormal)
    return one.median


def offset(family: str) -> float:
    return LOADED.settings[f"kappa_offset_{family}"]


def largest_offset() -> str:
    return max((one.id for one in LOADED.families), key=offset)


def smallest_offset() -> str:
    return min((one.id for one in LOADED.families), key=offset)


def stated(paper: str, scenario: str) -> float:
    return LOADED.elicited[paper].probabilities[scenario]


def likeliest(paper: str) -> str:
    probabilities = LOADED.elicited[paper].probabilities
    return max(probabilities, key=lambda key: probabilities[key])


def hit(month: str) -> tuple[str, ...]:
    return next(one.factors for one in LOADED.shocks if one.month == month)


def criteria(scenario: str) -> str:
    return next(one.criteria for one in LOADED.scenarios if one.id == scenario)


def status_quo() -> str:
    return next(one.id for one in LOADED.scenarios if one.at_risk_from is None)


def shifts(what_if: str) -> tuple[float, float]:
    shift = next(one.shift for one in LOADED.what_ifs if one.id == what_if)
    return shift.ru_west, shift.cn_us


def noisiest() -> str:
    sized = {
        key: median(one.scale)
        for key, one in LOADED.noise_classes.items()
        if one.likelihood == "normal"
    }
    return max(sized, key=lambda key: sized[key])


FOLLOWS: dict[str, Callable[[], bool]] = {
    "A1": lambda: (
        mean("kappa_bar") > 0
        and below_zero("kappa_bar") > 0.1
        and {likeliest(one) for one in LOADED.elicited} == {"retreat"}
    ),
    "A2": lambda: (
        0 < LOADED.settings["shock_correlation"] < 1
        and mean("shock_mean") > 0
        and LOADED.settings["shock_nu"] <= 5
        and any(set(DRIVERS) <= set(one.factors) for one in LOADED.shocks)
    ),
    "A3": lambda: noisiest() == "statement",
    "A4": lambda: exp(mean("b_A")) < 0.01,
    "A5": lambda: below_zero("b_B_asym") == 0,
    "A8": lambda: below_zero("b_B_asym") == 0 and below_zero("b_U_asym") == 0,
    "A9": lambda: below_zero("b_U_asym") == 0,
    "A10": lambda: below_zero("b_U_asym") == 0,
    "A11": lambda: covers("q_A", 1 / 31) and below_zero("b_U_al") == 0,
    "A12": lambda: mean("c_R") > 0 and 0.01 < below_zero("c_R") < 0.2,
    "A13": lambda: all(
        {"ru_west", "alignment"} & set(hit(month)) for month in ("2008-08", "2008-09", "2014-03")
    ),
    "A15": lambda: mean("b_T") > 0,
    "A16": lambda: "cn_us" in hit("2018-07"),
    "A17": lambda: largest_offset() == "western_reaction",
    "A18": lambda: (
        offset("western_reaction") > 0
        and offset("trade_dependence") > 0
        and mean("c_C") < mean("c_R")
    ),
    "A24": lambda: offset("trade_dependence") > 0,
    "A25": lambda: (
        stated("constraints_paper", "alliance") < 0.1
        and stated("constraints_paper", "retreat") > 0.8
    ),
    "A26": lambda: (
        "two of these three" in criteria("alliance")
        and stated("constraints_paper", "alliance") < stated("papers", "alliance")
    ),
    "A27": lambda: mean("kappa_bar") + offset("asymmetry") > 0,
    "A28": lambda: below_zero("b_al") == 0,
    "B1": lambda: (
        {"retreat", "alliance", "balancing"} < {one.id for one in LOADED.scenarios}
        and LOADED.elicited["papers"].horizon_years >= 10
    ),
    "B2": lambda: status_quo() == likeliest("papers") == "retreat",
    "B3": lambda: (
        mean("b_T") > 0
        and below_zero("b_T") < 0.1
        and 1 / (1 + exp(LOADED.settings["threat_sharpness"])) < 0.2
    ),
    "B4": lambda: (
        stated("papers", "balancing") < stated("papers", "retreat") and below_zero("b_B_west") == 0
    ),
    "B5": lambda: (
        min(shifts("contain_both")) > 0
        and shifts("prioritise_china")[0] < 0 < shifts("prioritise_china")[1]
        and shifts("prioritise_russia")[1] < 0 < shifts("prioritise_russia")[0]
        and max(shifts("accommodate_both")) < 0
    ),
    "B6": lambda: mean("c_R") > 0 and mean("c_C") > 0,
    "B12": lambda: below_zero("b_al") == 0,
    "B13": lambda: noisiest() == "statement",
    "B14": lambda: mean("c_C") > 0,
    "B15": lambda: mean("b_T") > 0 and LOADED.settings["threat_sharpness"] > 0,
    "B16": lambda: 0.05 < stated("papers", "alliance") < 0.2,
    "B18": lambda: "alignment" in hit("2014-03"),
    "B20": lambda: (
        smallest_offset() == "asymmetry" and max(median("b_B_asym"), median("b_U_asym")) <= 0.25
    ),
    "B21": lambda: abs(mean("rho_drivers") - 0.5) < 1e-12,
    "B22": lambda: "cn_us" not in hit("2008-08"),
    "B24": lambda: "Shanghai Cooperation Organization" in criteria("alliance"),
}
"""What must hold for each claim whose direction this room answers for."""

READINGS = {"A6", "A7", "A14", "A19", "A20", "A21", "A22", "A23", "B10", "B23"}
"""Cited here, but the direction is the sign of a reading: the tests of the indicators ask."""


def now(room: str) -> dict[str, Claim]:
    return {
        key: one for key, one in LOADED.claims.items() if one.status == "now" and room in one.rooms
    }


@pytest.mark.parametrize("claim", sorted(FOLLOWS))
def test_the_prior_follows_from_the_claim(claim: str) -> None:
    assert FOLLOWS[claim](), LOADED.claims[claim].direction


def test_every_direction_of_this_room_is_tested() -> None:
    directed = {key for key, one in now("priors").items() if one.direction}
    assert directed == set(FOLLOWS) | READINGS
    assert all("indicators" in LOADED.claims[key].rooms for key in READINGS)


def test_every_claim_is_listed() -> None:
    wanted = [f"A{n}" for n in range(1, 29)] + [f"B{n}" for n in range(1, 27)]
    assert list(LOADED.claims) == wanted


def test_this_room_cites_what_it_should_and_nothing_of_later() -> None:
    used = LOADED.claims_used()
    assert set(now("priors")) == used


def test_claims_that_nobody_uses_are_named() -> None:
    for_readings = set(now("indicators"))
    assert LOADED.unused_claims(set()) == ["B11"]
    assert LOADED.unused_claims(for_readings) == []
    with pytest.raises(ValueError, match="C3"):
        LOADED.unused_claims({"C3", "A1"})


def test_offsets_leave_the_mean_strength_alone() -> None:
    assert sum(offset(one.id) for one in LOADED.families) == pytest.approx(0.0)
    assert [one.id for one in LOADED.families] == [
        "asymmetry",
        "western_reaction",
        "regional_reaction",
        "trade_dependence",
    ]


def test_a_constraint_stands_at_one_when_its_factor_is_zero() -> None:
    assert log(1 + exp(LOADED.settings["level_offset"])) == pytest.approx(1.0, abs=1e-12)


def test_the_shock_rate_is_the_count_of_the_list() -> None:
    prior = LOADED.parameters["shock_rate"]
    assert isinstance(prior, LogNormal)
    years = prior.date.year - 1992 + (prior.date.month - 1 + prior.date.day / 30) / 12
    assert prior.median == pytest.approx(len(LOADED.shocks) / years, abs=0.001)
    assert prior.log_sd == pytest.approx(1 / sqrt(len(LOADED.shocks)), abs=0.01)


@pytest.mark.parametrize(
    ("name", "rate"), [("b_A", 0.00745), ("b_B", 0.02), ("b_U", 0.005)], ids=str
)
def test_log_rates_are_the_rates_of_their_reasons(name: str, rate: float) -> None:
    assert mean(name) == pytest.approx(log(rate), abs=0.001)


@pytest.mark.parametrize("name", ["papers", "constraints_paper"])
def test_the_start_of_an_elicited_set_is_near_its_probability(name: str) -> None:
    """At the average threat its reason names, ten years at that rate give the stated number."""
    loaded: Priors = priors.load(name)
    assert loaded.elicitation is not None
    threat = {"papers": 0.5, "constraints_paper": 0.85}[name]
    rate = exp(loaded.parameters["b_A"].mean + threat * loaded.parameters["b_T"].mean)
    by_then = 1 - exp(-rate * loaded.elicitation.horizon_years)
    assert by_then == pytest.approx(loaded.elicitation.probabilities["alliance"], abs=0.005)


def test_stances_are_ordered_as_their_reasons_say() -> None:
    stated = {name: priors.load(name).parameters["b_A"] for name in priors.set_names()}
    base = {name: one.mean for name, one in stated.items()}
    assert base["constraints_paper"] < base["reference"] < base["papers"]
    assert base["reference"] < base["post_1945"] < base["all_history"]
    assert max(stated, key=lambda name: stated[name].sd) == "flat"
