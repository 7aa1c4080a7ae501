from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Deterministic
from ..schedules import Weight
from ..terms import Contractive, Reconstruction


@keras.saving.register_keras_serializable("kerae")
class ContractiveAE(Autoencoder):
    """Contractive autoencoder: a code that changes little where the input changes a little.

        loss = - log p(x|z) + weight * || d z / d x ||_F^2,   z = g(encoder(x))        nats

    per example. The encoder and the decoder have weights of their own; with tied ones, as in the
    paper, the decoder's cannot make up for a small code.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        code_activation: Keras activation g of the code. Defaults to `"sigmoid"`.
        contractive_weight: Float or `kerae.schedules.Schedule`, the weight of the squared norm.
            Defaults to 0.1.
        num_probes: Integer, the number of random directions from which the norm is estimated.
            Defaults to the exact norm, which costs one pass per code unit.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> model = kerae.ContractiveAE(input_shape=(8, 8, 1), latent_dim=4)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['contraction', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, the weight is negative, or
            `num_probes` is below 1.
    Reference:
        Rifai et al., 2011, https://icml.cc/2011/papers/455_icmlpaper.pdf
    """

    parts = (Contractive, Deterministic, Reconstruction)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        code_activation: str | None = "sigmoid",
        contractive_weight: Weight = 0.1,
        num_probes: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim, activation=code_activation),
            terms=[Reconstruction(), Contractive(contractive_weight, num_probes)],
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.code_activation = code_activation
        self.contractive_weight = contractive_weight
        self.num_probes = num_probes
