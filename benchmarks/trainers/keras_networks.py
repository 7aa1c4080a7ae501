from contenders import INPUT_SHAPE

from kerae import networks

from . import NETWORKS


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
