import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import layers, ops
from keras.dtype_policies import serialize

from ...checks.numbers import check_count
from ...checks.types import Shape, Tensor
from ...networks.conv2d_transpose import Conv2DTranspose
from ...networks.convolutional import FORMAT
from ...networks.residual import ACTIVATION, Bottleneck, convolution, narrow
from ...networks.spatial import residual_decoder, two_level_encoder
from ..composite import Composite, numbered
from ..discrete import Discrete
from .quantizer import Quantizer, check_quantizer

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term

NAMES = ("top", "bottom")


@keras.saving.register_keras_serializable("kerae.latents")
class TwoLevel(Composite, Discrete):
    """Two maps of codes: a small one of the whole, and a larger one of what that leaves open.

        top    = the codes nearest to before_top,      before_top    = linear(h_top)
        bottom = the codes nearest to before_bottom,   before_bottom = linear([h_bottom, f(top)])

    with two maps h of the encoder, of which that of the bottom is twice as large, and a residual
    network f that enlarges the map of the top; the decoder reads [bottom, g(top)], with g one
    transposed convolution. What "nearest" is, and how codes are learned, the quantizers say, one of
    each level. The gradient of the bottom and of the decoder comes to the top by its estimator.

    A code is the vector of all codes of the top, row by row, and then of all of the bottom; so are
    its numbers, of which `by_level` makes maps, `top` and `bottom`. They are its parts 1 and 2 for
    `kerae.terms.OfPart`.

    Networks compute in the precision of `dtype`, by default of Keras' policy; codes in full.

    Args:
        top: `kerae.latents.Quantizer` of the smaller map.
        bottom: The same of the larger map.
        width: Integer, the channels of f. Defaults to 64.
        num_blocks: Integer, the residual blocks of f. Defaults to 2.

    Example:

    >>> kind = kerae.latents.VectorQuantizer
    >>> latent = kerae.latents.TwoLevel(top=kind(16, 3), bottom=kind(8, 2), width=4)
    >>> encoder = kerae.networks.two_level_encoder((28, 28, 1), width=4)
    >>> posterior = latent(encoder(np.zeros((5, 28, 28, 1))))
    >>> indices = np.asarray(posterior["indices"])
    >>> indices.shape, latent.event_shape, latent.decoder_shape
    ((5, 245), (539,), (14, 14, 5))
    >>> {name: each.shape for name, each in latent.by_level(indices).items()}
    {'top': (5, 7, 7), 'bottom': (5, 14, 14)}

    Raises:
        ValueError: If a quantizer is none, a count below 1, or the encoder does not give two maps,
            the first one twice as large as the second.
    Reference:
        Razavi et al., 2019, https://arxiv.org/abs/1906.00446
    """

    served = {
        "mean": "The quantized codes of the top and then of the bottom.",
        "indices": "The number of the code at each place, of the top and then of the bottom.",
    }

    def __init__(
        self,
        top: Quantizer,
        bottom: Quantizer,
        width: int = 64,
        num_blocks: int = 2,
        **kwargs: Any,
    ) -> None:
        self.network_policy = keras.dtype_policies.get(
            kwargs.get("dtype") or keras.config.dtype_policy()
        )
        super().__init__(**kwargs)
        for quantizer in (top, bottom):
            check_quantizer(quantizer)
        if top is bottom:
            raise ValueError(
                "Expected a quantizer for each level, with codes of its own. Received: one for "
                f"both, {top}. Make two."
            )
        check_count("width", width)
        check_count("num_blocks", num_blocks)
        self.top = top
        self.bottom = bottom
        self.width = width
        self.num_blocks = num_blocks
        policy = {"dtype": self.network_policy}
        up = {"strides": 2, "padding": "same", "data_format": FORMAT} | policy
        self.to_bottom = [
            convolution(width, 3, **policy),
            *(
                Bottleneck(width, narrow(width), 1 / num_blocks, is_residual=True, **policy)
                for _ in range(num_blocks)
            ),
            layers.Activation(ACTIVATION, **policy),
            Conv2DTranspose(width, 4, **up),
        ]
        self.enlarge = Conv2DTranspose(top.code_dim, 4, **up)

    @property
    def parts(self) -> list[Quantizer]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return [self.top, self.bottom]

    def of_places(self) -> list[Discrete]:
        return [self.top, self.bottom]

    @property
    def event_shape(self) -> Shape:  # pyright: ignore[reportIncompatibleVariableOverride]
        return (sum(math.prod(level.event_shape) for level in self.parts),)

    @property
    def num_codes_at(self) -> np.ndarray:
        return np.concatenate([level.num_codes_at.reshape(-1) for level in self.parts])

    @property
    def places(self) -> Shape:
        return self.num_codes_at.shape

    @property
    def decoder_shape(self) -> Shape:
        *sides, code_dim = self.bottom.event_shape
        return (*sides, code_dim + self.top.code_dim)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"dtype": serialize(self.network_policy)}

    def build(self, input_shape: Any) -> None:
        large, small = _checked_maps(input_shape)
        read = {self.top: small, self.bottom: (*large[:2], large[2] + self.width)}
        for level, shape in read.items():
            if not level.built:  # from a file
                level.build((None, *shape))
        shape = (None, *small[:2], self.top.code_dim)
        for layer in self.to_bottom:
            layer.build(shape)
            shape = (*shape[:-1], self.width)
        self.enlarge.build((None, *small[:2], self.top.code_dim))

    def terms(self, commitment: "Weight") -> "list[Term]":
        """What the quantizers add to the objective, each under its name and that of the level."""
        return self.of_each_level(*(level.terms(commitment) for level in self.parts))

    def of_each_level(self, *terms: "list[Term]") -> "list[Term]":
        """Terms of both levels, of those of the top and of those of the bottom."""
        from ...terms import OfPart

        return [
            OfPart(number, term, f"{term.label}_{name}")
            for number, (name, own) in enumerate(zip(NAMES, terms, strict=True), start=1)
            for term in own
        ]

    def tried_in(self) -> dict[str, Any]:
        from ...priors import UniformCodes
        from ...terms import Reconstruction

        shape = (4, 4, 1)
        read = (2, 2, self.top.code_dim + self.bottom.code_dim)
        return {
            "latent": self,
            "prior": UniformCodes(),
            "terms": [Reconstruction(), *self.terms(0.25)],
            "encoder": two_level_encoder(shape, self.width, num_blocks=1),
            "decoder": residual_decoder(read, shape, self.width, num_blocks=1),
        }

    def call(self, features: Any):
        large, small = features
        top = self.top(small)
        h = self.top.estimated(top["before"], self.top.mode(top))
        for layer in self.to_bottom:
            h = layer(h)
        both = [ops.cast(each, self.compute_dtype) for each in (large, h)]
        bottom = self.bottom(ops.concatenate(both, axis=-1))
        indices = _in_a_row([top["indices"], bottom["indices"]], self._places)
        return numbered(1, top) | numbered(2, bottom) | {"indices": indices}

    def codes_of(self, indices: Tensor) -> Tensor:
        """The codes `(…, event_shape)` of the numbers `(…, places)`."""
        apart = zip(self.parts, _apart(ops.convert_to_tensor(indices), self._places))
        return self.joined([level.codes_of(own) for level, own in apart])

    def joined(self, codes: list[Tensor]) -> Tensor:
        return _in_a_row(codes, self._shapes)

    def for_decoder(self, z: Tensor) -> Tensor:
        top, bottom = _apart(z, self._shapes)
        enlarged = ops.cast(self.enlarge(top), bottom.dtype)
        return ops.concatenate([bottom, enlarged], axis=-1)

    def by_level(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        pieces = np.split(np.asarray(indices), [math.prod(self._places[0])], axis=1)
        return {
            name: piece.reshape(-1, *shape)
            for name, piece, shape in zip(NAMES, pieces, self._places, strict=True)
        }

    @property
    def _places(self):
        return [level.places for level in self.parts]

    @property
    def _shapes(self):
        return [level.event_shape for level in self.parts]


def _in_a_row(tensors, shapes):
    """Arrays `(…, *shape)` one after another, on the last axis."""
    rows = [
        ops.reshape(each, (*ops.shape(each)[: len(each.shape) - len(shape)], math.prod(shape)))
        for each, shape in zip(tensors, shapes, strict=True)
    ]
    return ops.concatenate(rows, axis=-1)


def _apart(row, shapes):
    """What `_in_a_row` joined."""
    pieces = ops.split(row, [math.prod(shapes[0])], axis=-1)
    return [
        ops.reshape(piece, (*ops.shape(row)[:-1], *shape))
        for piece, shape in zip(pieces, shapes, strict=True)
    ]


def _checked_maps(input_shape):
    """The shapes of the encoder's two maps, the larger one first."""
    several = isinstance(input_shape[0], list | tuple)
    maps = [tuple(each[1:]) for each in (input_shape if several else [input_shape])]
    fits = len(maps) == 2 and all(len(each) == 3 and None not in each for each in maps)
    if not fits or maps[0][:2] != tuple(2 * side for side in maps[1][:2]):
        raise ValueError(
            "Expected the encoder to give two maps of shapes (batch, height, width, channels), the "
            f"first one twice as large as the second. Received: {[('batch', *m) for m in maps]}. "
            "Use kerae.networks.two_level_encoder, or an encoder that ends in such maps."
        )
    return maps
