import numpy as np

GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def lots(numbers: np.ndarray, seed: int) -> np.ndarray:
    """Random numbers in [0, 1), the same for the same integer and seed in whatever order they come.

    By the mixing function of SplitMix64, Steele et al., 2014,
    https://doi.org/10.1145/2660193.2660195

    Args:
        numbers: Integer array.
        seed: Integer.
    """
    mixed = numbers.astype("uint64") + np.uint64((seed + 1) * GOLDEN % 2**64)
    for shift, factor in ((30, FIRST), (27, SECOND)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype("float64") / 2**53
