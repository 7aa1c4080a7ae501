import math
from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from keras import ops

from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.extras import require
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, Tensor
from ..ops.bounded import bounded
from .components import drawn_component
from .prior import Prior, check_vectors

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class LearnedMixture(Prior):
    """A mixture of normals with diagonal covariances, trained with the model.

        p(z) = sum over components c of pi_c N(z; mu_c, diag(sigma_c^2))

    It starts as equal components around draws of the standard normal, or, by `fit`, as the mixture
    that fits codes. `model.sample(n, y, prior=model.prior)` draws of the components numbered `y`.

    Args:
        num_components: Integer. Defaults to 10.

    Example:

    >>> prior = kerae.priors.LearnedMixture(num_components=3)
    >>> model = kerae.VAE((8, 8, 1), latent_dim=2, prior=prior)
    >>> tuple(prior.log_joint(np.zeros((5, 2), "float32")).shape)
    (5, 3)

    Raises:
        ValueError: If `num_components` is below 1, or the codes of a model are no vectors.
    Reference:
        Jiang et al., 2017, https://arxiv.org/abs/1611.05148 (there the component of an example is
        a latent of its own, with a bound that is at most that of the mixture)
    """

    def __init__(self, num_components: int = 10, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("num_components", num_components)
        self.num_components = num_components
        self.num_classes = num_components
        self.means = None

    def fit_to(self, model: "Autoencoder") -> None:
        check_vectors(self, model.latent.event_shape)
        super().fit_to(model)
        if self.means is None:
            shape = (self.num_components, *model.latent.event_shape)
            normal = keras.initializers.RandomNormal(stddev=1.0)
            self.means = self.add_weight(shape=shape, initializer=normal, name="means")
            self.log_variances = self.add_weight(shape=shape, initializer="zeros", name="spreads")
            self.logits = self.add_weight(shape=shape[:1], initializer="zeros", name="logits")

    def fit(self, z: ArrayLike, seed: int = 0) -> Self:
        """Becomes the mixture of as many components that fits codes best, by scikit-learn's EM.

        Args:
            z: Array `(n, latent_dim)`.
            seed: Integer, of the initial components.
        Returns:
            The prior itself.
        Raises:
            ValueError: If the prior is not yet part of a model, or the codes are of another shape
                or fewer than the components.
        """
        require("kerae.priors.LearnedMixture.fit", "analysis", "sklearn")
        from sklearn import mixture

        if self.means is None:
            raise ValueError(
                "Expected a LearnedMixture that is part of a model. Received: one of its own. Make "
                "the model first, by `prior=`."
            )
        z = as_codes(z)
        check_array(z, self.event_shape, "z")
        if len(z) < self.num_components:
            raise ValueError(
                f"Expected `z` to be at least {self.num_components} codes, as many as components. "
                f"Received: {len(z)}."
            )
        fitted = mixture.GaussianMixture(
            self.num_components, covariance_type="diag", random_state=seed
        ).fit(z.astype("float64"))
        self.means.assign(fitted.means_)
        self.log_variances.assign(np.log(fitted.covariances_))
        self.logits.assign(np.log(np.maximum(fitted.weights_, 1e-12)))
        return self

    def log_joint(self, z: Tensor) -> Tensor:
        """log pi_c N(z; mu_c, diag(sigma_c^2)) in nats of codes `(…, latent_dim)`: `(…, c)`."""
        log_variances = bounded(self.log_variances)
        residual = ops.expand_dims(ops.cast(z, self.compute_dtype), -2) - self.means
        squared = ops.square(residual) * ops.exp(-log_variances)
        log_probs = -0.5 * ops.sum(squared + log_variances + math.log(2 * math.pi), axis=-1)
        return log_probs + ops.log_softmax(self.logits)

    def log_prob(self, z: Tensor) -> Tensor:
        return ops.logsumexp(self.log_joint(z), axis=-1)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        component = drawn_component(noise, ops.softmax(self.logits), labels)
        scales = ops.exp(0.5 * bounded(self.log_variances))
        mean, scale = (ops.take(each, component, axis=0) for each in (self.means, scales))
        return mean + scale * ops.cast(noise.normal(self.event_shape), self.compute_dtype)
