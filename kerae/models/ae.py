import keras

from ..autoencoder import Autoencoder
from ..latents import Deterministic


@keras.saving.register_keras_serializable("kerae")
class AE(Autoencoder):
    """Autoencoder: a deterministic code that is decoded to the data.

        loss = - log p(x | z),   z = g(encoder(x))        nats per example

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        likelihood: `kerae.likelihoods.Likelihood` or its name. Defaults to `"bernoulli"`, the
            binary cross-entropy; `"normal"` is half the squared error and a constant.
        code_activation: Keras activation g of the code. Defaults to none.
        encoder: Keras model or layer from data to features. Defaults to one that fits.
        decoder: Keras model or layer from codes to logits or means. Defaults to one that fits.
        corruption: Layer that spoils the encoder's input in training.
        preprocessing: Layer applied to input and target alike.

    Example:

    >>> model = kerae.AE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.reconstruct(np.zeros((3, 8, 8, 1), "float32")).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If the encoder or the decoder does not fit.
    Reference:
        Hinton and Salakhutdinov, 2006, https://doi.org/10.1126/science.1127647
    """

    def __init__(
        self,
        input_shape,
        latent_dim: int,
        likelihood: str = "bernoulli",
        code_activation: str | None = None,
        encoder=None,
        decoder=None,
        corruption=None,
        preprocessing=None,
        **kwargs,
    ):
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim, activation=code_activation),
            likelihood=likelihood,
            encoder=encoder,
            decoder=decoder,
            corruption=corruption,
            preprocessing=preprocessing,
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.code_activation = code_activation
