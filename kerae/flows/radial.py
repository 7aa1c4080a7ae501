from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from .flow import Flow, shifted

LEAST = 1e-3


@keras.saving.register_keras_serializable("kerae.flows")
class Radial(Flow):
    """Moves codes away from a point or towards it, the less the farther away they lie.

        f(z) = z + beta h (z - z0),   h = 1 / (alpha + r),   r = ||z - z0||
        alpha = softplus(a),   beta = -alpha + softplus(a + b)
        log |det df/dz| = (d - 1) log(1 + beta h) + log(1 + beta h - beta h^2 r)        nats

    so that beta > -alpha and f can be inverted, though not in closed form. b is counted from a,
    where the paper has softplus(b): f is the identity at b = 0. To both softplus 0.001 is added, so
    that no stretch is beyond what float32 tells apart.

    z0, a and b are variables. A context adds to them; it has `latent_dim + 2` numbers.

    Args:
        latent_dim: Integer d, the number of dimensions.

    Example:

    >>> y, log_det = kerae.flows.Radial(2).forward(keras.ops.zeros((5, 3, 2)))
    >>> tuple(y.shape), tuple(log_det.shape)
    ((5, 3, 2), (5, 3))

    Raises:
        ValueError: If `latent_dim` is below 1.
    Reference:
        Rezende and Mohamed, 2015, https://arxiv.org/abs/1505.05770 (with their way to keep beta
        where there is an inverse)
    """

    def __init__(self, latent_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        self.latent_dim = latent_dim
        self.context_dim = latent_dim + 2
        for name, size, stddev in (("center", latent_dim, 1.0), ("a", 1, 0.01), ("b", 1, 0.01)):
            normal = keras.initializers.RandomNormal(stddev=stddev)
            setattr(self, name, self.add_weight(shape=(size,), name=name, initializer=normal))

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        variables = ops.concatenate([self.center, self.a, self.b])
        parameters = shifted(variables, context)
        center, a, b = ops.split(parameters, [self.latent_dim, self.latent_dim + 1], axis=-1)
        alpha, stretched = LEAST + ops.softplus(a), LEAST + ops.softplus(a + b)  # alpha + beta
        away = z - center
        squared = ops.sum(ops.square(away), axis=-1, keepdims=True)
        r = ops.sqrt(ops.maximum(squared, 1e-12))  # the slope of a root at 0 is infinite
        # 1 + beta h and 1 + beta h - beta h^2 r, as ratios of what is positive.
        across = (stretched + r) / (alpha + r)
        along = (alpha * stretched + 2 * alpha * r + ops.square(r)) / ops.square(alpha + r)
        log_det = (self.latent_dim - 1) * ops.log(across) + ops.log(along)
        return center + across * away, log_det[..., 0]
