"""Shapes on a plain ground, of which it is known what varies from image to image."""

import math

import numpy as np

from ..checks.arguments import checked
from ..checks.numbers import check_count
from .dataset import Dataset
from .hold_out import hold_out

SCALES = (0.5, 2 / 3, 5 / 6, 1.0)
ROTATIONS = 15  # odd, so that no turned square or ellipse comes out as another one
PLACES = 8
REACH = 0.28  # of the largest shape from its center, in widths of an image
FINER = 8  # points a pixel is the mean of, along each axis


@checked
def shapes(size: int = 32, color: bool = False, noise: float = 0.0, seed: int = 0) -> Dataset:
    """All combinations of five factors of variation of a shape, drawn here and now.

    | factor | values |
    |---|---|
    | shape | square, ellipse, heart; also the label |
    | scale | 4, from 1/2 to 1 |
    | rotation | 15, all around, counterclockwise in radians |
    | x, y | 8 each, of the center, from the left and from the top, in widths of an image |

    These are 11,520 white shapes on black, with smooth edges, of which a fifth of each shape is
    held out, always the same. The kind is that of dSprites, which has 737,280 other images.

    A square looks the same after a quarter of a turn, an ellipse after a half. As in dSprites,
    rotation is all around nevertheless, in steps that make no two images the same: the angle of a
    square can be told only by how it differs from another quarter, and learned codes rarely do. So
    what scores say of rotation, and with it their means over factors, stays below their best.

    Args:
        size: Integer, the width and the height of an image, a multiple of 16.
        color: Boolean, whether each shape has a random color, every channel from 1/2 to 1. It is
            not among the factors.
        noise: Float from 0 to 1, the most that is added to a pixel, a random part of it to each.
        seed: Integer, of colors and noise.
    Returns:
        `kerae.data.Dataset` with factors.

    Example:

    >>> data = kerae.data.shapes()
    >>> data
    Dataset(name='shapes', train=9216, test=2304, input_shape=(32, 32, 1), classes=3, factors=5)
    >>> data.factor_values["scale"], data.factors_train[-1].tolist()
    ((0.5, 0.6666666666666666, 0.8333333333333334, 1.0), [2, 3, 14, 7, 7])
    >>> draws = kerae.metrics.FactorDraws(data.x_train, data.factors_train)
    >>> draws.alike(0, 64, np.random.default_rng(0)).shape  # all of one shape
    (64, 32, 32, 1)

    Raises:
        ValueError: If `size` is no multiple of 16, or `noise` is out of range.
    Reference:
        Matthey et al., 2017, https://github.com/google-deepmind/dsprites-dataset (the factors);
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359 (color and noise)
    """
    check_count("size", size, least=16)
    if size % 16:
        raise ValueError(f"Expected `size` to be a multiple of 16. Received: size={size}.")
    if not 0 <= noise <= 1:
        raise ValueError(f"Expected `noise` from 0 to 1. Received: noise={noise}.")
    check_count("seed", seed, least=0)
    centers = tuple(0.5 + (i - (PLACES - 1) / 2) / 16 for i in range(PLACES))
    values = {
        "shape": tuple(INSIDE),
        "scale": SCALES,
        "rotation": tuple(2 * math.pi * i / ROTATIONS for i in range(ROTATIONS)),
        "x": centers,
        "y": centers,
    }
    factors = np.indices([len(each) for each in values.values()]).reshape(len(values), -1).T
    x = _colored(_images(size, values), color, noise, np.random.default_rng(seed))
    rows = np.arange(len(x))
    train, y_train, test, y_test = hold_out(rows, factors[:, 0].astype("int64"), values["shape"])
    return Dataset(
        *(x[train], y_train, x[test], y_test),
        name="shapes",
        class_names=values["shape"],
        factors_train=factors[train],
        factors_test=factors[test],
        factor_values=values,
    )


def _images(size, values):
    """Float32 array `(n, size, size, 1)`, of all combinations in the order of `values`."""
    step = size // 16  # from one place to the next, so that a shape only moves by whole pixels
    width = size + (PLACES - 1) * step
    margin = int(width / 2 - REACH * size)  # to which no shape reaches
    drawn = width - 2 * margin
    points = ((np.arange(drawn * FINER) + 0.5) / FINER - drawn / 2) / (REACH * size)
    scale = np.reshape(values["scale"], (-1, 1, 1, 1))
    angle = np.reshape(values["rotation"], (1, -1, 1, 1))
    right, up = points[None, :] / scale, -points[:, None] / scale
    turned = (
        np.cos(angle) * right + np.sin(angle) * up,
        np.cos(angle) * up - np.sin(angle) * right,
    )
    covered = np.stack([inside(*turned) for inside in INSIDE.values()])
    pixels = covered.reshape(*covered.shape[:3], drawn, FINER, drawn, FINER)
    pixels = pixels.mean(axis=(4, 6), dtype="float32")
    pixels = np.pad(pixels, [(0, 0)] * 3 + [(margin, margin)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (size, size), (3, 4))
    # The first window shows the shape at its right and its bottom; x comes before y.
    placed = windows[:, :, :, ::-step, ::-step].swapaxes(3, 4)
    return np.ascontiguousarray(placed).reshape(-1, size, size, 1)


def _colored(x, color, noise, generator):
    if color:
        x = x * generator.uniform(0.5, 1, (len(x), 1, 1, 3)).astype("float32")
    if noise:
        x = np.minimum(x + np.float32(noise) * generator.random(x.shape, "float32"), 1)
    return x


# Which points are inside of a shape of reach 1, that has its center at 0.


def _in_square(right, up):
    return np.maximum(np.abs(right), np.abs(up)) <= math.sqrt(0.5)


def _in_ellipse(right, up):
    return right**2 + (2 * up) ** 2 <= 1


def _in_heart(right, up):
    right, up = 1.29 * right, 1.29 * up + 0.2
    return (right**2 + up**2 - 1) ** 3 <= right**2 * up**3


INSIDE = {"square": _in_square, "ellipse": _in_ellipse, "heart": _in_heart}
