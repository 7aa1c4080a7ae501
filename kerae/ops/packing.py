"""Several arrays of each example in one: where they lie in it, and which of them are there."""

import math
from typing import Any

import numpy as np
from keras import ops

from ..checks.arrays import check_array
from ..checks.given import as_array
from ..checks.parts import checked_shape
from ..checks.short import short
from ..checks.types import Tensor


class Packing:
    """Modalities in one array: their numbers one after the other, then a flag for each.

    A flag above 1/2 says that the modality is there.

    Args:
        modalities: Dict of the shape of one example of each modality, by its name.
    Raises:
        ValueError: If it is no dict of at least two names and shapes.
    """

    def __init__(self, modalities: Any) -> None:
        if not isinstance(modalities, dict) or len(modalities) < 2:
            raise ValueError(
                "Expected `modalities` to be a dict of at least two names and shapes, such as "
                f'{{"image": (28, 28, 1), "label": (10,)}}. Received: {short(modalities)}.'
            )
        check_names("modalities", modalities, modalities)
        self.shapes = {
            name: checked_shape(f"modalities[{name!r}]", shape)
            for name, shape in modalities.items()
        }
        self.sizes = [math.prod(shape) for shape in self.shapes.values()]
        self.num_values = sum(self.sizes)
        self.size = self.num_values + len(self.shapes)

    @property
    def starts(self) -> list[int]:
        """The column of the first number of each modality."""
        return [sum(self.sizes[:index]) for index in range(len(self.sizes))]

    def columns(self, packed: Any) -> list[Any]:
        """The numbers of each modality, `(n, size)`, of an array or a tensor."""
        return [packed[:, first : first + size] for first, size in zip(self.starts, self.sizes)]

    def flags(self, packed: Any) -> Any:
        """The flags `(n, modalities)` of an array or a tensor."""
        return packed[:, self.num_values :]

    def pack(self, examples: Any) -> np.ndarray:
        """As `kerae.MultimodalVAE.pack`."""
        if not isinstance(examples, dict):
            raise ValueError(
                f"Expected `examples` to be a dict of arrays. Received: {short(examples)}."
            )
        check_names("examples", examples, self.shapes)
        given = {name: as_array(x, name) for name, x in examples.items() if x is not None}
        lengths = {name: len(x) for name, x in given.items() if x.ndim > 0}
        if len(set(lengths.values())) != 1:
            raise ValueError(
                "Expected at least one modality, and as many examples of each that is given. "
                f"Received: {lengths}. Give what is missing as None, or as rows of NaN."
            )
        columns, flags = [], []
        count = next(iter(lengths.values()))
        for name, shape in self.shapes.items():
            x = given.get(name, np.full((count, *shape), np.nan, "float32"))
            x = x.astype("float32", copy=False)
            missing = np.all(np.isnan(x).reshape(count, -1), axis=1)
            x = np.where(missing.reshape(-1, *[1] * (x.ndim - 1)), np.float32(0), x)
            check_array(x, shape, name)
            columns.append(x.reshape(count, -1))
            flags.append(~missing[:, None])
        return np.concatenate([*columns, *flags], axis=1, dtype="float32")

    def unpack(self, packed: Any) -> dict[str, np.ndarray]:
        """As `kerae.MultimodalVAE.unpack`."""
        packed = as_array(packed, "packed")
        check_array(packed, (self.size,), "packed")
        there = np.asarray(self.flags(packed) > 0.5)
        return {
            name: np.where(there[:, index, None], columns, np.nan).reshape(-1, *shape)
            for index, ((name, shape), columns) in enumerate(
                zip(self.shapes.items(), self.columns(packed))
            )
        }


def presence(flags: Tensor) -> Tensor:
    """1 where a flag says that a modality is there, else 0."""
    return ops.cast(flags > 0.5, flags.dtype)


def check_names(argument: str, given: Any, modalities: Any) -> None:
    """Checks what is given for some of the modalities: a dict by their names, or `None`.

    Raises:
        ValueError: If it is not.
    """
    names = list(modalities)
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"Expected names of `{argument}` that are strings. Received: {names}.")
    if given is None:
        return
    if not isinstance(given, dict):
        raise ValueError(
            f"Expected `{argument}` to be a dict by the names of modalities. Received: "
            f"{short(given)}."
        )
    unknown = [name for name in given if name not in names]
    if unknown:
        raise ValueError(
            f"Expected `{argument}` to have names of the modalities, {names}. Received: "
            f"{unknown}. Correct them, or leave them out."
        )
