"""A change of log-odds, shared out among what caused it, by Shapley values over weighted draws.

Each player multiplies the weights of the draws. A player's share is what its coming adds to the
log-odds of the weighted mean, averaged over every order in which the players could have come: of
all ways to share out the whole it is the one in which no order is preferred and nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import factorial

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from forecaster.model.basis import Array

EXACT = 10  # players up to which every coalition is looked at
PAIRS = (24, 400)  # of orders and their reverses: at least, at most
ROUND = 8
NOTHING = 1e-9  # a share of the weights
CLOSE_ENOUGH = 1e-3  # log-odds: the error that the choice of orders may leave


@dataclass(frozen=True)
class Game:
    """What is shared out.

    Attributes
    ----------
    value : array (sample,)
        The probability in each draw.
    base : array (sample,)
        Log weights before any player comes.
    gains : array (player, sample)
        What each adds to the log weights.
    together : dict
        For two players that touch the same thing: what both add beyond the sum of each alone.
    """

    value: Array
    base: Array
    gains: Array
    together: Mapping[tuple[int, int], Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Shares:
    """Log-odds by player; ``replicates`` (group, player) leave out one group of draws each.

    ``error`` (player,) is what the choice of orders leaves open, none where all were looked at;
    ``before`` and ``after`` are the log-odds without and with all players, ``ends`` (group, 2) the
    same with a group left out.
    """

    share: Array
    replicates: Array
    error: Array
    before: float
    after: float
    ends: Array

    def spread(self) -> Array:
        """Monte Carlo standard deviation of every share."""
        return np.sqrt(jackknife(self.replicates) ** 2 + self.error**2)


def jackknife(replicates: Array) -> Array:
    """Standard deviation of a statistic from its values with one group left out (first axis)."""
    n = len(replicates)
    off = replicates - replicates.mean(axis=0)
    return np.asarray(np.sqrt((n - 1) / n * np.sum(off**2, axis=0)))


def log_odds(value: Array, log_weights: Array, groups: int) -> Array:
    """Log-odds of weighted means: (..., 1 + group), the whole first, then each group left out.

    ``log_weights`` (..., sample); groups are neighbours, since neighbours in a chain are alike.
    """
    weights = log_weights - log_weights.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    weights = weights.reshape(*weights.shape[:-1], groups, -1)
    total = weights.sum(axis=-1)
    hit = np.einsum("...gs,gs->...g", weights, value.reshape(groups, -1))
    a, b = hit.sum(axis=-1, keepdims=True), total.sum(axis=-1, keepdims=True)
    hit, total = np.concatenate([a, a - hit], axis=-1), np.concatenate([b, b - total], axis=-1)
    # Where one group has all the weight the others know nothing: they say what unweighted draws do.
    mean = np.full_like(total, value.mean())
    np.divide(hit, total, out=mean, where=total > NOTHING * b)
    mean = np.clip(mean, value.min(), value.max())
    return np.asarray(np.log(mean) - np.log1p(-mean))


def split(game: Game, *, groups: int, seed: int = 0) -> Shares:
    """Share out the whole; exactly for few players, else over orders drawn with a seed.

    Every order is taken with its reverse, which takes away most of what orders differ by, until
    ``CLOSE_ENOUGH``.

    Raises
    ------
    ValueError
        If the draws cannot be cut into that many groups of one size.
    """
    n_players, n = game.gains.shape
    if groups < 2 or n % groups:
        raise ValueError(f"{n} draws do not make {groups} groups of one size")
    found, error = (
        _exact(game, groups) if n_players <= EXACT else sampled(game, groups, default_rng(seed))
    )
    everyone = game.base + game.gains.sum(axis=0) + sum(game.together.values())
    ends = log_odds(game.value, np.stack([game.base, everyone]), groups)
    before, after = (float(end) for end in ends[:, 0])
    return Shares(found[0], found[1:], error, before, after, ends[:, 1:].T)


def _exact(game: Game, groups: int) -> tuple[Array, Array]:
    """All coalitions, by their bits."""
    n = len(game.gains)
    values = np.empty((2**n, 1 + groups))
    for coalition in range(2**n):
        inside = [k for k in range(n) if coalition >> k & 1]
        log_weights = game.base + game.gains[inside].sum(axis=0)
        for pair, more in game.together.items():
            if set(pair) <= set(inside):
                log_weights = log_weights + more
        values[coalition] = log_odds(game.value, log_weights, groups)
    share = np.zeros((1 + groups, n))
    for coalition in range(2**n):
        size = coalition.bit_count()
        for k in range(n):
            if not coalition >> k & 1:
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                share[:, k] += weight * (values[coalition | 1 << k] - values[coalition])
    return share, np.zeros(n)


def sampled(game: Game, groups: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """The same over drawn orders, and the error that this leaves; for any number of players."""
    n = len(game.gains)
    total = np.zeros((1 + groups, n))
    pairs: list[Array] = []
    for count in range(1, PAIRS[1] + 1):
        order = rng.permutation(n)
        both = _walk(game, order, groups) + _walk(game, order[::-1], groups)
        total += both
        pairs.append(0.5 * both[0])
        if count >= PAIRS[0] and count % ROUND == 0 and _error(pairs).max() < CLOSE_ENOUGH:
            break
    return total / (2 * len(pairs)), _error(pairs)


def _error(pairs: Sequence[Array]) -> Array:
    return np.asarray(np.std(pairs, axis=0, ddof=1) / np.sqrt(len(pairs)))


def _walk(game: Game, order: NDArray[np.int64], groups: int) -> Array:
    """What each player adds when they come in this order, shape (1 + group, player)."""
    steps = np.vstack([game.base[None], game.gains[order]])
    for place, pair in _meetings(game, order):
        steps[1 + place] += game.together[pair]
    for before, after in pairwise(steps):  # NumPy's own running sum takes five times as long
        np.add(before, after, out=after)
    added = np.diff(log_odds(game.value, steps, groups), axis=0)
    shares = np.empty_like(added)
    shares[order] = added
    return shares.T


def _meetings(game: Game, order: NDArray[np.int64]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Where in an order the second of each pair comes."""
    place = np.argsort(order)
    for pair in game.together:
        yield int(max(place[list(pair)])), pair


def chain_groups(chains: int, draws: int, wanted: int = 8) -> int:
    """Into how many groups of neighbours draws are cut, none of them across two chains."""
    fitting = [k for k in range(1, wanted + 1) if draws % k == 0]
    return chains * max(fitting)
