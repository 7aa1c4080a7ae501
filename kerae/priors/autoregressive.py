import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import Shape, Tensor
from ..networks import MADE
from ..ops.bounded import bounded
from .components import drawn_index
from .prior import Prior, check_vectors, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class Autoregressive(Prior):
    """Each element of a code is drawn as those before it say, from a mixture of normals.

        p(z) = product over i of  sum over c of pi_ic N(z_i; mu_ic, sigma_ic^2)

    with pi_ic, mu_ic and sigma_ic functions of z_1, …, z_i-1, by a `kerae.networks.MADE` that is
    trained with the model. A density takes one pass of it, a sample one for each dimension.

    Args:
        num_components: Integer, of the mixture of each element. Defaults to 5.
        widths: Sequence of integers, the units of the hidden layers. Defaults to one of 128.

    Example:

    >>> prior = kerae.priors.Autoregressive(num_components=3, widths=(16,))
    >>> model = kerae.VAE((8, 8, 1), latent_dim=2, prior=prior)
    >>> tuple(prior.log_prob(np.zeros((5, 2), "float32")).shape)
    (5,)

    Raises:
        ValueError: If a number is too small, or the codes of a model are no vectors.
    Reference:
        Germain et al., 2015, https://arxiv.org/abs/1502.03509 (the network);
        Chen et al., 2017, https://arxiv.org/abs/1611.02731 (an autoregressive prior)
    """

    def __init__(self, num_components: int = 5, widths: Shape = (128,), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("num_components", num_components)
        self.num_components = num_components
        self.widths = checked_shape("widths", widths, least_axes=0)
        self.network: Any = None

    def fit_to(self, model: "Autoencoder") -> None:
        shape = model.latent.event_shape
        check_vectors(self, shape)
        super().fit_to(model)
        if self.network is None:
            degrees, count = range(1, shape[0] + 1), self.num_components
            self.network = MADE(tuple(degrees), 3 * count, self.widths, dtype=self.dtype_policy)
            # Else all components would be one for ever.
            spread = keras.initializers.RandomNormal(stddev=1.0)
            self.offsets = self.add_weight(
                shape=(*shape, count), initializer=spread, name="offsets"
            )

    def _components(self, z):
        """Logits, means and log-variances of each element's mixture, `(…, latent_dim, c)`."""
        logits, means, log_variances = ops.split(self.network(z), 3, axis=-1)
        return logits, means + self.offsets, bounded(log_variances)

    def log_prob(self, z: Tensor) -> Tensor:
        z = ops.cast(z, self.compute_dtype)
        logits, means, log_variances = self._components(z)
        squared = ops.square(ops.expand_dims(z, -1) - means) * ops.exp(-log_variances)
        log_probs = -0.5 * (squared + log_variances + math.log(2 * math.pi))
        elements = ops.logsumexp(ops.log_softmax(logits) + log_probs, axis=-1)
        return ops.sum(elements, axis=-1)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        latent_dim = self.event_shape[0]
        uniform = ops.cast(noise.uniform((latent_dim,)), self.compute_dtype)
        epsilon = ops.cast(noise.normal((latent_dim,)), self.compute_dtype)
        z = ops.zeros_like(epsilon)
        for place in range(latent_dim):
            logits, means, log_variances = self._components(z)
            component = drawn_index(uniform, ops.softmax(logits))
            chosen = ops.one_hot(component, self.num_components, dtype=z.dtype)
            mean, log_variance = (ops.sum(chosen * each, -1) for each in (means, log_variances))
            drawn = mean + ops.exp(0.5 * log_variance) * epsilon
            z = ops.where(ops.equal(ops.arange(latent_dim), place), drawn, z)
        return z
