from typing import Any, Self

import keras
import numpy as np
from keras import initializers, ops

from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.given import as_array
from ..checks.numbers import check_count, check_positive
from ..checks.types import ArrayLike, Tensor
from ..geometry import CentroidManifold
from ..ops.centroid_metric import CentroidMetric
from .hamiltonian_posterior import HamiltonianPosterior

WIDTH = 32  # units of the network of the metric


@keras.saving.register_keras_serializable("kerae.latents")
class RiemannianHamiltonianPosterior(HamiltonianPosterior):
    """A normal code that moves, with a random momentum, in a space whose metric is learned.

        G(z)^-1 = sum over i of  L(c_i) L(c_i)^T exp(-|z - c_i|^2 / T^2)  +  lambda I
        z_0 ~ N(mu(x), diag(sigma(x)^2)),   rho_0 ~ N(0, 1 / beta_0 G(z_0))
        H(z, rho) = - log p(x|z) - log p(z) + 1/2 rho^T G(z)^-1 rho + 1/2 log |G(z)|

    by K steps of the generalized leapfrog on H, momenta multiplied by a factor after each, as those
    of `kerae.latents.HamiltonianPosterior`. Centroids c_i are trained, and so is the network that
    makes lower triangular L of them, with a positive diagonal. Far from all of them the space is
    flat. Implicit steps are solved by fixed-point iterations; how these change volumes is computed,
    so that the bound is one however near to the solution they come.

    `geometry` is the space of codes under G; its shortest ways go where the centroids are.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_leapfrog: Integer, the number K of steps. Defaults to 3.
        step_size: Float between 0 and 0.5, where step sizes start. Defaults to 0.05.
        tempering: As for `HamiltonianPosterior`. Defaults to `"fixed"`.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        num_centroids: Integer. Defaults to 20.
        temperature: Positive float T, how far the metric of a centroid reaches. Defaults to 1.5.
        regularization: Positive float lambda. Defaults to 0.01.
        num_iterations: Integer, those of each implicit step. Defaults to 3.

    Example:

    >>> latent = kerae.latents.RiemannianHamiltonianPosterior(2, num_centroids=5)
    >>> latent.metric(np.zeros((4, 2))).shape
    (4, 2, 2)

    Raises:
        ValueError: As `HamiltonianPosterior`.
    Reference:
        Chadebec, Mantoux and Allassonnière, 2020, https://arxiv.org/abs/2010.11518 (there the
        centroids are the means mu(x) of all training examples, and the network of L reads these)
    """

    def __init__(
        self,
        latent_dim: int,
        num_leapfrog: int = 3,
        step_size: float = 0.05,
        tempering: str = "fixed",
        num_samples: int = 1,
        num_centroids: int = 20,
        temperature: float = 1.5,
        regularization: float = 0.01,
        num_iterations: int = 3,
        **kwargs: Any,
    ) -> None:
        super().__init__(latent_dim, num_leapfrog, step_size, tempering, num_samples, **kwargs)
        check_count("num_centroids", num_centroids)
        check_positive("temperature", temperature)
        check_positive("regularization", regularization)
        check_count("num_iterations", num_iterations)
        self.num_centroids = num_centroids
        self.temperature = temperature
        self.regularization = regularization
        self.num_iterations = num_iterations
        self.centroids = self.add_weight(
            shape=(num_centroids, latent_dim),
            initializer=initializers.RandomNormal(stddev=1.0),  # as the prior's codes
            name="centroids",
        )
        size = latent_dim * (latent_dim + 1) // 2
        self.metric_network = keras.Sequential(
            [
                keras.layers.Dense(WIDTH, "tanh", dtype=self.dtype_policy),
                keras.layers.Dense(size, dtype=self.dtype_policy),
            ]
        )
        self.metric_network.build((None, latent_dim))

    def triangles(self) -> Tensor:
        """The L of each centroid, `(num_centroids, latent_dim, latent_dim)`."""
        d = self.latent_dim
        rows, columns = np.tril_indices(d)
        elements = self.metric_network(ops.convert_to_tensor(self.centroids))
        elements = ops.where(rows == columns, ops.softplus(elements), elements)
        places = np.zeros((len(rows), d * d), self.compute_dtype)
        places[np.arange(len(rows)), rows * d + columns] = 1.0
        return ops.reshape(ops.matmul(elements, places), (-1, d, d))

    def kinetic(self) -> Any:
        return CentroidMetric(
            self.centroids,
            self.triangles(),
            self.temperature,
            self.regularization,
            self.num_iterations,
        )

    @property
    def geometry(self) -> CentroidManifold:
        return CentroidManifold(
            ops.convert_to_numpy(self.centroids),
            ops.convert_to_numpy(self.triangles()),
            self.temperature,
            self.regularization,
        )

    def metric(self, z: ArrayLike) -> np.ndarray:
        """G(z) at codes `(n, latent_dim)`, of shape `(n, latent_dim, latent_dim)`.

        Raises:
            ValueError: If the codes are of another shape or not finite.
        """
        z = as_array(z, "z")
        check_array(z, self.event_shape, "z")
        return self.geometry.metric(z)

    def fit(self, z: ArrayLike, seed: int = 0) -> Self:
        """Puts the centroids at codes, chosen at random; they are trained from there on.

        Args:
            z: Array `(n, latent_dim)`.
            seed: Integer, of the choice.
        Returns:
            The latent itself.
        Raises:
            ValueError: If the codes are of another shape or fewer than the centroids.
        """
        z = as_codes(z)
        check_array(z, self.event_shape, "z")
        if len(z) < self.num_centroids:
            raise ValueError(
                f"Expected `z` to be at least {self.num_centroids} codes, as many as centroids. "
                f"Received: {len(z)}."
            )
        chosen = np.random.default_rng(seed).choice(len(z), self.num_centroids, replace=False)
        self.centroids.assign(z[np.sort(chosen)])
        return self
