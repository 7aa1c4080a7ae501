from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..terms import KLDivergence, MaximumMeanDiscrepancy, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class InfoVAE(Autoencoder):
    """InfoVAE: a VAE that may keep what codes tell of the data, while all of them fit the prior.

        loss = - E_q(z|x)[log p(x|z)] + (1 - alpha) * KL(q(z|x) || p(z))
               + (alpha + lambda - 1) * MMD^2(q(z), p(z))

    With alpha = 1 it is the MMD-VAE, with alpha = 0 and lambda = 1 the VAE.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        alpha: Float of at most 1, how much mutual information of data and code is worth.
            Defaults to 1.
        lambda_: Float of at least 1 - alpha, the weight of the distance of the codes of all
            examples from the prior. Defaults to 10.
        kernel: Kernel of the MMD, `"imq"` or `"rbf"`, the paper's, here each a sum over the seven
            widths of `kerae.ops.maximum_mean_discrepancy`. Defaults to the latter.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.InfoVAE(input_shape=(8, 8, 1), latent_dim=2, alpha=0.5, lambda_=20.0)
    >>> model.compile(optimizer="adam")
    >>> sorted(model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0))
    ['kl', 'loss', 'mmd', 'reconstruction']

    Raises:
        ValueError: If alpha is above 1 or alpha + lambda below, the kernel is unknown, or the
            encoder or the decoder does not fit.
    Reference:
        Zhao, Song and Ermon, 2019, https://arxiv.org/abs/1706.02262
    """

    parts = (KLDivergence, MaximumMeanDiscrepancy, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        alpha: float = 1.0,
        lambda_: float = 10.0,
        kernel: str = "rbf",
        **kwargs: Any,
    ) -> None:
        if not 1 - lambda_ <= alpha <= 1:
            raise ValueError(
                "Expected `alpha` to be at most 1 and `alpha + lambda_` at least 1, so that no "
                f"weight is negative. Received: alpha={alpha}, lambda_={lambda_}"
            )
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [
                    Reconstruction(),
                    KLDivergence(1 - alpha),
                    MaximumMeanDiscrepancy(alpha + lambda_ - 1, kernel),
                ],
                alpha=alpha,
                lambda_=lambda_,
                kernel=kernel,
            ),
        )
        self.latent_dim = latent_dim
        self.alpha = alpha
        self.lambda_ = lambda_
        self.kernel = kernel
