"""The shares of a change: they add up, ask for no order, and are what all orders say."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from numpy.random import default_rng

from forecaster.model import shapley
from forecaster.model.basis import Array
from forecaster.model.shapley import Game, split

N = 800
GROUPS = 16


def game(players: int, *, strength: float = 1.0, together: bool = False) -> Game:
    """Players that pull at two hidden things, of which the value is made; far from additive."""
    rng = default_rng(1)
    hidden = rng.standard_normal((2, N))
    value = 1.0 / (1.0 + np.exp(2.0 - hidden[0] - 0.5 * hidden[1]))
    gains = 0.4 * rng.standard_normal((players, 2)) @ hidden
    gains -= 0.2 * rng.random((players, 2)) @ hidden**2
    both = {(0, 1): -0.3 * hidden[0] * hidden[1]} if together else {}
    return Game(value, 0.1 * hidden[1], strength * gains, both)


def odds(given: Game, inside: tuple[int, ...]) -> float:
    weights = given.base + given.gains[list(inside)].sum(axis=0)
    for pair, more in given.together.items():
        if set(pair) <= set(inside):
            weights = weights + more
    weights = np.exp(weights)
    mean = float(weights @ given.value / weights.sum())
    return float(np.log(mean / (1.0 - mean)))


def by_every_order(given: Game) -> Array:
    """The definition, written down: the mean over all orders of what each adds."""
    players = range(len(given.gains))
    total = np.zeros(len(given.gains))
    orders = list(permutations(players))
    for order in orders:
        for place, player in enumerate(order):
            total[player] += odds(given, order[: place + 1]) - odds(given, order[:place])
    return total / len(orders)


@pytest.mark.parametrize("pairs", [{"together": False}, {"together": True}])
def test_few_players_are_shared_out_as_the_definition_says(pairs: dict[str, bool]) -> None:
    given = game(5, **pairs)
    np.testing.assert_allclose(split(given, groups=GROUPS).share, by_every_order(given), atol=1e-12)


@pytest.mark.parametrize("pairs", [{"together": False}, {"together": True}])
def test_drawn_orders_come_to_the_same(pairs: dict[str, bool]) -> None:
    given = game(9, strength=0.3, **pairs)
    exact = split(given, groups=GROUPS)
    found, error = shapley.sampled(given, GROUPS, default_rng(3))

    assert (error < shapley.CLOSE_ENOUGH).all()
    np.testing.assert_allclose(found[0], exact.share, atol=4.0 * shapley.CLOSE_ENOUGH)
    np.testing.assert_allclose(found[1:], exact.replicates, atol=4.0 * shapley.CLOSE_ENOUGH)


def test_what_drawn_orders_leave_open_is_told() -> None:
    """Players that pull hard at each other: orders differ more than there is time to even out."""
    given = game(9)
    found, error = shapley.sampled(given, GROUPS, default_rng(3))

    assert error.max() > shapley.CLOSE_ENOUGH
    off = (found[0] - split(given, groups=GROUPS).share) / error
    assert (np.abs(off) < 4.0).all()


@pytest.mark.parametrize("players", [1, 4, 13, 30])
def test_shares_add_up_to_the_change(players: int) -> None:
    given = game(players, together=players > 1)
    found = split(given, groups=GROUPS, seed=5)

    assert found.before == pytest.approx(odds(given, ()), abs=1e-12)
    assert found.after == pytest.approx(odds(given, tuple(range(players))), abs=1e-12)
    assert found.share.sum() == pytest.approx(found.after - found.before, abs=1e-11)
    np.testing.assert_allclose(
        found.replicates.sum(axis=1), found.ends[:, 1] - found.ends[:, 0], atol=1e-11
    )


@pytest.mark.parametrize("players", [3, 12])
def test_who_changes_nothing_has_no_share(players: int) -> None:
    given = game(players)
    given.gains[1] = 0.25  # the same for every draw
    share = split(given, groups=GROUPS).share[1]
    assert share == pytest.approx(0.0, abs=1e-12)


def test_equals_have_equal_shares() -> None:
    given = game(4)
    given.gains[3] = given.gains[0]
    found = split(given, groups=GROUPS).share
    assert found[3] == pytest.approx(found[0], abs=1e-12)


def test_nobody_came() -> None:
    found = split(game(0), groups=GROUPS)
    assert (len(found.share), found.before) == (0, found.after)


def test_far_weights_do_not_overflow() -> None:
    given = game(12)
    found = split(Game(given.value, given.base, 400.0 * given.gains), groups=GROUPS)
    assert np.isfinite(found.share).all()


def test_the_same_seed_gives_the_same_shares() -> None:
    one, again, other = (split(game(20), groups=GROUPS, seed=seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one.share, again.share)
    assert not np.array_equal(one.share, other.share)


def test_intervals_cover_what_many_draws_say() -> None:
    """90 % intervals from small samples hold the shares of a large one about as often."""
    large = split(_drawn(200_000, 0), groups=20).share
    hits = []
    for seed in range(1, 101):
        found = split(_drawn(1000, seed), groups=20)
        hits.append(np.abs(found.share - large) < 1.645 * found.spread())
    assert 0.82 < np.mean(hits) < 0.97


def _drawn(n: int, seed: int) -> Game:
    """Independent draws of one world: gains are fixed functions of what is drawn."""
    hidden = default_rng([seed, 1]).standard_normal((2, n))
    value = 1.0 / (1.0 + np.exp(2.0 - hidden[0]))
    gains = np.stack([0.3 * hidden[0], -0.2 * hidden[0] + 0.3 * hidden[1], -0.3 * hidden[1] ** 2])
    return Game(value, np.zeros(n), gains)


def test_groups_are_of_one_chain_each() -> None:
    assert shapley.chain_groups(4, 1000) == 32
    assert shapley.chain_groups(4, 300) == 24
    assert shapley.chain_groups(2, 7) == 14
    with pytest.raises(ValueError, match="800 draws do not make 7 groups"):
        split(game(2), groups=7)
