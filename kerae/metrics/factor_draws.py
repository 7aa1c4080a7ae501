import numpy as np

from ..checks.codes import as_finite
from ..checks.factors import as_codes_and_factors
from ..checks.types import Rows


class FactorDraws:
    """Draws examples by their factors of variation, from those that there are.

    Its methods are what `kerae.metrics.beta_vae_score` and `kerae.metrics.factor_vae_score` take,
    for any data with known factors; or for codes, with `lambda z: z` as `encode`.

    Args:
        x: Array `(n, ...)`, the examples.
        factors: Integer array `(n, num_factors)`, the number of the value of each.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> draws = kerae.metrics.FactorDraws(10 * factors, factors)
    >>> first, second = draws.pairs(1, 64, np.random.default_rng(0))
    >>> bool((first[:, 1] == second[:, 1]).all()), bool((first[:, 0] == second[:, 0]).all())
    (True, False)

    Raises:
        ValueError: If there is not one row of factors for each example, or a factor does not vary.
    """

    def __init__(self, x: Rows, factors: Rows):
        self._x = as_finite(x, "x")
        _, factors = as_codes_and_factors(np.zeros((len(self._x), 1)), factors)
        numbered = [np.unique(v, return_inverse=True, return_counts=True)[1:] for v in factors.T]
        # Of each factor: the examples in the order of its values, and of each example the first
        # place there of those with its value, and their number.
        self._orders = [np.argsort(values, kind="stable") for values, _ in numbered]
        self._starts = [(np.cumsum(counts) - counts)[values] for values, counts in numbered]
        self._counts = [counts[values] for values, counts in numbered]
        self.num_factors = factors.shape[1]

    def pairs(
        self, factor: int, count: int, generator: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of examples: the two of a pair have the same value of a factor.

        Args:
            factor: Integer, its column.
            count: Integer, how many pairs.
            generator: `numpy.random.Generator`.
        Returns:
            Two arrays `(count, ...)`.
        """
        first = generator.integers(len(self._x), size=count)
        return self._x[first], self._x[self._sharing(factor, first, generator)]

    def alike(self, factor: int | None, count: int, generator: np.random.Generator) -> np.ndarray:
        """Examples that all have one value of a factor.

        Args:
            factor: Integer, its column; or `None` for any examples.
            count: Integer, how many examples.
            generator: `numpy.random.Generator`.
        Returns:
            Array `(count, ...)`.
        """
        if factor is None:
            return self._x[generator.integers(len(self._x), size=count)]
        first = np.full(count, generator.integers(len(self._x)))
        return self._x[self._sharing(factor, first, generator)]

    def _sharing(self, factor, first, generator):
        """For each of these examples one with the same value of the factor."""
        steps = generator.integers(self._counts[factor][first])
        return self._orders[factor][self._starts[factor][first] + steps]
