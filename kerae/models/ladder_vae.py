from collections.abc import Sequence
from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Ladder
from ..priors import Hierarchical
from ..schedules import Weight
from ..terms import KLDivergence, LayerKL, Reconstruction
from .composition import composed


@keras.saving.register_keras_serializable("kerae")
class LadderVAE(Autoencoder):
    """Ladder VAE: layers of codes, from the prior given those above, set right by the data.

        loss = - E_q(z|x)[log p(x|z_1)] + beta * sum over layers i of KL_i        nats per example
        KL_i = KL( q(z_i | z_(i+1), x) || p(z_i | z_(i+1)) )

    where q(z_i | z_(i+1), x) is p(z_i | z_(i+1)) times a normal of the data, as
    `kerae.latents.Ladder` says. The KL of each layer is logged as `kl_1`, `kl_2`, …, from the
    lowest. With beta = 1 and no free bits, `loss` is the negative ELBO.

    Upper layers easily tell nothing: the paper raises beta from 0 to 1 in the first epochs, as
    `beta=kerae.schedules.Linear(0, 1, steps)` does.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dims: Sequence of integers, the dimensions of z_1, z_2, …, z_L, from the lowest,
            which the decoder reads, to the top. Defaults to 32, 16 and 8.
        width: Integer, the units of the hidden layers between codes. Defaults to 256.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        free_bits: Float or schedule, nats of KL of each layer that cost nothing. Defaults to 0.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.LadderVAE(input_shape=(8, 8, 1), latent_dims=(4, 2))
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'kl_1', 'kl_2', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is too small.
    Reference:
        Sønderby et al., 2016, https://arxiv.org/abs/1602.02282 (there with batch normalization;
        here a code depends on its example alone)
    """

    parts = (Hierarchical, KLDivergence, Ladder, LayerKL, Reconstruction)
    passed_on = (*Autoencoder.passed_on, "terms")

    def __init__(
        self,
        input_shape: Shape,
        latent_dims: Sequence[int] = (32, 16, 8),
        width: int = 256,
        beta: Weight = 1.0,
        free_bits: Weight = 0.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        latent = Ladder(latent_dims, width, num_samples)
        layers = range(1, len(latent.latent_dims) + 1)
        super().__init__(
            input_shape,
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
        self.latent_dims = latent.latent_dims
        self.width = width
        self.beta = beta
        self.free_bits = free_bits
        self.num_samples = num_samples
