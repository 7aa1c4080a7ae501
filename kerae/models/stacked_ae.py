from collections.abc import Sequence
from typing import Any

import keras

from .. import likelihoods
from ..autoencoder.autoencoder import Autoencoder, data_shape
from ..checks.parts import checked_activation, checked_shape
from ..checks.types import Activation, Shape
from ..latents import Deterministic
from ..networks import dense_decoder, dense_encoder, tied_decoder
from ..terms import Reconstruction
from .pretraining import Pretraining


@keras.saving.register_keras_serializable("kerae")
class StackedAE(Pretraining, Autoencoder):
    """Stacked autoencoder: several dense layers down to a code, and their mirror image.

        h_0 = x,   h_k = f_k(W_k h_(k-1) + b_k),   z = h_K
        g_K = z,   g_(k-1) = f_(k-1)(V_k g_k + c_k),   f_0 linear;   V_k = W_k^T if tied
        loss = - log p(x | g_0)        nats per example

    `pretrain` finds the weights to start from; `fit` then trains all layers together.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        code_activation: Keras activation f_K of the code. Defaults to none.
        widths: Sequence of integers, the units of the hidden layers from data to code. Defaults
            to 512 and 256.
        activation: Keras activation of the hidden layers. Defaults to `"silu"`.
        dropout: Float, the part of the hidden units dropped in training. Defaults to 0.
        tied: Boolean, whether the decoder uses the encoder's kernels, transposed, with biases of
            its own. Defaults to false.
        likelihood: `kerae.likelihoods.Likelihood` or its name. Defaults to `"bernoulli"`.
        preprocessing: Layer applied to input and target alike.
        **kwargs: `corruption`, as for `kerae.Autoencoder`; with `pretrain` it spoils the input of
            each layer: a stack of denoising autoencoders.

    Example:

    >>> model = kerae.StackedAE(input_shape=(8, 8, 1), latent_dim=2, widths=(32, 16))
    >>> histories = model.pretrain(np.zeros((3, 8, 8, 1), "float32"), epochs=1, verbose=0)
    >>> len(histories)
    3

    Raises:
        ValueError: If the kernels are to be tied and the likelihood takes more parameters than
            there are data.
    Reference:
        Hinton and Salakhutdinov, 2006, https://doi.org/10.1126/science.1127647
    """

    parts = (Deterministic, Reconstruction)
    passed_on = ("corruption",)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        code_activation: Activation = None,
        widths: Sequence[int] = (512, 256),
        activation: Activation = "silu",
        dropout: float = 0.0,
        tied: bool = False,
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        preprocessing: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        shape = data_shape(input_shape, preprocessing)
        widths = checked_shape("widths", widths, least_axes=0)
        activation = checked_activation("activation", activation)
        likelihood = likelihoods.get(likelihood)
        latent = Deterministic(latent_dim, activation=code_activation)
        encoder = dense_encoder(shape, widths, activation, dropout)
        if tied:
            _check_tied(likelihood, shape)
            encoding = [*_dense_layers(encoder), latent.head]
            decoder = tied_decoder(encoding, shape, activation, dropout)
        else:
            output_shape = likelihood.parameter_shape(shape)
            decoder = dense_decoder(
                latent.event_shape, output_shape, widths[::-1], activation, dropout
            )
        super().__init__(
            input_shape,
            latent=latent,
            likelihood=likelihood,
            encoder=encoder,
            decoder=decoder,
            preprocessing=preprocessing,
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.code_activation = code_activation
        self.widths = widths
        self.activation = activation
        self.dropout = dropout
        self.tied = tied

    def levels(self):
        """The dense layers from data to code, each with its mirror image in the decoder."""
        encoding = [*_dense_layers(self.encoder), self.latent.head]
        return list(zip(encoding, reversed(_dense_layers(self.decoder)), strict=True))


def _dense_layers(network):
    return [layer for layer in network.layers if layer.weights]


def _check_tied(likelihood, data_shape):
    if likelihood.parameter_shape(data_shape) != tuple(data_shape):
        raise ValueError(
            "Expected a likelihood with one parameter for each element of the data, as a tied "
            f"decoder gives. Received: {type(likelihood).__name__} with parameters of shape "
            f"{likelihood.parameter_shape(data_shape)} for data of shape {tuple(data_shape)}. "
            'Choose scale="learned" or a number, or tied=False.'
        )
