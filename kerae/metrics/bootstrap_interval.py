from collections.abc import Callable
from typing import Any

import numpy as np

from ..checks.arguments import check_functions, checked
from ..checks.codes import as_finite
from ..checks.numbers import check_count


@checked
def bootstrap_interval(
    metric: Callable[..., Any],
    *arrays: Any,
    paired: bool = True,
    replace: bool = True,
    level: float = 0.95,
    num_resamples: int = 200,
    seed: int = 0,
) -> Any:
    """Between which numbers a metric lies that is of other examples of the same kind.

        (quantile (1 - level) / 2, quantile (1 + level) / 2)  of  metric(rows drawn from each array)

    As many rows are drawn as there are, with replacement: the percentile bootstrap. A row that is
    drawn twice is a neighbor of itself, and may be learned from and tested on. For metrics that
    find neighbors, compare all pairs, or hold out test examples, take `replace=False`: half of the
    rows is drawn, no row twice, whose metric varies as much as that of all rows of other examples
    does; the interval is that of its deviations from their mean, around the metric of all rows.

    It holds what comes from the choice of the examples alone, not from training a model again.

    Args:
        metric: Function of the arrays that gives a number, several, or a dict of numbers.
        *arrays: Arrays, such as `codes` and `factors`, with examples along the first axis.
        paired: Boolean, whether the same rows are drawn from all arrays, as of codes and their
            factors. False for sets that have nothing to do with each other, as `real` and `made`.
        replace: Boolean.
        level: Float between 0 and 1, how often the interval should hold the number.
        num_resamples: Integer of at least 2.
        seed: Integer.
    Returns:
        Pair of floats, the lower and the upper end; a tuple of such pairs if the metric gives
        several numbers, and a dict of them if it gives a dict.

    Example:

    >>> values = np.arange(100.0)
    >>> low, high = kerae.metrics.bootstrap_interval(np.mean, values)
    >>> round(low), round(high)  # about 49.5 -+ 1.96 * 28.9 / sqrt(100)
    (44, 55)

    Raises:
        ValueError: If an array is not of finite numbers, or paired ones are not equally long.
    Reference:
        Efron and Tibshirani, 1993, An Introduction to the Bootstrap;
        Politis and Romano, 1994, https://doi.org/10.1214/aos/1176325770 (without replacement)
    """
    rows = _checked_arrays(metric, arrays, paired)
    check_count("num_resamples", num_resamples, least=2)
    check_count("seed", seed, least=0)
    if not 0 < level < 1:
        raise ValueError(f"Expected `level` between 0 and 1. Received: level={level}.")
    generator = np.random.default_rng(seed)

    def drawn():
        shared = _draw(len(rows[0]), replace, generator) if paired else None
        draws = (each[shared if paired else _draw(len(each), replace, generator)] for each in rows)
        return metric(*draws)

    whole = metric(*rows) if not replace else None
    answers = [drawn() for _ in range(num_resamples)]
    values = np.array([_numbers(answer) for answer in answers], float)
    if not replace:
        values += _numbers(whole) - values.mean(axis=0)
    ends = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    if ends.ndim == 1:
        return tuple(ends.tolist())
    pairs = [tuple(each) for each in ends.T.tolist()]
    return dict(zip(answers[0], pairs)) if isinstance(answers[0], dict) else tuple(pairs)


def _checked_arrays(metric, arrays, paired):
    check_functions(metric=metric)
    rows = [as_finite(each, "arrays") for each in arrays]
    if not rows or min(map(len, rows)) < 2:
        shapes = [each.shape for each in rows]
        raise ValueError(f"Expected `arrays` of at least 2 rows each. Received: shapes {shapes}.")
    if paired and len({len(each) for each in rows}) > 1:
        raise ValueError(
            "Expected `arrays` with as many rows each. Received: "
            f"{[len(each) for each in rows]} rows. Take `paired=False` for sets that have nothing "
            "to do with each other."
        )
    return rows


def _draw(count, replace, generator):
    if replace:
        return generator.integers(count, size=count)
    return generator.permutation(count)[: count // 2]


def _numbers(answer):
    return np.asarray(list(answer.values()) if isinstance(answer, dict) else answer, float)
