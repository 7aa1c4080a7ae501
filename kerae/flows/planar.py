import math
from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from .flow import Flow, shifted

LEAST_SLOPE = 1e-3
UNIT_SLOPE = math.log(math.expm1(1 - LEAST_SLOPE))  # of which the softplus is 1 - LEAST_SLOPE


@keras.saving.register_keras_serializable("kerae.flows")
class Planar(Flow):
    """Stretches codes along one direction, the more the nearer they lie to a plane.

        f(z) = z + u' tanh(w^T z + b)
        u'   = u + (m(w^T u) - w^T u) w / ||w||^2,   m(a) = -1 + softplus(a)
        log |det df/dz| = log( 1 + (1 - tanh^2(w^T z + b)) w^T u' )        nats

    with u' in the place of u, so that w^T u' > -1 and f can be inverted, though not in closed form.
    Here m(a) is -1 + 0.001 + softplus(a + c), with the c that makes m(0) = 0: f is the identity at
    u = 0, where the paper's is not, and nowhere steeper than float32 tells apart.

    u, w and b are variables. A context adds to them; it has `2 * latent_dim + 1` numbers.

    Args:
        latent_dim: Integer, the number of dimensions.

    Example:

    >>> y, log_det = kerae.flows.Planar(2).forward(keras.ops.zeros((5, 3, 2)))
    >>> tuple(y.shape), tuple(log_det.shape)
    ((5, 3, 2), (5, 3))

    Raises:
        ValueError: If `latent_dim` is below 1.
    Reference:
        Rezende and Mohamed, 2015, https://arxiv.org/abs/1505.05770 (with their u' in the place
        of u, for which there is an inverse)
    """

    def __init__(self, latent_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        self.latent_dim = latent_dim
        self.context_dim = 2 * latent_dim + 1
        for name, size, stddev in (
            ("u", latent_dim, 0.01),
            ("w", latent_dim, 1 / math.sqrt(latent_dim)),
            ("b", 1, 0.01),
        ):
            normal = keras.initializers.RandomNormal(stddev=stddev)
            setattr(self, name, self.add_weight(shape=(size,), name=name, initializer=normal))

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        variables = ops.concatenate([self.u, self.w, self.b])
        parameters = shifted(variables, context)
        u, w, b = ops.split(parameters, [self.latent_dim, 2 * self.latent_dim], axis=-1)
        product = ops.sum(w * u, axis=-1, keepdims=True)
        slope = LEAST_SLOPE + ops.softplus(product + UNIT_SLOPE)  # 1 + w^T u'
        squared = ops.maximum(ops.sum(ops.square(w), axis=-1, keepdims=True), 1e-12)
        u = u + (slope - 1 - product) * w / squared
        t = ops.tanh(ops.sum(z * w, axis=-1, keepdims=True) + b)
        # As a sum of what is positive: 1 minus almost 1 would lose all digits.
        log_det = ops.log(slope * (1 - ops.square(t)) + ops.square(t))
        return z + u * t, log_det[..., 0]
