import reprlib
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class ShortRepr:
    """A dataclass that is printed in a few lines, whatever it holds: of arrays the dtype and shape.

    Fields with `repr=False` are left out.
    """

    def __repr__(self) -> str:
        return _by_fields(self)


def _by_fields(instance: Any) -> str:
    shown = (field.name for field in fields(instance) if field.repr)
    told = (f"{name}={_short(getattr(instance, name))}" for name in shown)
    return f"{type(instance).__name__}({', '.join(told)})"


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}"
    if is_dataclass(value):
        return _by_fields(value)
    if isinstance(value, dict):
        return f"<{len(value)} entries>"
    if isinstance(value, str | int | float | tuple | None):
        return reprlib.repr(value)
    return f"<{type(value).__name__}>"
