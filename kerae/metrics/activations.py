"""Activations of features, of more examples than fit into memory, a block at a time."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..checks.arrays import check_finite
from ..checks.given import as_array, is_array
from ..checks.types import ArrayLike
from .blocks import row_blocks


def activation_blocks(z: ArrayLike | Iterable, name: str = "z") -> Iterator[np.ndarray]:
    """Blocks `(rows, latent_dim)` of what is given as one array, or as an iterable of such blocks.

    Args:
        z: Array `(n, latent_dim)`, a memory map too; or an iterable, such as a generator, of arrays
            `(rows, latent_dim)`, of which one at a time is in memory.
        name: String, the argument.
    Raises:
        ValueError: If there are none, they are of another shape, or not finite.
    """
    given = [z] if is_array(z) or not isinstance(z, Iterable) else z
    width = None
    for each in given:
        block = as_array(each, name)
        if block.ndim != 2 or 0 in block.shape or (width is not None and width != block.shape[1]):
            raise ValueError(
                f"Expected `{name}` of shape (n, {width or 'latent_dim'}). Received: shape "
                f"{block.shape}."
            )
        width = block.shape[1]
        for rows in row_blocks(block, width):
            check_finite(rows, name)
            yield rows
    if width is None:
        raise ValueError(f"Expected `{name}` with at least one example. Received: no block.")


def as_frequency(frequency: ArrayLike) -> np.ndarray:
    """Firing frequencies, checked: an array `(latent_dim,)` from 0 to 1.

    Raises:
        ValueError: If they are none.
    """
    frequency = as_array(frequency, "frequency")
    if frequency.ndim != 1 or not len(frequency) or not _are_shares(frequency):
        raise ValueError(
            "Expected `frequency` to be shares from 0 to 1, one a feature, as "
            f"kerae.metrics.firing_frequency gives them. Received: shape {frequency.shape}"
            + (f", from {frequency.min()} to {frequency.max()}." if frequency.size else ".")
        )
    return frequency.astype("float64")


def _are_shares(values: Any) -> bool:
    return bool(((values >= 0) & (values <= 1)).all())
