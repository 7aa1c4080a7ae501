from typing import Any, Self

import keras
import numpy as np
from keras import ops

from .. import likelihoods
from ..autoencoder.autoencoder import Autoencoder, data_shape
from ..checks.arguments import check_choice
from ..checks.types import ArrayLike, Shape
from ..latents import Deterministic
from ..networks import SpectralNormalization, default_decoder
from ..priors import GaussianMixture
from ..schedules import Weight
from ..terms import CodeNorm, DecoderGradient, DecoderNorm, Reconstruction

REGULARIZERS = ("l2", "gradient", "spectral")


@keras.saving.register_keras_serializable("kerae")
class RAE(Autoencoder):
    """Regularized autoencoder: no noise; a smooth decoder, and a prior that is fitted afterwards.

        loss = - log p(x|z) + beta * 1/2 * ||z||^2 + weight * L,   z = encoder(x)        nats

        "l2":        L = ||theta||^2, the squared length of the decoder's weights
        "gradient":  L = || d x_z / d z ||_F^2, with x_z the mean of p(x|z)
        "spectral":  no L; the decoder's kernels are divided by their largest singular values

    per example. After training, `fit_prior(x)` fits a mixture of normals to the codes, of which
    `sample` draws.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        beta: Float or `kerae.schedules.Schedule`, the weight of the code's length. Defaults to
            0.1.
        regularizer: `"l2"` for `kerae.terms.DecoderNorm`, `"gradient"` for
            `kerae.terms.DecoderGradient`, `"spectral"` for
            `kerae.networks.SpectralNormalization` around the decoder. Defaults to `"l2"`.
        regularizer_weight: Float or schedule, the weight of L for `"l2"` and `"gradient"`.
            Defaults to 0.01.
        num_probes: Integer, the number of random directions from which `"gradient"` estimates
            the norm. Defaults to the exact norm, which costs one pass per code unit.
        num_components: Integer, the normals of the prior. Defaults to 10.
        likelihood: `kerae.likelihoods.Likelihood` or its name. Defaults to `"bernoulli"`.
        decoder: Keras model or layer from codes to the parameters of the likelihood. Defaults
            to one that fits.
        preprocessing: Layer applied to input and target alike.
        **kwargs: `encoder` and `corruption`, as for `kerae.Autoencoder`.

    Example:

    >>> model = kerae.RAE(input_shape=(8, 8, 1), latent_dim=2, num_components=3)
    >>> x = np.random.default_rng(0).random((50, 8, 8, 1), dtype="float32")
    >>> model.fit_prior(x).sample(4).shape
    (4, 8, 8, 1)

    Raises:
        ValueError: If the regularizer is unknown, a weight is negative, `num_probes` or
            `num_components` is below 1, or the encoder or the decoder does not fit.
    Reference:
        Ghosh et al., 2020, https://arxiv.org/abs/1903.12436
    """

    parts = (
        CodeNorm,
        DecoderGradient,
        DecoderNorm,
        Deterministic,
        GaussianMixture,
        Reconstruction,
        SpectralNormalization,
    )
    passed_on = ("encoder", "corruption")

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        beta: Weight = 0.1,
        regularizer: str = "l2",
        regularizer_weight: Weight = 0.01,
        num_probes: int | None = None,
        num_components: int = 10,
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        decoder: keras.Layer | None = None,
        preprocessing: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        check_choice("regularizer", regularizer, REGULARIZERS)
        if num_components < 1:
            raise ValueError(f"Expected `num_components` of at least 1. Received: {num_components}")
        likelihood = likelihoods.get(likelihood)
        terms = [Reconstruction(), CodeNorm(beta)]
        if regularizer == "l2":
            terms.append(DecoderNorm(regularizer_weight))
        elif regularizer == "gradient":
            terms.append(DecoderGradient(regularizer_weight, num_probes))
        elif not isinstance(decoder, SpectralNormalization):
            parameter_shape = likelihood.parameter_shape(data_shape(input_shape, preprocessing))
            decoder = SpectralNormalization(
                decoder or default_decoder((latent_dim,), parameter_shape)
            )
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim),
            likelihood=likelihood,
            prior=GaussianMixture(
                np.zeros((num_components, latent_dim)), [np.eye(latent_dim)] * num_components
            ),
            terms=terms,
            decoder=decoder,
            preprocessing=preprocessing,
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.beta = beta
        self.regularizer = regularizer
        self.regularizer_weight = regularizer_weight
        self.num_probes = num_probes
        self.num_components = num_components

    def fit_prior(self, x: ArrayLike, seed: int = 0) -> Self:
        """Makes the prior the mixture of normals that fits the codes of examples best.

        Args:
            x: Array `(n, *input_shape)`, what the model was trained on.
            seed: Integer, of the initial components.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model, or are fewer than the components.
        """
        self.prior.fit(self.encode(x), seed)
        return self

    @property
    def prior_is_fitted(self):
        """Whether the prior is another one than the standard normals that it starts as."""
        return bool((ops.convert_to_numpy(self.prior.scale_tril) != np.eye(self.latent_dim)).any())

    def check_prior(self):
        """Raises a `ValueError` if `fit_prior` has fitted no prior to sample from."""
        if not self.prior_is_fitted:
            raise ValueError(
                "The prior of this RAE has not been fitted to its codes. "
                "Call model.fit_prior(x_train) after training."
            )
