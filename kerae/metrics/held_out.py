import numpy as np

from ..checks.factors import as_codes_and_factors
from ..checks.numbers import check_count


def held_out(codes, factors, codes_test, factors_test, seed, least=1):
    """Codes and factors to learn from, and others to be tested on, checked.

    Args:
        codes, factors: What was given to learn from, and to test on too if there is nothing else:
            a third of it, drawn at random.
        codes_test, factors_test: What was given to test on, or `None` for both.
        seed: Integer.
        least: Integer, how many factors there have to be.
    Returns:
        Two pairs of codes and factors.
    Raises:
        ValueError: If one of them is none, or they do not fit each other.
    """
    check_count("seed", seed, least=0)
    codes, factors = as_codes_and_factors(codes, factors, least)
    if (codes_test is None) != (factors_test is None):
        raise ValueError(
            "Expected `codes_test` and `factors_test`, both or none. Received: "
            f"{'factors_test' if codes_test is None else 'codes_test'} alone."
        )
    if codes_test is None:
        order = np.random.default_rng(seed).permutation(len(codes))
        train, test = np.split(order, [len(codes) - len(codes) // 3])
        _check_varies(factors[train])
        return (codes[train], factors[train]), (codes[test], factors[test])
    codes_test, factors_test = as_codes_and_factors(codes_test, factors_test, suffix="_test")
    for name, test, own in (
        ("codes_test", codes_test, codes),
        ("factors_test", factors_test, factors),
    ):
        if test.shape[1] != own.shape[1]:
            raise ValueError(
                f"Expected `{name}` of {own.shape[1]} columns, as to learn from. Received: shape "
                f"{test.shape}."
            )
    return (codes, factors), (codes_test, factors_test)


def _check_varies(factors):
    if (factors == factors[0]).all(axis=0).any():
        raise ValueError(
            "Expected `factors` that vary among the two thirds to learn from too. Received: "
            "one value only of a factor among these. Give more examples, or others as "
            "`codes_test` and `factors_test`."
        )
