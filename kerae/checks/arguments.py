"""Arguments, looked at by their annotations, and by their choices, before anything is computed."""

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from os import PathLike
from types import NoneType, UnionType
from typing import Any, ParamSpec, TypeVar, get_args

from .numbers import is_integer, is_number
from .short import short

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a public function refuse arguments that are not what their annotations say.

    Example:

    >>> @checked
    ... def doubled(count: int) -> int:
    ...     return 2 * count
    >>> doubled(1.5)
    Traceback (most recent call last):
    ValueError: Expected `count` of doubled() to be an integer. Received: count=1.5.
    """
    signature = inspect.signature(function)
    made, is_constructor, _ = function.__qualname__.rpartition(".__init__")
    owner = made if is_constructor else f"{function.__name__}()"

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        check_call(owner, signature, args, kwargs)
        return function(*args, **kwargs)

    return call


def check_call(owner: str, signature: inspect.Signature, args: tuple, kwargs: dict) -> None:
    """Checks by `check_annotated` what a function, or a class, is called with.

    Arguments that it does not have, or lacks, are left to Python, which says so itself.
    """
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return
    for name, value in given.items():
        check_annotated(owner, name, signature.parameters[name].annotation, value)


def check_annotated(owner: str, name: str, annotation: Any, value: Any) -> None:
    """Checks an argument whose annotation says what can be told at a glance.

    That are the kinds of `KINDS`, `None`, and classes beside one of these. An annotation that names
    anything else is not looked at.

    Args:
        owner: String, what takes the argument.
        name: String, the argument.
        annotation: Its annotation.
        value: What was given.
    Raises:
        ValueError: If it is of no such kind, or a number that is not finite.
    """
    kinds = _alternatives(annotation)
    classes = [kind for kind in kinds if kind not in KINDS and isinstance(kind, type)]
    told = [KINDS[kind] for kind in KINDS if kind in kinds]
    if not told or len(told) + len(classes) < len(kinds):
        return
    if isinstance(value, tuple(classes)) or any(holds(value) for _, holds in told):
        return
    names = [name for name, _ in told]
    names += [f"of the class {each.__name__}" for each in classes if each is not NoneType]
    names += ["None"] * (NoneType in classes)
    raise ValueError(
        f"Expected `{name}` of {owner} to be {' or '.join(names)}. Received: {name}={short(value)}."
    )


def check_choice(name: str, value: Any, choices: Iterable[str]) -> None:
    """Raises a `ValueError` unless `value` is one of the strings."""
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"Expected `{name}` to be one of {choices}. Received: {short(value)}.")


def check_functions(**functions: Any) -> None:
    """Raises a `ValueError` if one of these arguments, by name, cannot be called."""
    for name, function in functions.items():
        if not callable(function):
            raise ValueError(
                f"Expected `{name}` to be a function. Received: {type(function).__name__}."
            )


def _alternatives(annotation):
    if isinstance(annotation, str):  # of classes that type checkers alone import
        return [NoneType if name == "None" else name for name in annotation.split(" | ")]
    return get_args(annotation) if isinstance(annotation, UnionType) else [annotation]


def _is(*kinds):
    return lambda value: isinstance(value, kinds)


def _is_boolean(value):
    # Also NumPy's, which need not be imported to tell.
    return type(value).__name__ in ("bool", "bool_")


def _is_named(name):
    return lambda value: any(each.__name__ == name for each in type(value).__mro__)


def _are_strings(value):
    is_one = isinstance(value, str) or getattr(value, "shape", None) == ()
    several = isinstance(value, Collection) and not is_one
    return several and all(isinstance(each, str) for each in value)


# In the order in which a message tells them.
KINDS: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    int: ("an integer", is_integer),
    float: ("a finite number", is_number),
    bool: ("a boolean", _is_boolean),
    str: ("a string", _is(str)),
    PathLike[str]: ("a path", _is(PathLike)),
    dict: ("a dict", _is(dict)),
    Sequence[str]: ("a sequence of strings", _are_strings),
    tuple[str, str]: ("a pair of strings", lambda value: _are_strings(value) and len(value) == 2),
    "Autoencoder": ("a kerae.Autoencoder", _is_named("Autoencoder")),
    "Examination": ("a kerae.analysis.Examination", _is_named("Examination")),
}
