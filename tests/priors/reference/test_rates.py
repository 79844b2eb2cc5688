"""What follows from draws: rates, ten years, stances; against sums that can be done by hand."""

from __future__ import annotations

from dataclasses import replace
from math import exp, hypot, log

import numpy as np
import pytest

from priors.reference import draws, rates, stances, table, transfer
from priors.reference.draws import Draws
from priors.reference.stances import ERAS, Eras
from priors.reference.table import CAUSES

STATED = stances.load()
N = 50


def certain(**changes: float) -> Draws:
    """Draws that are all alike: 2 % pledges and 1 % rivalries a year, nothing else matters."""
    plain = dict.fromkeys(draws.columns(STATED), 0.0)
    for era in STATED.era:
        plain |= {f"log_rate.{cause}.{era.id}": log(0.02) for cause in CAUSES}
        plain[f"log_rate.rivalry.{era.id}"] = log(0.01)
    plain |= {f"frailty.{cause}": 1e9 for cause in CAUSES}
    unknown = changes.keys() - plain.keys()
    assert not unknown
    return Draws({name: np.full(N, value) for name, value in (plain | changes).items()})


def turning(lost: float = 0.0, won: float = 0.0) -> rates.Turns:
    return rates.Turns(np.full(N, lost), np.full(N, won))


def ten(found: Draws, eras: Eras = "now", lost: float | None = None) -> float:
    reversion = "stays" if lost is None else "reverts"
    within = rates.pledge_within(found, STATED, turning(lost or 0.0), eras, reversion)  # type: ignore[arg-type]
    return float(within.mean())


def test_ten_years_of_two_exits() -> None:
    assert ten(certain()) == pytest.approx(2 / 3 * (1 - exp(-0.3)))


@pytest.mark.parametrize("eras", ERAS)
def test_where_eras_are_alike_the_stance_on_them_does_not_matter(eras: Eras) -> None:
    assert ten(certain(), eras) == pytest.approx(ten(certain()))


def test_each_stance_takes_its_eras() -> None:
    present, before = STATED.era[-1].id, STATED.era[-2].id
    found = certain(**{f"log_rate.pledge.{present}": log(0.005)})
    cell = rates.kind(STATED, rival=0, asymmetry=1)

    def rate(eras: Eras) -> float:
        return float(exp(rates.stance_log_rate(found, STATED, "pledge", cell, eras)[0]))

    assert rate("now") == pytest.approx(0.005)
    assert rate("post_1945") == pytest.approx((0.005 * 0.02) ** 0.5)
    assert rate("history") == pytest.approx(0.005 ** (1 / 6) * 0.02 ** (5 / 6))
    assert before != present


def test_a_new_era_raises_the_mean_where_its_spread_is_wide() -> None:
    assert ten(certain(**{"era_sd.pledge": 1.5}), "turning") > ten(certain()) + 0.01
    assert ten(certain(**{"era_sd.pledge": 1.5}), "now") == pytest.approx(ten(certain()))


def test_a_rival_that_can_be_lost_threatens_less() -> None:
    found = certain(**{"effect.pledge.rival": 1.5})
    stays, reverts = ten(found), ten(found, lost=0.2)
    without = ten(certain())
    assert without < reverts < stays


def test_calm_years_are_commoner_than_wild_ones() -> None:
    assert ten(certain(**{"frailty.pledge": 0.1})) < ten(certain())


def test_the_contrast_is_the_whole_difference_of_a_common_rival() -> None:
    present = STATED.era[-1].id
    found = certain(
        **{
            "effect.pledge.rival": 0.5,
            "effect.pledge.rival_and_pact": 0.3,
            f"shift.rival.{present}": 0.1,
            "effect.pledge.majors": 3.0,
        }
    )
    assert rates.contrast(found, STATED, "now") == pytest.approx(np.full(N, 0.9))


def test_the_step_to_this_pair_widens_and_moves_nothing() -> None:
    rng = np.random.default_rng(1)
    spread = rng.normal(0.0, 0.5, N)
    present = STATED.era[-1].id
    plain = certain()
    found = Draws(
        {**plain.numbers, f"log_rate.pledge.{present}": log(0.02) + spread - spread.mean()}
    )
    entry = transfer.entries(found, STATED, "now")["b_A"]
    assert entry.mean == round(log(0.02), 2)
    assert entry.sd == round(hypot(float(spread.std()), STATED.transfer.base_rate_sd), 2)


def test_rivals_are_lost_and_won_as_often_as_major_powers_did() -> None:
    shipped = table.read()
    found = rates.turns(shipped, 4000)
    with_one = [one for one in shipped.exposure if one.cell.majors and one.cell.rival]
    lost = sum(one.pair_years - one.rival_after for one in with_one)
    share = lost / sum(one.pair_years for one in with_one)
    assert abs(float(found.lost.mean()) - share) < 0.003
    assert 0.0 < float(found.won.mean()) < 0.1


def test_the_pair_is_a_kind_that_the_columns_know() -> None:
    one = rates.kind(STATED, rival=1, asymmetry=2)
    assert one.at_risk("pledge")
    assert one.at_risk("rivalry")
    assert rates.replaced(one, state=2).at_risk("pledge_end")
    assert not replace(one, state=2).at_risk("pledge")


def test_every_year_has_an_era_and_no_other_has() -> None:
    years = [year for era in STATED.era for year in range(era.first, era.last + 1)]
    assert years == list(range(1816, 2026))
    with pytest.raises(ValueError, match="1815"):
        STATED.era_of(1815)
