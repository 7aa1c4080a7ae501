import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from ..geometry import Euclidean
from .images import image_canvas, is_image
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..autoencoder.autoencoder import Autoencoder


TICKS = 6  # along each axis


@savable
def manifold(model: "Autoencoder", n: int = 20, y: ArrayLike | None = None) -> "Figure":
    """The plane of codes, decoded at the quantiles of N(0, I).

    z[0] grows to the right and z[1] upwards: each takes the values whose probabilities are the
    middles of n equal parts of (0, 1), so that an image stands for as many samples as any other.
    In a space that is not flat these are ways v from its center, in the Poincaré ball z = exp_0(v)
    and on the circle z = v / |v|.

    Args:
        model: `kerae.Autoencoder` of images, with two latent dimensions.
        n: Integer, the number of images a side.
        y: The label or vector that a conditional model is conditioned on.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.manifold(kerae.VAE((8, 8, 1), latent_dim=2), n=3)
    >>> figure.axes[0].images[0].get_array().shape
    (28, 28)

    Raises:
        ValueError: If the codes have not two dimensions, or the data are no images.
    Reference:
        Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114 (figure 4)
    """
    check_count("n", n)
    if tuple(model.latent.event_shape) != (2,) or not is_image(model.target_shape):
        raise ValueError(
            "Expected a model of images with two latent dimensions. Received: one with codes of "
            f"shape {tuple(model.latent.event_shape)} and data of shape {model.target_shape}."
        )
    quantiles = stats.norm.ppf((np.arange(n) + 0.5) / n)
    across, up = np.meshgrid(quantiles, quantiles[::-1])
    geometry = model.latent.geometry
    codes = geometry.end_of(np.stack([across.ravel(), up.ravel()], axis=1))
    images = model.decode(codes, y)
    title = "codes at the quantiles of N(0, I), decoded"
    figure, axes, grid = image_canvas(images, n, title, left=0.5, below=0.35)
    some = np.s_[:: math.ceil(n / TICKS)]
    values = np.array([f"{value:.2f}" for value in quantiles])
    axes.set_xticks(grid.column_centers[some], values[some])
    axes.set_yticks(grid.row_centers[::-1][some], values[some])
    name = "z" if isinstance(geometry, Euclidean) else "v"
    axes.set(xlabel=f"{name}[0]", ylabel=f"{name}[1]")
    return figure
