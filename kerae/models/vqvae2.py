from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder, data_shape
from ..checks.types import Shape
from ..latents.quantizers import Quantizer, TwoLevel, VectorQuantizer
from ..latents.quantizers.quantizer import check_quantizer
from ..likelihoods import Likelihood
from ..likelihoods import get as likelihood_of
from ..networks import residual_decoder, two_level_encoder
from ..priors import UniformCodes
from ..schedules import Weight
from ..terms import CodebookError, Commitment, OfPart, Perplexity, Reconstruction, UsedCodes
from .vqvae import DEFAULTS


@keras.saving.register_keras_serializable("kerae")
class VQVAE2(Autoencoder):
    """VQ-VAE-2: two maps of codes, a small one of the whole and a larger one of the details.

        loss = - log p(x|top, bottom) + commitment * sum over levels of |before - sg(z)|^2    nats
        top    = the codes nearest to before_top(x)
        bottom = the codes nearest to before_bottom(x, top)

    per example, with sg, through which no gradient passes. `kerae.latents.TwoLevel` says how the
    levels depend on each other; each has a quantizer of its own, and what else these are trained on
    is added, as in `kerae.VQVAE`.

    Logged are `commitment_top` and `commitment_bottom`, and of each level the `perplexity_…` of its
    codes and the part of `used_codes_…`, of all of an epoch. With all codes alike, log p(x) >=
    log p(x|z) - sum over places of both levels of log num_codes, an honest bound; so it is under a
    prior that is fitted afterwards, `kerae.priors.PixelCNN` or `CausalTransformer`, in which the
    bottom depends on the top.

    Args:
        input_shape: Tuple `(height, width, channels)`, the shape of one example.
        num_codes: Integer, of each level. Defaults to 512.
        code_dim: Integer, the dimensions of a code. Defaults to 16.
        commitment: Float or `kerae.schedules.Schedule`, the beta of the paper. Defaults to 0.25.
        top: `kerae.latents.Quantizer`, which then says `num_codes` and `code_dim` of its level.
            Defaults to a `kerae.latents.VectorQuantizer` with an EMA codebook.
        bottom: The same of the bottom.
        halvings: Integer, how often the default encoder halves the sides of an image for the map
            of the bottom; that of the top is half as large. Defaults to 1, for images as small as
            MNIST's; the paper has 2, of 256x256 pixels.
        likelihood: `kerae.likelihoods.Likelihood` or its name. Defaults to `"bernoulli"`.
        encoder: Keras model that gives two maps of features, the first one twice as large as the
            second. Defaults to `kerae.networks.two_level_encoder`.
        decoder: Keras model or layer. Defaults to `kerae.networks.residual_decoder`.
        preprocessing: Layer applied to input and target alike.
        **kwargs: `condition`, `corruption` and `prior`, as for `kerae.Autoencoder`.

    Example:

    >>> model = kerae.VQVAE2(input_shape=(8, 8, 1), num_codes=16, code_dim=4)
    >>> indices = model.encode_indices(np.zeros((3, 8, 8, 1), "float32"))
    >>> {name: each.shape for name, each in model.latent.by_level(indices).items()}
    {'top': (3, 2, 2), 'bottom': (3, 4, 4)}
    >>> model.decode_indices(indices).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If a number is too small, the sides of images cannot be halved so often with the
            default encoder, or an encoder or a decoder does not fit.
    Reference:
        Razavi et al., 2019, https://arxiv.org/abs/1906.00446
    """

    parts = (CodebookError, Commitment, OfPart, Perplexity, Reconstruction, TwoLevel, UniformCodes)
    parts = (*parts, UsedCodes, VectorQuantizer)
    passed_on = ("condition", "corruption", "prior")

    def __init__(
        self,
        input_shape: Shape,
        num_codes: int = 512,
        code_dim: int = 16,
        commitment: Weight = 0.25,
        top: Quantizer | None = None,
        bottom: Quantizer | None = None,
        halvings: int = 1,
        likelihood: str | Likelihood = "bernoulli",
        encoder: keras.Layer | None = None,
        decoder: keras.Layer | None = None,
        preprocessing: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        quantizers = [each for each in (top, bottom) if each is not None]
        for each in quantizers:
            check_quantizer(each)
        given = [(each.num_codes, each.code_dim) for each in quantizers]
        if len(given) == 2 and (num_codes, code_dim) not in (DEFAULTS, *given):
            raise ValueError(
                "Expected either both quantizers or `num_codes` and `code_dim`, which each has of "
                f"its own. Received: {top}, {bottom}, num_codes={num_codes} and "
                f"code_dim={code_dim}. Leave out the numbers."
            )
        latent = TwoLevel(
            VectorQuantizer(num_codes, code_dim) if top is None else top,
            VectorQuantizer(num_codes, code_dim) if bottom is None else bottom,
        )
        shape = data_shape(input_shape, preprocessing)
        likelihood = likelihood_of(likelihood)
        if encoder is None:
            condition = kwargs.get("condition")
            known = 0 if condition is None else condition.size
            read = shape[-1] + known * (condition is not None and condition.for_encoder)
            encoder = two_level_encoder((*shape[:-1], read), halvings=halvings)
            if decoder is None:
                channels = latent.top.code_dim + latent.bottom.code_dim + known
                sides = encoder.output_shape[0][1:-1]
                parameters = likelihood.parameter_shape(shape)
                decoder = residual_decoder((*sides, channels), parameters)
        kwargs.setdefault("prior", UniformCodes())
        usage = [[Perplexity(), UsedCodes()] for _ in latent.parts]
        terms = [Reconstruction(), *latent.terms(commitment), *latent.of_each_level(*usage)]
        super().__init__(
            input_shape,
            latent=latent,
            likelihood=likelihood,
            terms=terms,
            encoder=encoder,
            decoder=decoder,
            preprocessing=preprocessing,
            **kwargs,
        )
        self.num_codes = num_codes
        self.code_dim = code_dim
        self.commitment = commitment
        self.halvings = halvings

    @property
    def top(self) -> Quantizer:
        return self.latent.top

    @property
    def bottom(self) -> Quantizer:
        return self.latent.bottom
