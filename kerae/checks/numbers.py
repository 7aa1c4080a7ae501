"""What a number has to be that is given as an argument."""

import math
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, get_args

# In the order in which a message tells them.
KINDS = {int: "an integer", float: "a finite number", bool: "a boolean", str: "a string"}


def check_count(name: str, value: Any, least: int = 1) -> None:
    """Raises a `ValueError` unless `value` is an integer of at least `least`."""
    if not _is_of(value, int) or value < least:
        raise ValueError(
            f"Expected an integer as `{name}` of at least {least}. Received: {value!r}"
        )


def check_number(name: str, value: Any) -> None:
    """Raises a `ValueError` unless `value` is a finite number."""
    if not _is_of(value, float):
        raise ValueError(f"Expected `{name}` to be a finite number. Received: {value!r}")


def check_positive(name: str, value: Any) -> None:
    """Raises a `ValueError` unless `value` is a finite number above 0."""
    if not _is_of(value, float) or value <= 0:
        raise ValueError(
            f"Expected `{name}` to be positive, and finite. Received: {name}={value!r}"
        )


def check_annotated(owner: str, name: str, annotation: Any, value: Any) -> None:
    """Checks an argument whose annotation says that it is a number, a boolean or a string.

    Args:
        owner: String, what takes the argument.
        name: String, the argument.
        annotation: Its annotation; one that names other things than these, `None` and classes of
            which one alternative is a number is not looked at.
        value: What was given.
    Raises:
        ValueError: If it is of no such kind, or a number that is not finite.
    """
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    if not any(kind in KINDS for kind in kinds) or not all(isinstance(k, type) for k in kinds):
        return
    if any(_is_of(value, kind) for kind in kinds):
        return
    names = [KINDS[kind] for kind in KINDS if kind in kinds]
    names += [f"a {k.__name__}" for k in kinds if k not in KINDS and k is not NoneType]
    names += ["None"] * (NoneType in kinds)
    raise ValueError(
        f"Expected `{name}` of {owner} to be {' or '.join(names)}. Received: {name}={value!r}."
    )


def _is_of(value, kind):
    if kind is int:
        return isinstance(value, Integral) and not isinstance(value, bool)
    if kind is float:
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        return is_number and math.isfinite(value)  # pyright: ignore[reportArgumentType]
    return isinstance(value, kind)
