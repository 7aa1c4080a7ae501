import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..ops.jacobian import checked_num_probes, squared_jacobian_norm
from ..schedules import Weight
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class DecoderGradient(Term):
    """How strongly the decoded image reacts to the code: a decoder that is smooth where codes are.

        value = || d x_z / d z ||_F^2,   x_z = mean of p(x|z), at the code z of each example

    The decoder's networks are called as outside of training. The gradient reaches decoder and
    encoder.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        num_probes: Integer, the number of random directions from which the norm is estimated,
            without bias; or `None` for the exact norm, which costs one pass per code unit.
    Raises:
        ValueError: If `weight` is a negative number, or `num_probes` is below 1.
    Reference:
        Ghosh et al., 2020, https://arxiv.org/abs/1903.12436 (RAE-GP)
    """

    label = "decoder_gradient"

    def __init__(self, weight: Weight = 1.0, num_probes: int | None = None, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        self.num_probes = checked_num_probes(num_probes)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        size = math.prod(model.target_shape)

        def image(z):
            parameters = model.likelihood_parameters(z, outputs["condition"], training=False)
            return ops.reshape(model.likelihood.mean(parameters), (-1, size))

        z = outputs["z"][:, 0]
        return squared_jacobian_norm(image, z, size, outputs["noise"], self.num_probes)
