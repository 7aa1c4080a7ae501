from collections.abc import Callable
from typing import Any

import numpy as np

from ..checks.arguments import check_functions, checked
from ..checks.extras import require
from ..checks.numbers import check_count
from .encoded import encoded, in_blocks, joined
from .linear_probe import linear_probe


@checked
def beta_vae_score(
    encode: Callable[[Any], Any],
    draw_pairs: Callable[[int, int, np.random.Generator], Any],
    num_factors: int,
    batch_size: int = 64,
    num_train: int = 10_000,
    num_test: int = 5_000,
    seed: int = 0,
) -> float:
    """Whether the dimension that does not move tells which factor of variation did not.

        d = mean over pairs of |z - z'|,     the two of each pair with the same value of factor k

    The score is the accuracy, on test points, of a linear classifier that tells k from d; k is
    uniform. The classifier is scikit-learn's logistic regression, with its default penalty, and so
    the scale of codes matters. The score is 1 for codes that mix factors, too, if one dimension
    each moves less: it tells bad codes from good ones, not good ones from better ones.

    Args:
        encode: Function of an array of examples that gives codes `(n, latent_dim)`, such as
            `model.encode`.
        draw_pairs: Function of `(k, count, generator)` that gives two arrays of `count` examples:
            the i-th of both have the same value of factor k, and else any. Take random numbers from
            the `numpy.random.Generator` alone. `kerae.metrics.FactorDraws(x, factors).pairs` is
            one.
        num_factors: Integer, k is below it; at least 2.
        batch_size: Integer, how many pairs make a point.
        num_train: Integer, how many points the classifier learns from.
        num_test: Integer, how many the accuracy is of.
        seed: Integer.
    Returns:
        Float between 0 and 1; 1 / `num_factors` is chance.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> draws = kerae.metrics.FactorDraws(1.0 * factors, factors)
    >>> few = dict(num_train=50, num_test=20)
    >>> kerae.metrics.beta_vae_score(lambda x: x, draws.pairs, draws.num_factors, **few)
    1.0

    Raises:
        ValueError: If a function gives something else.
    Reference:
        Higgins et al., 2017, https://openreview.net/forum?id=Sy2fzU9gl;
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359 (the numbers)
    """
    require("kerae.metrics.beta_vae_score", "analysis", "sklearn", "threadpoolctl")
    check_functions(encode=encode, draw_pairs=draw_pairs)
    check_count("num_factors", num_factors, least=2)
    check_count("batch_size", batch_size)
    check_count("num_train", num_train, least=2)
    check_count("num_test", num_test)
    check_count("seed", seed, least=0)
    generator = np.random.default_rng(seed)
    sets = []
    for count in (num_train, num_test):
        factors = generator.integers(num_factors, size=count)
        sets.append((_differences(encode, draw_pairs, factors, batch_size, generator), factors))
    if len(np.unique(sets[0][1])) < 2:
        raise ValueError(
            "Expected `num_train` points of at least two factors. Received: of one alone among "
            f"{num_train}. Take more."
        )
    return float(linear_probe(*sets[0], standardized=False).score(*sets[1]))


def _differences(encode, draw_pairs, factors, batch_size, generator):
    """One point a factor: how far each dimension moves on average in pairs that share it."""
    points = []
    for some in in_blocks(factors, batch_size):
        pairs = [draw_pairs(int(factor), batch_size, generator) for factor in some]
        first, second = (
            encoded(encode, joined([pair[side] for pair in pairs], batch_size, "draw_pairs"))
            for side in range(2)
        )
        moved = np.abs(first - second).reshape(len(some), batch_size, -1)
        points.append(moved.mean(axis=1))
    return np.concatenate(points)
