"""What a number has to be that is given as an argument."""

import math
from numbers import Integral, Real
from typing import Any

from .short import short


def check_count(name: str, value: Any, least: int = 1) -> None:
    """Raises a `ValueError` unless `value` is an integer of at least `least`."""
    if not is_integer(value) or value < least:
        raise ValueError(
            f"Expected an integer as `{name}` of at least {least}. Received: {short(value)}"
        )


def check_number(name: str, value: Any) -> None:
    """Raises a `ValueError` unless `value` is a finite number."""
    if not is_number(value):
        raise ValueError(f"Expected `{name}` to be a finite number. Received: {short(value)}")


def check_positive(name: str, value: Any) -> None:
    """Raises a `ValueError` unless `value` is a finite number above 0."""
    if not is_number(value) or value <= 0:
        raise ValueError(
            f"Expected `{name}` to be positive, and finite. Received: {name}={short(value)}"
        )


def is_integer(value: Any) -> bool:
    """Whether it is an integer, of Python or of NumPy, and no boolean."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether it is a finite number, of Python or of NumPy, and no boolean."""
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and math.isfinite(value)  # pyright: ignore[reportArgumentType]
