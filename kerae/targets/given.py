from typing import Any

import keras
from keras import ops

from ..checks.arrays import check_finite
from ..checks.parts import checked_shape
from ..checks.types import Shape, Tensor
from .target import Target


@keras.saving.register_keras_serializable("kerae.targets")
class Given(Target):
    """Another array than the input is to come back: the `y` of `fit(x, y)`.

        log p(y | z),   z ~ q(z|x)

    for a transcoder, whose `y` is what a layer of a network makes of `x`, or for restoration, whose
    `x` is a spoilt version of `y`.

    Args:
        shape: Tuple, the shape of `y` for one example.

    Example:

    >>> latent = kerae.latents.Deterministic(3)
    >>> target = kerae.targets.Given((5,))
    >>> model = kerae.Autoencoder((4,), latent, likelihood="normal", target=target)
    >>> model.compile()
    >>> x, y = np.zeros((8, 4), "float32"), np.ones((8, 5), "float32")
    >>> sorted(model.evaluate(x, y, return_dict=True, verbose=0)), model.reconstruct(x).shape
    (['loss', 'reconstruction'], (8, 5))

    Raises:
        ValueError: If the model's condition or adversary reads another `y`.
    """

    reads_labels = True
    y_dtype = "float32"

    def __init__(self, shape: Shape, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = checked_shape("shape", shape)
        self.y_shape = self.shape

    def call(self, x: Tensor, y: Tensor = None):
        return ops.cast(y, self.variable_dtype)

    def shape_of(self, data_shape: Shape):
        return self.shape

    def check(self, y: Tensor) -> None:
        check_finite(y, "y")
