"""Types that signatures share; `kerae.schedules.Weight` is one more."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike as ArrayLike

Activation: TypeAlias = str | Callable[..., Any] | None  # of Keras
FilePath: TypeAlias = str | PathLike[str]
Rows: TypeAlias = np.ndarray | Sequence[Any]  # arrays, or lists, whose length counts examples
Shape: TypeAlias = Sequence[int]
Tensor: TypeAlias = Any  # of any of the backends, which share no class

if TYPE_CHECKING:
    import keras

    ModelMixin = keras.Model
else:
    ModelMixin = object  # a base of classes that are mixed into a `keras.Model`
