from collections.abc import Callable
from typing import Any

import numpy as np

from ..checks.arguments import check_functions, checked
from ..checks.numbers import check_count
from .encoded import encoded, in_blocks, joined


@checked
def factor_vae_score(
    encode: Callable[[Any], Any],
    draw_alike: Callable[[int | None, int, np.random.Generator], Any],
    num_factors: int,
    batch_size: int = 64,
    num_train: int = 10_000,
    num_test: int = 5_000,
    num_variance: int = 10_000,
    threshold: float = 0.05,
    seed: int = 0,
) -> float:
    """Whether the dimension that varies least tells which factor of variation was held.

        j = argmin over dimensions of  Var(z_j | v_k = c) / Var(z_j)

    is the vote of a batch of examples with one value c of factor k, k uniform. The score is the
    accuracy, on test votes, of the classifier that takes j for the factor k that most training
    votes with j were of. Dimensions whose deviation over all data is below `threshold` do not
    vote; so the scale of codes matters if small, and codes that are all dead have 0. The score is
    1 for codes that mix factors, too, if one dimension each varies less: it tells bad codes from
    good ones, not good ones from better ones.

    Args:
        encode: Function of an array of examples that gives codes `(n, latent_dim)`, such as
            `model.encode`.
        draw_alike: Function of `(k, count, generator)` that gives an array of `count` examples that
            all have one value of factor k, and else any; of any examples if k is `None`. Take
            random numbers from the `numpy.random.Generator` alone.
            `kerae.metrics.FactorDraws(x, factors).alike` is one.
        num_factors: Integer, k is below it; at least 2.
        batch_size: Integer of at least 2, how many examples make a vote.
        num_train: Integer, how many votes make the classifier.
        num_test: Integer, how many the accuracy is of.
        num_variance: Integer, how many examples Var(z_j) is of.
        threshold: Float, in the unit of the codes.
        seed: Integer.
    Returns:
        Float between 0 and 1; 1 / `num_factors` is chance.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> draws = kerae.metrics.FactorDraws(1.0 * factors, factors)
    >>> few = dict(num_train=50, num_test=20)
    >>> kerae.metrics.factor_vae_score(lambda x: x, draws.alike, draws.num_factors, **few)
    1.0

    Raises:
        ValueError: If a function gives something else.
    Reference:
        Kim and Mnih, 2018, https://arxiv.org/abs/1802.05983;
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359 (the numbers)
    """
    check_functions(encode=encode, draw_alike=draw_alike)
    check_count("num_factors", num_factors, least=2)
    check_count("batch_size", batch_size, least=2)
    check_count("num_train", num_train)
    check_count("num_test", num_test)
    check_count("num_variance", num_variance, least=2)
    check_count("seed", seed, least=0)
    generator = np.random.default_rng(seed)

    def codes_of(factors, count):
        draws = [draw_alike(factor, count, generator) for factor in factors]
        return encoded(encode, joined(draws, count, "draw_alike")).reshape(len(draws), count, -1)

    def votes(count):
        """How many of each factor (row) are for each dimension (column)."""
        table = np.zeros((num_factors, len(variance)), int)
        factors = generator.integers(num_factors, size=count)
        for some in in_blocks(factors, batch_size):
            variances = codes_of(some.tolist(), batch_size).var(axis=1, ddof=1)[:, votes_at_all]
            np.add.at(table, (some, np.argmin(variances / variance, axis=1)), 1)
        return table

    variance = _variance(codes_of, num_variance)
    votes_at_all = np.sqrt(variance) >= threshold
    variance = variance[votes_at_all]
    if not len(variance):
        return 0.0
    told = votes(num_train).argmax(axis=0)
    tested = votes(num_test)
    return float(tested[told, np.arange(len(told))].sum() / num_test)


def _variance(codes_of, count):
    """Of each dimension over any examples, encoded in blocks."""
    codes = [codes_of([None], len(some))[0] for some in in_blocks(np.empty(count), 1)]
    return np.concatenate(codes).var(axis=0, ddof=1)
