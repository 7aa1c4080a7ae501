from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder, data_shape
from ..checks.types import Shape
from ..latents import TopDown
from ..networks import pyramid_encoder
from ..priors import Hierarchical
from ..schedules import Weight
from ..terms import KLDivergence, LayerKL, Reconstruction
from .composition import composed


@keras.saving.register_keras_serializable("kerae")
class TopDownVAE(Autoencoder):
    """Residual top-down VAE: layers of codes in maps, drawn from small maps to large.

        loss = - E_q(z|x)[log p(x|z)] + beta * sum over layers i of KL_i        nats per example
        KL_i = KL( q(z_i | z_(i+1), …, z_L, x) || p(z_i | z_(i+1), …, z_L) )

    as NVAE and VDVAE, small enough for a CPU; `kerae.latents.TopDown` says what is whose. The KL
    of each layer is logged as `kl_1`, `kl_2`, …, from the largest map, on which the decoder
    begins, to the smallest. With beta = 1 and no free bits, `loss` is the negative ELBO.

    Args:
        input_shape: Tuple `(height, width, channels)`, the shape of one example.
        num_layers: Integer, the number L of layers of codes. Defaults to 4: of 28x28 images, two
            of 4x4, one of 7x7 and one of 14x14.
        latent_channels: Integer, the dimensions of a code at each place of its map. Defaults to 4.
        width: Integer, the channels of the networks. Defaults to 32.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        free_bits: Float or schedule, nats of KL of each layer that cost nothing. Defaults to 0.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        encoder: Keras model that gives maps of features, each half as large as the one before.
            Defaults to `kerae.networks.pyramid_encoder`.
        **kwargs: `likelihood`, `decoder` (of the map at the end of the way down), `corruption` and
            `preprocessing`, as for `kerae.Autoencoder`; `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.TopDownVAE(input_shape=(8, 8, 1), num_layers=2, width=8)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'kl_1', 'kl_2', 'loss', 'reconstruction']

    Raises:
        ValueError: If the examples are no images, the encoder or the decoder does not fit, or a
            number is too small.
    Reference:
        Vahdat and Kautz, 2020, https://arxiv.org/abs/2007.03898 (NVAE);
        Child, 2021, https://arxiv.org/abs/2011.10650 (VDVAE)
    """

    parts = (Hierarchical, KLDivergence, LayerKL, Reconstruction, TopDown)
    passed_on = ("likelihood", "decoder", "corruption", "preprocessing", "terms")

    def __init__(
        self,
        input_shape: Shape,
        num_layers: int = 4,
        latent_channels: int = 4,
        width: int = 32,
        beta: Weight = 1.0,
        free_bits: Weight = 0.0,
        num_samples: int = 1,
        encoder: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        latent = TopDown(num_layers, latent_channels, width, num_samples)
        shape = data_shape(input_shape, kwargs.get("preprocessing"))
        layers = range(1, num_layers + 1)
        super().__init__(
            input_shape,
            encoder=pyramid_encoder(shape, width) if encoder is None else encoder,
            **composed(
                self,
                kwargs,
                latent,
                [Reconstruction(), KLDivergence(beta, free_bits=free_bits), *map(LayerKL, layers)],
                prior=Hierarchical(),
                beta=beta,
                free_bits=free_bits,
            ),
        )
        self.num_layers = num_layers
        self.latent_channels = latent_channels
        self.width = width
        self.beta = beta
        self.free_bits = free_bits
        self.num_samples = num_samples
