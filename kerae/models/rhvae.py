from typing import Any, Self

import keras
import numpy as np

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import ArrayLike, Shape
from ..latents import RiemannianHamiltonianPosterior
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class RHVAE(Autoencoder):
    """Riemannian Hamiltonian VAE: codes move in a space whose metric is learned with the model.

        loss = - E[ log p(x|z_K) + log p(z_K) + log N(rho_K; 0, G(z_K))
                    - log q(z_0|x) - log N(rho_0; 0, 1 / beta_0 G(z_0)) + log |det| ]    nats
        G(z)^-1 = sum over i of  L_i L_i^T exp(-|z - c_i|^2 / T^2)  +  lambda I

    with z_K and rho_K after K steps of the generalized leapfrog from z_0 ~ q(z_0|x) and a momentum
    rho_0 of N(0, 1 / beta_0 G(z_0)), and |det| by how much they stretch volumes, as
    `kerae.latents.RiemannianHamiltonianPosterior` says. `loss` is the negative ELBO of code and
    momentum; all of it but the first part is logged as the KL.

    Train the model a while, put the centroids c_i where its codes are (`fit_metric`), and go on.
    `interpolate` then goes where there are codes, along geodesics of G.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        num_centroids: Integer. Defaults to 20.
        temperature: Positive float T, how far the metric of a centroid reaches. Defaults to 1.5.
        regularization: Positive float lambda. Defaults to 0.01.
        num_leapfrog: Integer, the number K of steps. Defaults to 3.
        step_size: Float between 0 and 0.5, where the step sizes, which are trained, start.
            Defaults to 0.05.
        tempering: `"fixed"` for momenta that shrink in a given way by a trained beta_0, `"free"`
            for trained factors, or `"none"`. Defaults to `"fixed"`.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.RHVAE(input_shape=(8, 8, 1), latent_dim=2, num_centroids=5)
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> model.fit_metric(x).metric(model.encode(x)).shape
    (20, 2, 2)

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is out of range.
    Reference:
        Chadebec, Mantoux and Allassonnière, 2020, https://arxiv.org/abs/2010.11518 (there the
        centroids are the codes of all training examples, gathered while training, with an L that a
        network makes of each example; here they are trained, and the network reads them)
    """

    parts = (KLDivergence, Reconstruction, RiemannianHamiltonianPosterior)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_centroids: int = 20,
        temperature: float = 1.5,
        regularization: float = 0.01,
        num_leapfrog: int = 3,
        step_size: float = 0.05,
        tempering: str = "fixed",
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        of_latent = {
            "num_centroids": num_centroids,
            "temperature": temperature,
            "regularization": regularization,
            "num_leapfrog": num_leapfrog,
            "step_size": step_size,
            "tempering": tempering,
            "num_samples": num_samples,
        }
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                RiemannianHamiltonianPosterior(latent_dim, **of_latent),
                [Reconstruction(), KLDivergence()],
                of_latent=of_latent,
            ),
        )
        self.latent_dim = latent_dim
        self.num_centroids = num_centroids
        self.temperature = temperature
        self.regularization = regularization
        self.num_leapfrog = num_leapfrog
        self.step_size = step_size
        self.tempering = tempering
        self.num_samples = num_samples

    def fit_metric(self, x: ArrayLike, seed: int = 0) -> Self:
        """Puts the centroids of the metric at the codes of examples, chosen at random.

        Args:
            x: Array `(n, *input_shape)`.
            seed: Integer, of the choice.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model or are fewer than the centroids, or another
                latent is in the place of its own.
        """
        self._with_metric.fit(self.encode(x), seed)
        return self

    def metric(self, z: ArrayLike) -> np.ndarray:
        """G(z) at codes.

        Args:
            z: Array `(n, latent_dim)`.
        Returns:
            Array `(n, latent_dim, latent_dim)` of symmetric positive definite matrices.
        Raises:
            ValueError: If the codes are of another shape or not finite, or another latent is in the
                place of its own.
        """
        return self._with_metric.metric(z)

    @property
    def _with_metric(self) -> RiemannianHamiltonianPosterior:
        if not isinstance(self.latent, RiemannianHamiltonianPosterior):
            raise ValueError(
                "Expected the latent to be a kerae.latents.RiemannianHamiltonianPosterior, which "
                f"has a metric. Received: {type(self.latent).__name__}, given in its place."
            )
        return self.latent
