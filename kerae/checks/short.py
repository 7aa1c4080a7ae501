"""How an error tells what was given."""

from typing import Any

LONGEST = 80  # letters


def short(value: Any) -> str:
    """The value as Python writes it, or, where that is long, what it is.

    >>> short("mnist"), short(list(range(100)))
    ("'mnist'", 'a list')
    """
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"a {type(value).__name__} of shape {tuple(shape)}"
    text = repr(value)
    return text if len(text) <= LONGEST and "\n" not in text else f"a {type(value).__name__}"
