from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..schedules import Weight
from ..terms import DimensionWiseKL, IndexCodeMutualInformation, Reconstruction, TotalCorrelation
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class BetaTCVAE(Autoencoder):
    """Beta-TCVAE: a VAE in which each of three parts of the KL has a weight of its own.

        loss = - E_q(z|x)[log p(x|z)] + alpha * MI + beta * TC + gamma * KL_j

        MI   = E[log q(z|x) - log q(z)]                 mutual information of code and example
        TC   = E[log q(z) - sum over j of log q(z_j)]   total correlation of the dimensions
        KL_j = E[sum over j of log q(z_j) - log p(z)]   of each dimension from the prior

    in nats per example. With alpha = beta = gamma it is a beta-VAE whose KL is estimated from one
    code; the three parts, each estimated from a batch, then add up to it exactly.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        dataset_size: Integer, the number of examples that the model is trained on. Defaults to
            that of the arrays that `fit` is given.
        alpha: Float or `kerae.schedules.Schedule`, the weight of the mutual information.
            Defaults to 1.
        beta: The same for the total correlation. Defaults to 6.
        gamma: The same for the dimension-wise KL. Defaults to 1.
        sampling: How densities over the data are estimated from a batch, `"weighted"` (the
            default), which shifts what is logged, or `"stratified"`; see
            `kerae.terms.TotalCorrelation`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.BetaTCVAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> sorted(model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0))
    ['dimension_wise_kl', 'loss', 'mutual_information', 'reconstruction', 'total_correlation']

    Raises:
        ValueError: If the encoder or the decoder does not fit, a weight is negative, the sampling
            unknown, or `dataset_size` below 1.
    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1802.04942
    """

    parts = (DimensionWiseKL, IndexCodeMutualInformation, Normal, Reconstruction, TotalCorrelation)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        dataset_size: int | None = None,
        alpha: Weight = 1.0,
        beta: float = 6.0,
        gamma: float = 1.0,
        sampling: str = "weighted",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [
                    Reconstruction(),
                    IndexCodeMutualInformation(dataset_size, alpha, sampling),
                    TotalCorrelation(dataset_size, beta, sampling),
                    DimensionWiseKL(dataset_size, gamma, sampling),
                ],
                alpha=alpha,
                beta=beta,
                gamma=gamma,
                sampling=sampling,
            ),
        )
        self.latent_dim = latent_dim
        self.dataset_size = dataset_size
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.sampling = sampling
