import math
from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from ..checks.arguments import check_choice
from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.numbers import check_count, check_positive
from ..checks.types import ArrayLike, Tensor
from .components import drawn_number
from .prior import Prior, check_vectors, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

KEPT = 2000
FACTORS = {
    "scott": lambda count, latent_dim: count ** (-1 / (latent_dim + 4)),
    "silverman": lambda count, latent_dim: (
        (count * (latent_dim + 2) / 4) ** (-1 / (latent_dim + 4))
    ),
}
CROSS_VALIDATED = "cross_validated"
TRIED = np.geomspace(0.1, 2, 25)  # times the factor of Scott
ROWS_AT_ONCE = 256


@keras.saving.register_keras_serializable("kerae.priors")
class KernelDensity(Prior):
    """A normal around each of some codes, all of one covariance, a part of that of the codes.

        p(z) = 1/N sum over n of N(z; z_n, h^2 S),   S the covariance of the codes

        "scott":             h = N^(-1 / (latent_dim + 4))
        "silverman":         h = (N (latent_dim + 2) / 4)^(-1 / (latent_dim + 4))
        "cross_validated":   the h that is best for the mean of log p of each code without its own
                             normal, of 25 between 0.1 and 2 times that of Scott

    It is fitted to codes of a trained model, by `fitted` or `fit`, and keeps N of them. Before, it
    is the standard normal.

    Args:
        num_codes: Integer, the number N. Defaults to 2,000; `fitted` takes fewer where there are
            fewer examples.
        bandwidth: `"scott"`, `"silverman"` or `"cross_validated"`, or h as a number. Defaults to
            `"scott"`.

    Example:

    >>> data, model = kerae.data.load("digits"), kerae.AE((8, 8, 1), latent_dim=2)
    >>> prior = kerae.priors.KernelDensity.fitted(model, data.x_train, num_codes=200)
    >>> model.sample(5, prior=prior).shape
    (5, 8, 8, 1)

    Raises:
        ValueError: If `num_codes` is below 2, `bandwidth` none, or the codes of a model no vectors.
    Reference:
        Scott, 1992, and Silverman, 1986, as `scipy.stats.gaussian_kde` has them
    """

    def __init__(
        self, num_codes: int = KEPT, bandwidth: str | float = "scott", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_count("num_codes", num_codes, 2)
        if isinstance(bandwidth, str):
            check_choice("bandwidth", bandwidth, [*FACTORS, CROSS_VALIDATED])
        else:
            check_positive("bandwidth", bandwidth)
        self.num_codes = num_codes
        self.bandwidth = bandwidth
        self.codes = None

    def fit_to(self, model: "Autoencoder") -> None:
        check_vectors(self, model.latent.event_shape)
        super().fit_to(model)
        if self.codes is None:
            self._make(*model.latent.event_shape)

    def _make(self, latent_dim):
        self.event_shape = (latent_dim,)
        self.location, self.codes, self.scale_tril = (
            self.add_weight(shape=shape, trainable=False, initializer=start, name=name)
            for shape, start, name in (
                ((latent_dim,), "zeros", "location"),
                ((self.num_codes, latent_dim), "zeros", "codes"),
                ((latent_dim, latent_dim), "identity", "scale_tril"),
            )
        )

    @classmethod
    def from_codes(
        cls,
        model: "Autoencoder",
        codes: Any,
        labels: Any,
        seed: int,
        num_codes: int = KEPT,
        **options: Any,
    ) -> Prior:
        num_codes = min(num_codes, len(codes))
        return super().from_codes(model, codes, labels, seed, num_codes=num_codes, **options)

    def fit(self, z: ArrayLike, seed: int = 0) -> Self:
        """Becomes the density around codes.

        Args:
            z: Array `(n, latent_dim)`.
            seed: Integer, of the choice of `num_codes` among more.
        Returns:
            The prior itself.
        Raises:
            ValueError: If the codes are of another shape, fewer than `num_codes`, not finite, or
                lie in a plane of fewer dimensions.
        """
        check_count("seed", seed, 0)
        z = as_codes(z).astype("float64")
        if self.codes is None:
            self._make(z.shape[1])
        check_array(z, self.event_shape, "z")
        if len(z) < self.num_codes:
            raise ValueError(
                f"Expected `z` to be at least {self.num_codes} codes, those that are kept. "
                f"Received: {len(z)}. Make the prior with fewer `num_codes`."
            )
        if len(z) > self.num_codes:
            z = np.random.default_rng(seed).choice(z, self.num_codes, replace=False, shuffle=False)
        location = z.mean(axis=0)
        try:
            unscaled = np.linalg.cholesky(np.atleast_2d(np.cov(z, rowvar=False)))
        except np.linalg.LinAlgError:
            raise ValueError(
                f"Expected codes that vary in all {z.shape[1]} dimensions, one independently of "
                f"the others. Received: {len(z)} that do not. Take more codes than dimensions, and "
                "a model of fewer dimensions where some are not used."
            ) from None
        self.location.assign(location)
        self.codes.assign(z - location)
        self.scale_tril.assign(self._factor(z - location, unscaled) * unscaled)
        return self

    def _factor(self, centered, unscaled):
        if not isinstance(self.bandwidth, str):
            return self.bandwidth
        if self.bandwidth in FACTORS:
            return FACTORS[self.bandwidth](*centered.shape)
        tried = TRIED * FACTORS["scott"](*centered.shape)
        return tried[np.argmax(_left_out(np.linalg.solve(unscaled, centered.T).T, tried))]

    def check_fitted(self) -> None:
        if self.codes is None or not ops.convert_to_numpy(self.codes).any():
            raise ValueError(
                "Expected a KernelDensity that is fitted to codes. Received: one that is not. Make "
                "it by kerae.priors.KernelDensity.fitted(model, x_train)."
            )

    def log_prob(self, z: Tensor) -> Tensor:
        (latent_dim,) = self.event_shape
        flat = ops.reshape(ops.cast(z, self.compute_dtype), (-1, latent_dim)) - self.location
        scale_tril = ops.convert_to_tensor(self.scale_tril)
        of_codes, whitened = (
            ops.solve_triangular(scale_tril, ops.transpose(each), lower=True)
            for each in (ops.convert_to_tensor(self.codes), flat)
        )
        lengths = (ops.sum(ops.square(each), axis=0) for each in (of_codes, whitened))
        length_of_code, length = (ops.expand_dims(each, axis) for axis, each in enumerate(lengths))
        products = ops.matmul(ops.transpose(whitened), of_codes)
        squared = ops.maximum(length + length_of_code - 2 * products, 0)
        log_scale = ops.sum(ops.log(ops.diagonal(scale_tril)))
        constant = 0.5 * latent_dim * math.log(2 * math.pi) + math.log(self.num_codes) + log_scale
        log_prob = ops.logsumexp(-0.5 * squared, axis=1) - constant
        return ops.reshape(log_prob, ops.shape(z)[:-1])

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        number = drawn_number(noise.uniform(()), self.num_codes)
        around = self.location + ops.take(ops.convert_to_tensor(self.codes), number, axis=0)
        epsilon = ops.cast(noise.normal(self.event_shape), self.compute_dtype)
        return around + ops.matmul(epsilon, ops.transpose(self.scale_tril))


def _left_out(whitened, factors):
    """The mean over codes of log p of each without its own normal, for each factor, up to what all
    have in common; of codes whose covariance is that of unit normals."""
    count, latent_dim = whitened.shape
    totals = np.zeros(len(factors))
    for start in range(0, count, ROWS_AT_ONCE):
        some = whitened[start : start + ROWS_AT_ONCE]
        lengths = np.square(some).sum(axis=1)[:, None] + np.square(whitened).sum(axis=1)
        squared = np.maximum(lengths - 2 * some @ whitened.T, 0)
        squared[np.arange(len(some)), start + np.arange(len(some))] = np.inf
        totals += [logsumexp(-0.5 * squared / h**2, axis=1).sum() for h in factors]
    return totals / count - latent_dim * np.log(factors)
