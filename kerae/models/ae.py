from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Activation, Shape
from ..latents import Deterministic
from ..terms import Reconstruction


@keras.saving.register_keras_serializable("kerae")
class AE(Autoencoder):
    """Autoencoder: a deterministic code that is decoded to the data.

        loss = - log p(x | z),   z = g(encoder(x))        nats per example

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        code_activation: Keras activation g of the code. Defaults to none.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`. The loss with `"bernoulli"` is the binary cross-entropy, with
            `"normal"` half the squared error and a constant.

    Example:

    >>> model = kerae.AE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.reconstruct(np.zeros((3, 8, 8, 1), "float32")).shape
    (3, 8, 8, 1)

    The networks that introductions use, a convolutional one without a dense layer between, and
    784-64-64-16 with ELU and dropout around a code of hyperbolic tangents:

    >>> from kerae.networks import convolutional_encoder, dense_decoder, dense_encoder
    >>> image = (28, 28, 1)
    >>> model = kerae.AE(image, latent_dim=16, encoder=convolutional_encoder(image, width=None))
    >>> model.encoder.output_shape
    (None, 1568)
    >>> model = kerae.AE(
    ...     image,
    ...     latent_dim=16,
    ...     code_activation="tanh",
    ...     encoder=dense_encoder(image, widths=(64, 64), activation="elu", dropout=0.1),
    ...     decoder=dense_decoder((16,), image, widths=(64, 64), activation="elu", dropout=0.1),
    ... )
    >>> model.encoder.output_shape
    (None, 64)

    Raises:
        ValueError: If the encoder or the decoder does not fit.
    Reference:
        Hinton and Salakhutdinov, 2006, https://doi.org/10.1126/science.1127647
    """

    parts = (Deterministic, Reconstruction)

    def __init__(
        self, input_shape: Shape, latent_dim: int, code_activation: Activation = None, **kwargs: Any
    ) -> None:
        latent = Deterministic(latent_dim, activation=code_activation)
        super().__init__(input_shape, latent, **kwargs)
        self.latent_dim = latent_dim
        self.code_activation = code_activation
