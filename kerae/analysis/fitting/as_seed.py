"""The seed of a method, as analysis reads it."""

from numbers import Integral


def as_seed(seed):
    """The seed as a Python integer, which every library takes, or `None`.

    Raises:
        ValueError: If it is another thing, or not from 0 to 2^31 - 1.
    """
    if seed is None:
        return None
    if not isinstance(seed, Integral) or isinstance(seed, bool) or not 0 <= seed < 2**31:
        raise ValueError(
            "Expected `seed` to be an integer from 0 to 2^31 - 1, or `None` for another result "
            f"at each call. Received: {seed!r}."
        )
    return int(seed)
