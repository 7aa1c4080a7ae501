from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.given import as_array
from ..checks.types import ArrayLike
from .classes import colors
from .images import as_images, image_canvas
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW = 10  # colors that stay apart
MOST = 10  # images
COLORMAP = "viridis"


@savable
def code_maps(x: ArrayLike, indices: Any, x_hat: ArrayLike, codes: Any = None) -> "Figure":
    """Images, the maps of discrete codes that stand for them, and what is decoded of these.

    A color is a code. Up to ten codes have colors that stay apart; more of them have those of a
    ramp, on which they lie in the order of their vectors along the direction in which these vary
    most, so that alike codes are alike in color.

    Args:
        x: Array of images `(n, height, width, channels)`, of which up to ten are drawn.
        indices: Array of integers `(n, rows, columns)`, the number of the code at each place, as
            `kerae.VQVAE.encode_indices` gives them; or a dict of such by the name of the level, as
            `kerae.latents.TwoLevel.by_level` gives them.
        x_hat: Array of the shape of `x`.
        codes: Array `(n, rows, columns, code_dim)`, the codes themselves, for the order of colors,
            or a dict of such. Defaults to the order of their numbers.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> x, indices = np.zeros((4, 8, 8, 1)), np.arange(16).reshape(4, 2, 2)
    >>> figure = kerae.figures.code_maps(x, indices, x)

    Raises:
        ValueError: If these are no images and maps, or not as many.
    """
    x = as_images(x, "x")
    x_hat = as_images(x_hat, "x_hat", count=len(x))
    by_level = indices if isinstance(indices, dict) else {"": indices}
    codes = codes if isinstance(codes, dict) else {"": codes}
    maps = [_checked_map(len(x), each, codes.get(name)) for name, each in by_level.items()]
    shown = min(len(x), MOST)
    rows = [x, *(_enlarged(_colored(*each), x.shape) for each in maps), x_hat]
    rows = [np.broadcast_to(row[:shown], (shown, *x.shape[1:3], 3)) for row in rows]
    title = "originals, their codes, and what is decoded of these"
    return image_canvas(np.concatenate(rows), shown, title)[0]


def _checked_map(count, indices, codes):
    indices = as_array(indices, "indices")
    codes = None if codes is None else as_array(codes, "codes")
    fits = indices.ndim == 3 and len(indices) == count and indices.size > 0
    if not fits or not (codes is None or codes.shape[:-1] == indices.shape):
        received = f"{indices.shape}" + ("" if codes is None else f" and {codes.shape}")
        raise ValueError(
            f"Expected `indices` of shape ({count}, rows, columns), a map for each image, and "
            f"`codes` of that shape and an axis for their vectors. Received: {received}."
        )
    return indices, codes


def _colored(indices, codes):
    import matplotlib

    numbers, first, inverse = np.unique(indices, return_index=True, return_inverse=True)
    if len(numbers) <= FEW:
        ramp = colors(np.arange(len(numbers)))
    else:
        order = np.arange(len(numbers))
        if codes is not None:
            order = np.argsort(np.argsort(_principal(codes.reshape(indices.size, -1)[first])))
        ramp = matplotlib.colormaps[COLORMAP](order / (len(numbers) - 1))[:, :3]
    return ramp[inverse.reshape(indices.shape)]


def _principal(vectors):
    """Where vectors lie along the direction in which they vary most."""
    centered = vectors - vectors.mean(axis=0)
    return centered @ np.linalg.svd(centered, full_matrices=False)[2][0]


def _enlarged(maps, shape):
    """Maps as large as images of a shape."""
    down, across = (_stretched(shape[axis], maps.shape[axis]) for axis in (1, 2))
    return maps[:, down][:, :, across]


def _stretched(length, count):
    """For each pixel of a side the place of a map that lies there."""
    return np.arange(length) * count // length
