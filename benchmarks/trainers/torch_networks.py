from torch import nn

from . import MAPS, NETWORKS

PIXELS = 28 * 28


def torch_networks(network):
    """The encoder without heads, the heads in one layer, and the decoder that gives logits."""
    widths, latent_dim = NETWORKS[network]
    if widths is None:
        features = 256
        encoder = [
            *(nn.Conv2d(1, 16, 4, 2, 1), nn.SiLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.SiLU()),
            *(nn.Flatten(), nn.Linear(32 * 7 * 7, features), nn.SiLU()),
        ]
        decoder = [
            *(nn.Linear(latent_dim, features), nn.SiLU(), nn.Linear(features, 32 * 7 * 7)),
            *(nn.SiLU(), nn.Unflatten(1, (32, 7, 7)), nn.ConvTranspose2d(32, 16, 4, 2, 1)),
            *(nn.SiLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1)),
        ]
    else:
        features = widths[-1]
        encoder, decoder = [nn.Flatten(), *_dense(PIXELS, widths)], _dense(latent_dim, widths[::-1])
        decoder += [nn.Linear(widths[0], PIXELS), nn.Unflatten(1, (1, 28, 28))]
    parts = nn.Sequential(*encoder), nn.Linear(features, 2 * latent_dim), nn.Sequential(*decoder)
    return started(parts)


def started(parts):
    """The parts, with the first weights that Keras gives such layers."""
    for part in parts:
        for name, parameter in part.named_parameters():
            is_bias = name.endswith("bias")
            (nn.init.zeros_ if is_bias else nn.init.xavier_uniform_)(parameter)
    return parts


def _dense(size, widths):
    return [
        layer
        for before, width in zip((size, *widths), widths)
        for layer in (nn.Linear(before, width), nn.SiLU())
    ]


def torch_maps(code_dim):
    """A small encoder to maps of 7x7, the head in one layer, and the decoder that gives logits."""
    one, other = MAPS
    parts = (
        nn.Sequential(
            *(nn.Conv2d(1, one, 4, 2, 1), nn.SiLU(), nn.Conv2d(one, other, 4, 2, 1), nn.SiLU())
        ),
        nn.Conv2d(other, code_dim, 1),
        nn.Sequential(
            *(nn.Conv2d(code_dim, other, 3, padding=1), nn.SiLU()),
            *(nn.ConvTranspose2d(other, one, 4, 2, 1), nn.SiLU()),
            nn.ConvTranspose2d(one, 1, 4, 2, 1),
        ),
    )
    return started(parts)
