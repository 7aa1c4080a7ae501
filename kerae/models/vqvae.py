from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder, data_shape
from ..checks.types import Shape
from ..latents.quantizers import Quantizer, VectorQuantizer
from ..latents.quantizers.quantizer import check_quantizer
from ..likelihoods import Likelihood
from ..likelihoods import get as likelihood_of
from ..networks import residual_decoder, residual_encoder
from ..priors import UniformCodes
from ..schedules import Weight
from ..terms import CodebookError, Commitment, Perplexity, Reconstruction, UsedCodes

DEFAULTS = (512, 16)  # of `num_codes` and `code_dim`, which an own quantizer has of its own


@keras.saving.register_keras_serializable("kerae")
class VQVAE(Autoencoder):
    """Vector-quantized VAE: a map of codes, each one of finitely many, as words of an image.

        loss = - log p(x|z) + commitment * |before - sg(z)|^2 [+ |sg(before) - z|^2]        nats
        z = the code nearest to before, at each place of a map;  before = encoder(x)

    per example, with sg, through which no gradient passes. The summand in brackets trains the codes
    where the quantizer does not move them by itself (`update="gradient"`). What else there is to
    train on, the quantizer says. Of `kerae.latents` there are:

    - `VectorQuantizer`, a codebook learned by EMA or by gradient, of any vectors or of directions
    - `SimVQ`, random codes behind a learned linear map
    - `FiniteScalar` (FSQ), dimensions rounded to levels, with nothing to learn
    - `LookupFree` (LFQ, BSQ), signs of dimensions
    - `Residual` (RVQ), levels of which each stands for what those before left
    - `Grouped`, groups of dimensions, each with a quantizer of its own

    Beside the terms are logged the `perplexity` of the codes and the part of `used_codes`, of all
    of an epoch. `score` and `log_likelihood` take all codes to be alike: with K codes at each of
    `places`, log p(x) >= log p(x|z) - places * log K, an honest bound.

    Args:
        input_shape: Tuple, the shape of one example. Default networks make a code of 4x4 pixels of
            images, and one of anything else.
        num_codes: Integer, K. Defaults to 512.
        code_dim: Integer, the dimensions of a code. Defaults to 16.
        commitment: Float or `kerae.schedules.Schedule`, the beta of the paper. Defaults to 0.25.
        quantizer: `kerae.latents.Quantizer`, which then says `num_codes` and `code_dim`. Defaults
            to a `kerae.latents.VectorQuantizer` with an EMA codebook.
        likelihood: `kerae.likelihoods.Likelihood` or its name. Defaults to `"bernoulli"`.
        encoder: Keras model to features `(batch, features)` or maps `(batch, height, width,
            channels)`. Defaults to `kerae.networks.residual_encoder` of images.
        decoder: Keras model or layer. Defaults to one that fits.
        preprocessing: Layer applied to input and target alike.
        **kwargs: `corruption` and `prior`, as for `kerae.Autoencoder`.

    Example:

    >>> model = kerae.VQVAE(input_shape=(8, 8, 1), num_codes=16, code_dim=4)
    >>> indices = model.encode_indices(np.zeros((3, 8, 8, 1), "float32"))
    >>> indices.shape, model.decode_indices(indices).shape
    ((3, 2, 2), (3, 8, 8, 1))

    Raises:
        ValueError: If a number is too small, the sides of images no multiples of 4 with the default
            encoder, or an encoder or a decoder does not fit.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937
    """

    parts = (CodebookError, Commitment, Perplexity, Reconstruction, UniformCodes, UsedCodes)
    parts = (*parts, VectorQuantizer)
    passed_on = ("corruption", "prior")

    def __init__(
        self,
        input_shape: Shape,
        num_codes: int = 512,
        code_dim: int = 16,
        commitment: Weight = 0.25,
        quantizer: Quantizer | None = None,
        likelihood: str | Likelihood = "bernoulli",
        encoder: keras.Layer | None = None,
        decoder: keras.Layer | None = None,
        preprocessing: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        if quantizer is None:
            quantizer = VectorQuantizer(num_codes, code_dim)
        check_quantizer(quantizer)
        if (num_codes, code_dim) not in (DEFAULTS, (quantizer.num_codes, quantizer.code_dim)):
            raise ValueError(
                "Expected either `quantizer` or `num_codes` and `code_dim`, which it has of its "
                f"own. Received: {quantizer} of {quantizer.num_codes} codes of "
                f"{quantizer.code_dim} dimensions, num_codes={num_codes} and code_dim={code_dim}. "
                "Leave out the numbers."
            )
        shape = data_shape(input_shape, preprocessing)
        likelihood = likelihood_of(likelihood)
        if len(shape) == 3 and encoder is None:
            encoder = residual_encoder(shape)
            if decoder is None:
                map_shape = (*encoder.output_shape[1:-1], quantizer.code_dim)
                decoder = residual_decoder(map_shape, likelihood.parameter_shape(shape))
        kwargs.setdefault("prior", UniformCodes())
        super().__init__(
            input_shape,
            latent=quantizer,
            likelihood=likelihood,
            terms=[Reconstruction(), *quantizer.terms(commitment), Perplexity(), UsedCodes()],
            encoder=encoder,
            decoder=decoder,
            preprocessing=preprocessing,
            **kwargs,
        )
        self.num_codes = num_codes
        self.code_dim = code_dim
        self.commitment = commitment
        self.quantizer = quantizer
