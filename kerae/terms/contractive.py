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
class Contractive(Term):
    """How strongly the code reacts to the input.

        value = || d z / d x ||_F^2,   z = the deterministic code of x

    at the clean, preprocessed x. The encoder is called as outside of training: no dropout, and
    moving averages in the place of those of the batch.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        num_probes: Integer, the number of random directions from which the norm is estimated,
            without bias; or `None` for the exact norm, which costs one pass per code unit.
    Raises:
        ValueError: If `weight` is a negative number, or `num_probes` is below 1.
    Reference:
        Rifai et al., 2011, https://icml.cc/2011/papers/455_icmlpaper.pdf
    """

    label = "contraction"

    def __init__(self, weight: Weight = 1.0, num_probes: int | None = None, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        self.num_probes = checked_num_probes(num_probes)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        size = math.prod(model.latent.event_shape)

        def code(x):
            posterior = model.posterior(x, outputs["condition"], training=False)
            return ops.reshape(model.latent.mode(posterior), (-1, size))

        return squared_jacobian_norm(code, outputs["x"], size, outputs["noise"], self.num_probes)
