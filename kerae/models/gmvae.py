from typing import Any, Self

import keras
import numpy as np
from keras import ops

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import ArrayLike, Shape
from ..latents import Normal
from ..priors import LearnedMixture
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class GMVAE(Autoencoder):
    """VAE with a mixture of normals as its prior, whose components are clusters of the data.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example
        p(z) = sum over clusters c of pi_c N(z; mu_c, diag(sigma_c^2))

    As VaDE: train the model a while, put the mixture where its codes are (`fit_prior`), and go on.
    The KL is estimated from the codes drawn, with the clusters summed over exactly.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        num_clusters: Integer. Defaults to 10.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.GMVAE(input_shape=(8, 8, 1), latent_dim=2, num_clusters=3)
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> model.fit_prior(x).cluster_probabilities(x).shape
    (20, 3)

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is too small.
    Reference:
        Jiang et al., 2017, https://arxiv.org/abs/1611.05148 (VaDE; there the clusters are in the
        bound as a latent q(c|x), which is at most this one)
    """

    parts = (KLDivergence, LearnedMixture, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_clusters: int = 10,
        beta: Weight = 1.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim, num_samples),
                [Reconstruction(), KLDivergence(beta)],
                prior=LearnedMixture(num_clusters),
                of_latent={"num_samples": num_samples},
                of_prior={"num_clusters": num_clusters},
                beta=beta,
            ),
        )
        self.latent_dim = latent_dim
        self.num_clusters = num_clusters
        self.beta = beta
        self.num_samples = num_samples

    def fit_prior(self, x: ArrayLike, seed: int = 0) -> Self:
        """Makes the prior the mixture that fits the codes of examples best.

        Args:
            x: Array `(n, *input_shape)`.
            seed: Integer, of the initial clusters.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model, or are fewer than the clusters.
        """
        self.prior.fit(self.encode(x), seed=seed)
        return self

    def cluster_probabilities(self, x: ArrayLike) -> np.ndarray:
        """p(c|z) of each cluster at the code of each example.

            p(c|z) = pi_c N(z; mu_c, diag(sigma_c^2)) / p(z)

        Args:
            x: Array `(n, *input_shape)`.
        Returns:
            Array `(n, num_clusters)`, each row of sum 1.
        Raises:
            ValueError: If the data do not fit the model, or another prior is in the place of its
                mixture.
        """
        if not isinstance(self.prior, LearnedMixture):
            raise ValueError(
                "Expected the prior to be a kerae.priors.LearnedMixture, whose components are the "
                f"clusters. Received: {type(self.prior).__name__}, given in its place."
            )
        log_joint = self.prior.log_joint(ops.convert_to_tensor(self.encode(x)))
        return ops.convert_to_numpy(ops.softmax(log_joint))
