import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from keras import ops

from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.extras import require
from ..checks.given import as_array
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, Tensor
from .components import drawn_component
from .prior import Prior

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

COUNTS = (1, 2, 5, 10, 20)


@keras.saving.register_keras_serializable("kerae.priors")
class GaussianMixture(Prior):
    """A mixture of normals with full covariances.

        log p(z) = log( sum over components k of  p_k N(z; m_k, S_k) )        nats

    The mixture is a part of the model's state: `fit` replaces it, and it is saved with the
    weights. The arguments say what it starts as.

    Args:
        means: Nested list or array `(num_components, latent_dim)` of m_k.
        covariances: Nested list or array `(num_components, latent_dim, latent_dim)` of S_k,
            symmetric and positive definite.
        probabilities: List or array `(num_components,)` of p_k, positive with sum 1. Defaults to
            equal ones.

    `fitted` takes `num_components` in the place of these arguments: an integer, or several to
    choose of by the BIC, by default 1, 2, 5, 10 and 20.

    Attributes:
        location: Variable, the means.
        scale_tril: Variable, the Cholesky factors of the covariances.
        probability: Variable, the probabilities of the components.

    Example:

    >>> prior = kerae.priors.GaussianMixture([[-1.0], [1.0]], [[[1.0]], [[1.0]]])
    >>> float(prior.log_prob(np.zeros((1, 1), "float32"))[0])
    -1.418938...

    Raises:
        ValueError: If the shapes do not fit each other, a matrix is no covariance, or the
            probabilities are none.
    Reference:
        Makhzani et al., 2016, https://arxiv.org/abs/1511.05644 (as a prior);
        Ghosh et al., 2020, https://arxiv.org/abs/1903.12436 (fitted to codes after training)
    """

    def __init__(
        self,
        means: ArrayLike,
        covariances: ArrayLike,
        probabilities: ArrayLike | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        given = (as_array(means, "means"), as_array(covariances, "covariances"))
        m, s = (each.astype("float64") for each in given)
        _check_components(m, s)
        p = (
            np.full(len(m), 1 / len(m))
            if probabilities is None
            else as_array(probabilities, "probabilities")
        )
        _check_probabilities(p, len(m))
        self.means = m.tolist()
        self.covariances = s.tolist()
        self.probabilities = None if probabilities is None else p.tolist()
        self.event_shape = m.shape[1:]
        self.num_classes = len(m)
        self.location, self.scale_tril, self.probability = (
            self.add_weight(shape=each.shape, trainable=False, name=name)
            for each, name in ((m, "location"), (s, "scale_tril"), (p, "probability"))
        )
        self._become(m, s, p)

    def _become(self, means, covariances, probabilities):
        self.location.assign(means)
        self.scale_tril.assign(np.linalg.cholesky(covariances))
        self.probability.assign(probabilities)

    @classmethod
    def ring(
        cls,
        num_components: int = 10,
        radius: float = 4.0,
        radial: float = 1.0,
        tangential: float = 0.3,
    ):
        """Equal components on a circle in the plane, each stretched away from the center.

        Args:
            num_components: Integer.
            radius: Float, the distance of the means from the origin.
            radial: Float, the standard deviation along the radius.
            tangential: Float, the standard deviation across it.
        Reference:
            Makhzani et al., 2016, https://arxiv.org/abs/1511.05644 (figure 4; its sizes are not
            given there)
        """
        angles = 2 * math.pi * np.arange(num_components) / num_components
        outward = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        across = np.stack([-np.sin(angles), np.cos(angles)], axis=1)
        covariances = sum(
            scale**2 * direction[:, :, None] * direction[:, None, :]
            for scale, direction in ((radial, outward), (tangential, across))
        )
        return cls(radius * outward, covariances)

    @classmethod
    def from_codes(
        cls,
        model: "Autoencoder",
        codes: Any,
        labels: Any,
        seed: int,
        num_components: int | Sequence[int] = COUNTS,
        **options: Any,
    ) -> Prior:
        """A mixture that fits codes; of several numbers of components, that of the least BIC.

            BIC = -2 sum over codes of log p(z) + (number of free parameters) log n

        Args:
            num_components: Integer, or a sequence of such to choose of, of which those above the
                number of codes are left out. Defaults to 1, 2, 5, 10 and 20.
            **options: `name` and `dtype`.
        Reference:
            Schwarz, 1978, https://doi.org/10.1214/aos/1176344136
        """
        several = isinstance(num_components, Sequence)
        counts = list(num_components) if several else [num_components]
        for count in counts:
            check_count("num_components", count)
        z = as_codes(codes).astype("float64")
        possible = [count for count in counts if count <= len(z)]
        if not possible:
            raise ValueError(
                f"Expected `num_components` of at most {len(z)}, the number of codes. Received: "
                f"{num_components}. Take fewer, or more examples."
            )
        mixtures = [_mixture(z, count, seed) for count in possible]
        best = min(mixtures, key=lambda each: each.bic(z)) if mixtures[1:] else mixtures[0]
        prior = cls(np.zeros_like(best.means_), [np.eye(z.shape[1])] * len(best.means_), **options)
        prior.fit_to(model)
        prior._become(best.means_, best.covariances_, best.weights_)
        return prior

    def fit(self, z: ArrayLike, seed: int = 0) -> Self:
        """Becomes the mixture of as many components that fits codes best, by scikit-learn's EM.

        The order of the components is arbitrary afterwards.

        Args:
            z: Array `(n, latent_dim)`.
            seed: Integer, of the initial components.
        Returns:
            The prior itself.
        Raises:
            ValueError: If the codes are of another shape.
        """
        z = as_array(z, "z")
        check_array(z, self.event_shape, "z")
        fitted = _mixture(z, len(self.means), seed)
        self._become(fitted.means_, fitted.covariances_, fitted.weights_)
        return self

    def log_prob(self, z: Tensor) -> Tensor:
        (latent_dim,) = self.event_shape
        flat = ops.reshape(ops.cast(z, self.compute_dtype), (-1, latent_dim))
        residual = ops.transpose(flat) - ops.expand_dims(self.location, 2)
        whitened = ops.solve_triangular(self.scale_tril, residual, lower=True)
        diagonal = ops.diagonal(self.scale_tril, axis1=1, axis2=2)
        log_scale = ops.log(self.probability) - ops.sum(ops.log(diagonal), axis=1)
        squared = ops.sum(ops.square(whitened) + math.log(2 * math.pi), axis=1)
        log_prob = ops.logsumexp(ops.expand_dims(log_scale, 1) - 0.5 * squared, axis=0)
        return ops.reshape(log_prob, ops.shape(z)[:-1])

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        component = drawn_component(noise, self.probability, labels)
        location, scale_tril = (
            ops.take(each, component, axis=0) for each in (self.location, self.scale_tril)
        )
        epsilon = ops.cast(noise.normal(self.event_shape), self.compute_dtype)
        return location + ops.einsum("bij,bj->bi", scale_tril, epsilon)


def _mixture(z, num_components, seed):
    """That of scikit-learn which fits codes."""
    require("kerae.priors.GaussianMixture, fitted,", "analysis", "sklearn")
    from sklearn import mixture

    check_count("seed", seed, 0)
    return mixture.GaussianMixture(num_components, random_state=seed).fit(z)


def _check_components(means, covariances):
    if means.ndim != 2 or covariances.shape != (*means.shape, means.shape[-1]):
        raise ValueError(
            "Expected `means` of shape (num_components, latent_dim) and `covariances` of shape "
            "(num_components, latent_dim, latent_dim). "
            f"Received: {means.shape} and {covariances.shape}."
        )
    is_symmetric = np.allclose(covariances, covariances.swapaxes(1, 2))
    if not is_symmetric or not (np.linalg.eigvalsh(covariances) > 0).all():
        raise ValueError(
            "Expected `covariances` to be symmetric and positive definite. "
            f"Received: covariances={covariances.tolist()}"
        )


def _check_probabilities(probabilities, num_components):
    is_distribution = (probabilities > 0).all() and abs(probabilities.sum() - 1) < 1e-6
    if probabilities.shape != (num_components,) or not is_distribution:
        raise ValueError(
            f"Expected `probabilities` to be {num_components} positive numbers with the sum 1. "
            f"Received: probabilities={probabilities.tolist()}"
        )
