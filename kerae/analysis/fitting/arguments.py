"""The seed of a method, as analysis reads it."""

import inspect
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

import numpy as np

from ...checks.codes import as_codes
from ...checks.given import as_array
from ...checks.types import ArrayLike


def as_seed(seed: int | None) -> int | None:
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


LARGEST = 1e18


def as_float32(z: np.ndarray) -> np.ndarray:
    """Codes in the precision that libraries compute in.

    Raises:
        ValueError: If numbers are so large that squares of distances are not finite.
    """
    largest = float(np.abs(z).max())
    if largest > LARGEST:
        raise ValueError(
            f"Expected codes up to {LARGEST:g}, as distances are squared. "
            f"Received: {largest:.3g}. Scale them, or look why the model gives such codes."
        )
    return z.astype("float32", copy=False)


def as_new_codes(z: ArrayLike, latent_dim: int | None) -> np.ndarray:
    """Codes for what was fitted to others, checked; one is enough.

    Raises:
        ValueError: If they have other dimensions or are not finite.
    """
    z = as_array(z, "z")
    if z.ndim != 2 or len(z) == 0 or z.shape[1] != latent_dim:
        raise ValueError(
            f"Expected codes of shape (m, {latent_dim}), as those that the method was fitted to. "
            f"Received: shape {z.shape}."
        )
    return as_codes(np.repeat(z, 2, axis=0))[:1] if len(z) == 1 else as_codes(z)


def bounded_neighbors(
    method: str, name: str, default: float, most: float, n: int, parameters: dict
) -> tuple[dict[str, Any], list[str]]:
    """The default number of neighbors, lowered where there are fewer, with a note of it.

    Args:
        method: String, what users call it.
        name: String, the argument's name, such as `"perplexity"`.
        default: Number.
        most: Number, the largest that `n` examples allow.
        n: Integer, the number of examples.
        parameters: Dict, the arguments that users gave.
    Returns:
        Dict of the argument, empty where the default can stay or users gave it; list of notes.
    Raises:
        ValueError: If users gave more than `most`.
    """
    given = parameters.get(name)
    if isinstance(given, Real) and given > most:  # pyright: ignore[reportOperatorIssue]
        raise ValueError(
            f'Expected `{name}` of at most {most:g} for "{method}" of {n} codes. '
            f"Received: {given}. Give a lower one or more codes."
        )
    if name in parameters or default <= most:
        return {}, []
    return {name: most}, [
        f"{name} is lowered from {default} to {most:.3g}, as there are {n} codes."
    ]


@contextmanager
def explaining_arguments(method: str, parameters: dict):
    """Raises what a library raises as a `ValueError` that names the arguments of the user.

    Args:
        method: String, what users call it.
        parameters: Dict, the arguments that users gave; without any, errors stay as they are.
    """
    try:
        yield
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        if not parameters:
            raise
        given = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        raise ValueError(
            f'Expected arguments that "{method}" can work with. Received: {given}, '
            f"of which the library says: {error}"
        ) from error


def library_object(
    method: str, library_class: type, defaults: dict, parameters: dict, settings: dict
):
    """An object of a library, with what users gave in place of what kerae gives by default.

    Args:
        method: String, what users call it.
        library_class: Class of the library.
        defaults: Dict, the arguments that kerae gives where users do not.
        parameters: Dict, the arguments that users gave.
        settings: Dict, the arguments that users cannot give.
    Raises:
        ValueError: If the class has no such argument, with those it has.
    """
    own = inspect.signature(library_class).parameters
    unknown = [name for name in parameters if name in settings or name not in own]
    if unknown:
        taken = ", ".join(sorted(own.keys() - settings.keys()))
        advice = " The random state is given as `seed`." if "random_state" in unknown else ""
        raise ValueError(
            f'Expected arguments that "{method}" takes: {taken}. '
            f"Received: {', '.join(unknown)}.{advice}"
        )
    with explaining_arguments(method, parameters):
        return library_class(**{**defaults, **parameters, **settings})
