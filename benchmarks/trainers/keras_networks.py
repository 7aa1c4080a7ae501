import keras
from contenders import INPUT_SHAPE
from keras import layers

from kerae import networks

from . import MAPS, NETWORKS


def keras_networks(network):
    """The encoder without heads, the decoder, and the dimensions of the latent."""
    widths, latent_dim = NETWORKS[network]
    if widths is None:
        encoder = networks.convolutional_encoder(INPUT_SHAPE)
        decoder = networks.convolutional_decoder((latent_dim,), INPUT_SHAPE)
    else:
        encoder = networks.dense_encoder(INPUT_SHAPE, widths)
        decoder = networks.dense_decoder((latent_dim,), INPUT_SHAPE, widths)
    return encoder, decoder, latent_dim


def keras_maps(code_dim):
    """A small encoder to maps of 7x7, without a head, and the decoder of such."""
    same = {"strides": 2, "padding": "same", "data_format": "channels_last"}
    encoder = [layers.Conv2D(width, 4, activation="silu", **same) for width in MAPS]
    decoder = [
        layers.Conv2D(MAPS[1], 3, padding="same", data_format="channels_last", activation="silu"),
        layers.Conv2DTranspose(MAPS[0], 4, activation="silu", **same),
        layers.Conv2DTranspose(1, 4, **same),
    ]
    return (
        keras.Sequential([layers.Input(INPUT_SHAPE), *encoder]),
        keras.Sequential([layers.Input((7, 7, code_dim)), *decoder]),
    )
