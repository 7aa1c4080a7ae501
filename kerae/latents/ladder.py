from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import Shape, Tensor
from ..ops.bounded import bounded
from ..ops.diagonal_normal import DiagonalNormal
from .hierarchical import Hierarchical, Layer
from .linear_head import LinearHead


@keras.saving.register_keras_serializable("kerae.latents")
class Ladder(Hierarchical):
    """Layers of vectors: the posterior is the prior given the layers above, set right by the data.

        d_1 = h(x),   d_i = f_i(d_(i-1)),   m_i, s_i linear in d_i                     upward
        p(z_i|z_(i+1)) = N(mu_i, sigma_i^2),  from a network of z_(i+1);  p(z_L) = N(0, I)
        q(z_i|z_(i+1), x) ~ N(m_i, s_i^2) * p(z_i|z_(i+1)),   q(z_L|x) = N(m_L, s_L^2)

    of the encoder's features h(x). The product is the normal whose precision is the sum of both,
    its mean that of both weighted by their precisions. The decoder reads z_1 alone.

    Log-variances are limited to [-20, 20]. Networks have one hidden layer each, and no batch
    normalization, which the paper found to help: here an example's code is none of its batch.

    Args:
        latent_dims: Sequence of integers, the dimensions of z_1, z_2, …, z_L.
        width: Integer, the units of each hidden layer. Defaults to 256.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Example:

    >>> latent = kerae.latents.Ladder((4, 2))
    >>> sorted(latent(np.zeros((5, 8), "float32")))
    ['log_variance_1', 'log_variance_2', 'mean_1', 'mean_2']
    >>> latent.event_shape, latent.decoder_shape
    ((6,), (4,))

    Raises:
        ValueError: If a count is below 1, or the encoder's features are not of shape
            `(batch, features)`.
    Reference:
        Sønderby et al., 2016, https://arxiv.org/abs/1602.02282
    """

    def __init__(
        self, latent_dims: Sequence[int], width: int = 256, num_samples: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(num_samples, **kwargs)
        check_count("width", width)
        self.latent_dims = checked_shape("latent_dims", latent_dims)
        self.width = width
        self.set_layer_shapes([(size,) for size in self.latent_dims])
        below = [*self.latent_dims[1:], None]
        self.layers = [
            Rung(number, size, above, width, dtype=self.dtype_policy)
            for number, (size, above) in enumerate(zip(self.latent_dims, below), start=1)
        ]

    @property
    def decoder_shape(self) -> Shape:
        return self.layer_shapes[0]

    def build(self, input_shape: Shape) -> None:
        for layer in self.layers:
            layer.build(input_shape)
            if layer.up is not None:
                input_shape = (*input_shape[:-1], self.width)

    def call(self, features: Tensor):
        posterior = {}
        for layer in self.layers:
            features, found = layer.upward(features)
            posterior |= found
        return posterior

    def for_decoder(self, z: Tensor) -> Tensor:
        return z[..., : self.latent_dims[0]]


class Rung(Layer):
    """One layer of a ladder.

    Args:
        number: Integer, i, from 1 for the lowest.
        size: Integer, the dimensions of its codes.
        above: Integer, those of the layer above, or `None` of the top.
        width: Integer, the units of hidden layers.
    """

    def __init__(self, number, size, above, width, **kwargs):
        super().__init__(**kwargs)
        self.number, self.size, self.above = number, size, above
        self.up = None if number == 1 else _hidden(width, self.dtype_policy)
        self.evidence = NormalHead(size, dtype=self.dtype_policy)
        if above is not None:
            self.down = _hidden(width, self.dtype_policy)
            self.generated = NormalHead(size, dtype=self.dtype_policy)

    def build(self, input_shape: Shape) -> None:
        if self.up is not None:
            self.up.build(input_shape)
            input_shape = (*input_shape[:-1], self.up.units)
        self.evidence.build(input_shape)
        if self.above is not None:
            self.down.build((None, self.above))
            self.generated.build((None, self.down.units))

    def upward(self, features):
        """The features for the layer above, and what they say of this one."""
        features = features if self.up is None else self.up(features)
        mean, log_variance = self.evidence(features)
        names = f"mean_{self.number}", f"log_variance_{self.number}"
        return features, dict(zip(names, (mean, log_variance)))

    def prior(self, state, code):
        if self.above is None:
            return DiagonalNormal(ops.zeros_like(code), ops.zeros_like(code)), state
        return DiagonalNormal(*self.generated(self.down(state))), state

    def posterior(self, state, posterior, prior):
        names = f"mean_{self.number}", f"log_variance_{self.number}"
        evidence = DiagonalNormal(*(posterior[name] for name in names))
        return evidence if self.above is None else evidence.times(prior)

    def after(self, state, code):
        return code


class NormalHead(keras.Layer):
    """Mean and log-variance, linear in features."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.mean = LinearHead(size, dtype=self.dtype_policy)
        self.log_variance = LinearHead(size, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.mean.build(input_shape)
        self.log_variance.build(input_shape)

    def call(self, features):
        return self.mean(features), bounded(self.log_variance(features))


def _hidden(width, dtype):
    return keras.layers.Dense(width, activation="silu", dtype=dtype)
