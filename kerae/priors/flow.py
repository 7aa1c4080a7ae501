from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from keras import ops

from .. import flows
from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.types import ArrayLike, Tensor
from ..flows.named import kind_of
from .fitting import falling_adam, seeded
from .prior import Prior, check_vectors, refuse_labels
from .standard_normal import StandardNormal

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

QUICK, SLOW = ["neural_spline", "real_nvp"], ["iaf", "maf"]


@keras.saving.register_keras_serializable("kerae.priors")
class Flow(Prior):
    """A standard normal that is sent through flows: a trained density of codes, and a sampler.

        z = f(e),  e ~ N(0, I),   log p(z) = log N(f^-1(z); 0, I) + log |det df^-1/dz|        nats

    It is trained with the model, and starts near the standard normal; or, by `fit`, afterwards on
    codes of any model, of which `model.sample(n, prior=prior)` then draws.

    Both ways are quick with `"real_nvp"` and `"neural_spline"`. Samples of `"maf"`, and the density
    of `"iaf"`, which training asks for, take a pass of a network for each dimension.

    Args:
        flow: `"real_nvp"`, `"neural_spline"`, `"maf"` or `"iaf"`, or a `kerae.flows.Flow` that can
            be inverted. Defaults to `"real_nvp"`.
        num_flows: Integer, how many of that name, one after the other. Defaults to 4.

    Example:

    >>> prior = kerae.priors.Flow("maf", num_flows=2)
    >>> model = kerae.VAE((8, 8, 1), latent_dim=2, prior=prior)
    >>> tuple(prior.log_prob(np.zeros((5, 2), "float32")).shape)
    (5,)

    Raises:
        ValueError: If `flow` is unknown or cannot be inverted, `num_flows` is below 1 or comes
            with an object, or the codes of a model are no vectors of its dimensions.
    Reference:
        Dinh et al., 2017, https://arxiv.org/abs/1605.08803 (a flow as a density);
        Papamakarios et al., 2017, https://arxiv.org/abs/1705.07057 (which direction is quick)
    """

    def __init__(
        self, flow: str | flows.Flow = "real_nvp", num_flows: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.flow = flow
        self.num_flows = num_flows
        self.chain = None
        self.normal = StandardNormal()
        kind = kind_of(flow, num_flows)
        if not kind.has_inverse:
            raise ValueError(
                "Expected `flow` to be one that can be inverted, as a density of codes needs it. "
                f"Received: {flow!r}. Take one of {QUICK}, or of {SLOW}."
            )
        if isinstance(flow, flows.Flow):
            self._make(flow.latent_dim)

    def fit_to(self, model: "Autoencoder") -> None:
        check_vectors(self, model.latent.event_shape)
        super().fit_to(model)
        if self.chain is None:
            self._make(*model.latent.event_shape)

    def _make(self, latent_dim):
        self.chain = flows.get(self.flow, latent_dim, self.num_flows)
        self.event_shape = (latent_dim,)
        self.location, self.scale = (
            self.add_weight(shape=self.event_shape, trainable=False, initializer=value, name=name)
            for name, value in (("location", "zeros"), ("scale", "ones"))
        )

    def log_prob(self, z: Tensor) -> Tensor:
        z = (ops.cast(z, self.compute_dtype) - self.location) / self.scale
        noise, log_det = self.chain.inverse(z)
        return self.normal.log_prob(noise) + log_det - ops.sum(ops.log(self.scale))

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        epsilon = ops.cast(noise.normal(self.event_shape), self.compute_dtype)
        return self.location + self.scale * self.chain.forward(epsilon)[0]

    def fit(
        self,
        z: ArrayLike,
        epochs: int = 100,
        batch_size: int = 256,
        learning_rate: float = 1e-3,
        verbose: int = 0,
        seed: int = 0,
    ) -> Self:
        """Becomes the density of codes, by maximum likelihood.

            loss = - mean over codes of log p((z - m) / s) - sum of log s        nats

        with the mean m and the deviation s of the codes, by Adam, whose rate falls to 0 along a
        cosine.

        Args:
            z: Array `(n, latent_dim)`.
            epochs: Integer.
            batch_size: Integer.
            learning_rate: Float, at the start.
            verbose: As for `keras.Model.fit`.
            seed: Integer, of the order of the codes.
        Returns:
            The prior itself.

        Example:

        >>> z = np.random.default_rng(0).normal(5.0, 2.0, (100, 2))
        >>> prior = kerae.priors.Flow(num_flows=2).fit(z, epochs=2)
        >>> prior.log_prob(z[:5].astype("float32")).shape[0]
        5

        Raises:
            ValueError: If the codes are of another shape, or not finite, or all the same in a
                dimension, or an argument is too small.
        """
        z = as_codes(z).astype(self.compute_dtype)
        optimizer = falling_adam(len(z), epochs, batch_size, learning_rate)
        if self.chain is None:
            self._make(z.shape[1])
        check_array(z, self.event_shape, "z")
        scale = z.std(axis=0)
        if not scale.all():
            raise ValueError(
                "Expected `z` to vary in every dimension. Received: codes that are all the same in "
                f"dimensions {np.flatnonzero(scale == 0).tolist()}. Leave these out."
            )
        self.location.assign(z.mean(axis=0))
        self.scale.assign(scale)
        model = _LogDensity(self, dtype=self.dtype_policy, name="log_density")
        model.compile(optimizer, loss=lambda _, log_prob: -log_prob)
        with seeded(seed):
            model.fit(z, np.zeros(len(z)), batch_size, epochs, verbose=verbose)
        return self


class _LogDensity(keras.Model):
    """A prior as what Keras trains: its output is to be large."""

    def __init__(self, prior, **kwargs):
        super().__init__(**kwargs)
        self.prior = prior

    def call(self, z):
        return self.prior.log_prob(z)
