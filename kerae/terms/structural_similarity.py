import functools
import math
import operator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..schedules import Weight
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the scales, from fine to coarse
SIGMA = 1.5  # pixels
C_1, C_2 = 0.01**2, 0.03**2
LEAST = 1e-3  # of what is raised to a power, whose slope has no bound at 0


@keras.saving.register_keras_serializable("kerae.terms")
class StructuralSimilarity(Term):
    """How unlike target and reconstruction are, as images are seen: by local structure.

        value = 1 - MS-SSIM(x, x_hat),   x_hat the mean of p(x|z),   z ~ q(z|x)

        MS-SSIM = SSIM_M^w_M * product over finer scales j of  CS_j^w_j
        SSIM = mean over windows of  l * cs,   CS = mean over windows of  cs
        l = (2 mu_x mu_y + C_1) / (mu_x^2 + mu_y^2 + C_1)
        cs = (2 sigma_xy + C_2) / (sigma_x^2 + sigma_y^2 + C_2)

    with means, variances and covariance in Gaussian windows of deviation 1.5 that lie within the
    image, C_1 = 0.01^2 and C_2 = 0.03^2, of images with values in [0, 1], in the mean over
    channels. It is from 0 to 1, for a single scale to 2. Each scale has half the pixels a side of
    the one before. The weights w_j are the paper's, divided by the sum of those of the scales that
    there are. A factor below 0.001 counts as 0.001, but of a single scale.

    It has no unit: beside a reconstruction in nats per image, its weight is of the order of the
    number of pixels.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        num_scales: Integer from 1 to 5; 1 is SSIM. Defaults to as many as the window fits into, of
            28 pixels a side 2, from 161 on 5.
        window_size: Integer of at least 3, the pixels of a window's side. Defaults to 11, as in
            the papers. Images may not be smaller.

    Example:

    >>> terms = [kerae.Reconstruction(), kerae.terms.StructuralSimilarity(weight=784.0)]
    >>> model = kerae.Autoencoder((28, 28, 1), kerae.latents.Deterministic(2), terms=terms)
    >>> model.compile()
    >>> x = np.zeros((2, 28, 28, 1), "float32")
    >>> sorted(model.evaluate(x, return_dict=True, verbose=0))
    ['loss', 'reconstruction', 'structural_dissimilarity']

    Raises:
        ValueError: If an argument is out of range; if the model's target is no image of 1 or 3
            channels, or too small for the window or the scales.
    Reference:
        Wang, Simoncelli and Bovik, 2003, https://doi.org/10.1109/ACSSC.2003.1292216 (scales);
        Wang et al., 2004, https://doi.org/10.1109/TIP.2003.819861 (SSIM)
    """

    label = "structural_dissimilarity"

    def __init__(
        self,
        weight: Weight = 1.0,
        num_scales: int | None = None,
        window_size: int = 11,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        if num_scales is not None:
            check_count("num_scales", num_scales)
        check_count("window_size", window_size, least=3)
        self.num_scales = num_scales
        self.window_size = window_size

    def tried_in(self) -> dict[str, Any]:
        enlarged = math.ceil(self.window_size * 2 ** ((self.num_scales or 1) - 1) / 4)
        layer = keras.layers.UpSampling2D(enlarged) if enlarged > 1 else None
        return super().tried_in() | {"preprocessing": layer}

    def fit_to(self, model: "Autoencoder") -> None:
        shape = model.target_shape
        if len(shape) != 3 or shape[-1] not in (1, 3):
            raise ValueError(
                "Expected images of shape (height, width, 1) or (height, width, 3), of which "
                f"StructuralSimilarity is. Received: a target of shape {shape}. Take "
                "kerae.Reconstruction alone."
            )
        possible = self._scales(shape)
        if possible == 0:
            raise ValueError(
                f"Expected images of at least {self.window_size} pixels a side, as many as the "
                f"window has. Received: a target of shape {shape}. Take a smaller `window_size`."
            )
        if self.num_scales is not None and self.num_scales > possible:
            raise ValueError(
                f"Expected `num_scales` of at most {possible} for a target of shape {shape} and "
                f"windows of {self.window_size} pixels. Received: {self.num_scales}. Take fewer, "
                "or a smaller `window_size`."
            )

    def _scales(self, shape):
        """The number of scales at which the window fits into images of a shape."""
        sides = (math.ceil(min(shape[:2]) / 2**scale) for scale in range(len(WEIGHTS)))
        return sum(side >= self.window_size for side in sides)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        made = model.likelihood.mean(outputs["parameters"])
        count = outputs["z"].shape[1]
        target = ops.repeat(ops.cast(outputs["target"], made.dtype), count, axis=0)
        num_scales = self.num_scales or self._scales(model.target_shape)
        similarity = _similarity(target, made, num_scales, self.window_size)
        return 1.0 - ops.mean(ops.reshape(similarity, (-1, count)), axis=1)


def _similarity(x, y, num_scales, window_size):
    """MS-SSIM, `(batch,)`, of images `(batch, height, width, channels)`."""
    weights = np.array(WEIGHTS[:num_scales]) / sum(WEIGHTS[:num_scales])
    factors = []
    for scale in range(num_scales):
        if scale > 0:
            x, y = (ops.average_pool(each, 2, 2, padding="same") for each in (x, y))
        luminance, structure = _compared(x, y, window_size)
        last = scale == num_scales - 1
        factors.append(ops.mean(luminance * structure if last else structure, axis=(1, 2)))
    if num_scales == 1:
        return ops.mean(factors[0], axis=1)
    powers = [ops.maximum(each, LEAST) ** float(weight) for each, weight in zip(factors, weights)]
    return ops.mean(functools.reduce(operator.mul, powers), axis=1)


def _compared(x, y, window_size):
    """l and cs of each window that lies within the images."""
    mean_x, mean_y, square_x, square_y, product = (
        _blurred(each, window_size) for each in (x, y, x * x, y * y, x * y)
    )
    means = mean_x * mean_y
    squares = mean_x * mean_x + mean_y * mean_y
    luminance = (2 * means + C_1) / (squares + C_1)
    structure = (2 * (product - means) + C_2) / (square_x + square_y - squares + C_2)
    return luminance, structure


def _blurred(images, window_size):
    # Sums of slices rather than convolutions, which may round as differences of squares cannot be.
    offsets = np.arange(window_size) - (window_size - 1) / 2
    window = np.exp(-0.5 * np.square(offsets / SIGMA))
    window = (window / window.sum()).tolist()
    height, width = (side - window_size + 1 for side in images.shape[1:3])
    rows = _sum(weight * images[:, i : i + height] for i, weight in enumerate(window))
    return _sum(weight * rows[:, :, j : j + width] for j, weight in enumerate(window))


def _sum(tensors):
    return functools.reduce(operator.add, tensors)
