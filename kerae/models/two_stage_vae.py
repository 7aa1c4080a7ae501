from collections.abc import Sequence
from typing import Any, Self

import keras

from .. import likelihoods
from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import ArrayLike, Shape
from ..latents import Normal
from ..priors import SecondStage
from ..terms import KLDivergence, Reconstruction
from .composition import composed


@keras.saving.register_keras_serializable("kerae")
class TwoStageVAE(Autoencoder):
    """Two-stage VAE: a second VAE learns how the codes of a first one are spread.

        first:   - E_q(z|x)[log N(x; mu(z), gamma_x^2 I)] + KL(q(z|x) || N(0, I))        nats
        second:  - E_q(u|z)[log N(z; f(u), gamma_z^2 I)] + KL(q(u|z) || N(0, I))         nats
        samples: u ~ N(0, I),   z ~ N(f(u), gamma_z^2 I),   x = mu(z)

    per example, with variances that are trained. As that of the first falls, codes lie where the
    data are, but are not spread like the prior; the second VAE has as many dimensions as they.
    `fit` trains the first; `fit_prior(x)` then the second, on a code drawn of each example.
    Scores of examples, such as `log_likelihood`, are those of the first.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        second_dim: Integer, the dimensions of u. Defaults to `latent_dim`.
        second_widths: Sequence of integers, the units of the layers of the second VAE. Defaults to
            three of 1,024, as in the paper's code.
        likelihood: `kerae.likelihoods.Likelihood` or its name. Defaults to a normal with a trained
            variance.
        **kwargs: `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.TwoStageVAE(input_shape=(8, 8, 1), latent_dim=2, second_widths=(32,))
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> model.fit_prior(x, epochs=2).sample(4).shape
    (4, 8, 8, 1)

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is too small.
    Reference:
        Dai and Wipf, 2019, https://arxiv.org/abs/1903.05789 (whose code draws new codes for each
        epoch of the second stage)
    """

    parts = (KLDivergence, Normal, Reconstruction, SecondStage)
    passed_on = ("encoder", "decoder", "corruption", "preprocessing", "latent", "terms")

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        second_dim: int | None = None,
        second_widths: Sequence[int] = (1024, 1024, 1024),
        likelihood: str | likelihoods.Likelihood | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            likelihood=likelihood or likelihoods.Normal("learned"),
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [Reconstruction(), KLDivergence()],
                prior=SecondStage(second_dim, second_widths),
            ),
        )
        self.latent_dim = latent_dim
        self.second_dim = second_dim
        self.second_widths = tuple(second_widths)

    def fit_prior(
        self,
        x: ArrayLike,
        seed: int = 0,
        epochs: int = 100,
        batch_size: int = 256,
        learning_rate: float = 1e-3,
        verbose: int = 0,
    ) -> Self:
        """Trains the second VAE on codes of examples, once the first is trained.

        Args:
            x: Array `(n, *input_shape)`, what the model was trained on.
            seed: Integer, of the codes that are drawn, and of the training.
            epochs: Integer, as for `kerae.priors.SecondStage.fit`, like those that follow.
            batch_size: Integer.
            learning_rate: Float.
            verbose: As for `keras.Model.fit`.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model, or an argument is too small.
        """
        z = self.draw_codes(x, seed=seed)
        self.prior.fit(z, epochs, batch_size, learning_rate, verbose, seed)
        return self
