from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import initializers, ops
from keras.dtype_policies import serialize

from ..checks.numbers import check_count
from ..checks.types import Shape, Tensor
from ..networks.residual import (
    Bottleneck,
    convolution,
    halved,
    narrow,
    pyramid_encoder,
    upsampling_decoder,
)
from ..ops.bounded import bounded
from ..ops.diagonal_normal import DiagonalNormal
from .hierarchical import Hierarchical, Layer

SMALL = 0.01  # the variance of the prior's first weights, of Glorot's: VDVAE has 0
LIMIT = 10.0  # of log-variances: NVAE has that of deviations between exp(-5) and exp(5), too


@keras.saving.register_keras_serializable("kerae.latents")
class TopDown(Hierarchical):
    """Layers of codes that lie in maps, which a residual network draws from small maps to large.

        h = r_i(h_above)                           a learned map at the top; enlarged where a new
                                                   size begins
        p(z_i|z_(i+1), …) = N(mu, sigma^2),        from a network of h, which also adds to h
        q(z_i|z_(i+1), …, x) = N(mu + dmu, sigma^2 * dsigma^2),   from a network of h and the
                                                   encoder's map of its size
        h_i = h + block(h),   where h = h + linear(z_i)

    The posterior says how it differs from the prior, as in NVAE; the blocks are those of VDVAE,
    with one 3x3 convolution. What is added to h starts with 1/sqrt(N) of its size, for N layers,
    which keeps deep ones stable. Log-variances are limited to [-10, 10], so that layers cannot make
    each other overflow, and no step of training need be skipped.

    There is a layer for each size of map that the encoder gives, from the smallest on, and more
    than one for the smaller ones if there are more layers than sizes. The decoder reads h_1.

    Networks compute in the precision of `dtype`, by default of Keras' policy; normals in full.

    Args:
        num_layers: Integer. Defaults to 4.
        latent_channels: Integer, the dimensions of a code at each place of its map. Defaults to 4.
        width: Integer, the channels of h. Defaults to 32.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Example:

    >>> latent = kerae.latents.TopDown(num_layers=3, latent_channels=2, width=8)
    >>> features = kerae.networks.pyramid_encoder((16, 16, 1), width=8)(np.zeros((5, 16, 16, 1)))
    >>> sorted(latent(features))
    ['map_1', 'map_2']
    >>> latent.layer_shapes, latent.decoder_shape
    (((8, 8, 2), (4, 4, 2), (4, 4, 2)), (8, 8, 8))

    Raises:
        ValueError: If a count is below 1, or the encoder does not give maps of features, each half
            as large as the one before.
    Reference:
        Vahdat and Kautz, 2020, https://arxiv.org/abs/2007.03898 (NVAE; there with depthwise
        convolutions, batch normalization and spectral regularization);
        Child, 2021, https://arxiv.org/abs/2011.10650 (VDVAE; there q(z|x) is no function of p(z))
    """

    def __init__(
        self,
        num_layers: int = 4,
        latent_channels: int = 4,
        width: int = 32,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        self.network_policy = keras.dtype_policies.get(
            kwargs.get("dtype") or keras.config.dtype_policy()
        )
        super().__init__(num_samples, **kwargs)
        for name in ("num_layers", "latent_channels", "width"):
            check_count(name, locals()[name])
        self.num_layers = num_layers
        self.latent_channels = latent_channels
        self.width = width
        self.layers = []

    def build(self, input_shape: Any) -> None:
        maps = _checked_maps(input_shape)
        levels = _levels(self.num_layers, len(maps))
        self.set_layer_shapes([(*maps[level][:2], self.latent_channels) for level in levels])
        self.layers = [
            Block(level, maps[level], above, self, dtype=self.network_policy)
            for level, above in zip(levels, [*levels[1:], None])
        ]
        for layer in self.layers:
            layer.build(input_shape)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"dtype": serialize(self.network_policy)}

    def tried_in(self) -> dict[str, Any]:
        shape, read = (4, 4, 1), (2, 2, self.width)
        networks = {
            "encoder": pyramid_encoder(shape, self.width),
            "decoder": upsampling_decoder(read, shape),
        }
        return super().tried_in() | networks

    @property
    def decoder_shape(self) -> Shape:
        return (*self.layer_shapes[0][:2], self.width)

    def call(self, features: Any):
        maps = keras.tree.flatten(features)  # one alone is no list
        return {f"map_{level}": each for level, each in enumerate(maps, start=1)}

    def for_decoder(self, z: Tensor) -> Tensor:
        return self.descend(z)[1]


class Block(Layer):
    """One layer of codes in a map.

    Args:
        level: Integer, the place of its map among those of the encoder, 0 for the largest.
        map_shape: Tuple, the shape of that map.
        above: Integer, the level of the layer above, or `None` of the top.
        of: The `TopDown` that it is a layer of.
    """

    def __init__(self, level, map_shape, above, of, **kwargs):
        super().__init__(**kwargs)
        self.level, self.sides = level, map_shape[:2]
        self.is_top, self.is_larger = above is None, above not in (None, level)
        self.width, self.latent_channels = of.width, of.latent_channels
        self.read = map_shape[-1] + of.width
        share, middle, policy = 1 / of.num_layers, narrow(of.width), self.dtype_policy
        normal = 2 * of.latent_channels
        self.of_prior = Bottleneck(normal + of.width, middle, SMALL, is_exact=True, dtype=policy)
        self.of_posterior = Bottleneck(normal, middle, is_exact=True, dtype=policy)
        self.of_code = convolution(of.width, share=share, dtype=policy)
        self.block = Bottleneck(of.width, middle, share, dtype=policy)

    def build(self, input_shape: Any) -> None:
        shape = (None, *self.sides, self.width)
        if self.is_top:
            self.start = self.add_weight(
                shape=shape[1:],
                initializer=initializers.RandomNormal(stddev=0.1),
                autocast=False,  # h is in full precision, whatever the model's is
                name="start",
            )
        self.of_prior.build(shape)
        self.of_posterior.build((*shape[:-1], self.read))
        self.of_code.build((*shape[:-1], self.latent_channels))
        self.block.build(shape)

    def prior(self, state, code):
        h = self._entered(state, code)
        sizes = [self.latent_channels, 2 * self.latent_channels]
        mean, log_variance, added = ops.split(self.of_prior(h), sizes, axis=-1)
        return DiagonalNormal(mean, bounded(log_variance, LIMIT)), h + added

    def posterior(self, state, posterior, prior):
        read = ops.concatenate([state, posterior[f"map_{self.level + 1}"]], axis=-1)
        mean, log_variance = ops.split(self.of_posterior(read), 2, axis=-1)
        return DiagonalNormal(prior.mean + mean, bounded(prior.log_variance + log_variance, LIMIT))

    def after(self, state, code):
        state = state + ops.cast(self.of_code(code), state.dtype)
        return state + ops.cast(self.block(state), state.dtype)

    def _entered(self, state, code):
        """What comes from above, in the size of this layer."""
        if self.is_top:
            start = ops.convert_to_tensor(self.start)
            return ops.broadcast_to(start, (ops.shape(code)[0], *start.shape))
        if not self.is_larger:
            return state
        height, width = self.sides
        return ops.repeat(ops.repeat(state, 2, axis=1), 2, axis=2)[:, :height, :width]


def _levels(num_layers, num_maps):
    """The place of the map of each layer, from z_1 up, among maps of which 0 is the largest."""
    smallest_first = np.arange(num_maps)[::-1][:num_layers]
    parts = np.array_split(np.arange(num_layers), len(smallest_first))
    return np.repeat(smallest_first, [len(part) for part in parts])[::-1].tolist()


def _checked_maps(input_shape):
    """The shapes of the encoder's maps, the largest first."""
    several = isinstance(input_shape[0], list | tuple)
    maps = [tuple(each[1:]) for each in (input_shape if several else [input_shape])]
    fits = all(len(each) == 3 and None not in each for each in maps) and all(
        halved(large[:2]) == small[:2] for large, small in pairwise(maps)
    )
    if not fits:
        raise ValueError(
            "Expected the encoder to give maps of shapes (batch, height, width, channels), each "
            f"half as large as the one before. Received: {[('batch', *each) for each in maps]}. "
            "Use kerae.networks.pyramid_encoder, or an encoder that ends in such maps."
        )
    return maps
