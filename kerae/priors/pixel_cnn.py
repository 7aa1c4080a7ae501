import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..networks.pixel_cnn import GatedPixelCNN
from .code_prior import CodePrior, taken
from .components import drawn_index

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class PixelCNN(CodePrior):
    """Each code of a map is drawn as those above and to the left of it say, by convolutions.

        p(z) = product over places i of  p(k_i | k_1, …, k_i-1, y)

    with k_i the number of the code at place i, row by row, and y the class, where there are
    classes. A vertical stack of convolutions sees the rows above, a horizontal one the row so far
    and what the vertical one sees, so that there is no blind spot; both are gated,
    tanh(a + V y) * sigmoid(b + V' y). A place depends on all before it if num_layers *
    (kernel_size // 2) is at least the longer side of the map less 1.

    Of `kerae.latents.TwoLevel` each level has a network of its own, and that of the bottom reads
    at each place what codes of the top are around it, on all sides:

        p(z) = p(top|y) p(bottom|top, y)

    A density takes one pass of the network, for each class one; a sample one for each place.

    Args:
        num_classes: Integer, the number of classes. Defaults to 0, for none.
        width: Integer, the channels. Defaults to 64.
        num_layers: Integer. Defaults to 6.
        kernel_size: Odd integer from 3 on. Defaults to 3.

    Example:

    >>> prior = kerae.priors.PixelCNN(width=8, num_layers=2)
    >>> model = kerae.VQVAE((8, 8, 1), num_codes=16, code_dim=4, prior=prior)
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> prior = prior.fit(model.encode_indices(x), epochs=1)
    >>> model.sample(3).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If a number is too small or `kernel_size` even, or the codes of a model lie in
            no map `(height, width)`.
    Reference:
        Van den Oord et al., 2016, https://arxiv.org/abs/1606.05328 (the network; there with a
        larger first kernel);
        van den Oord et al., 2017, https://arxiv.org/abs/1711.00937 (over the codes of a VQ-VAE);
        Razavi et al., 2019, https://arxiv.org/abs/1906.00446 (of two levels, there with attention)
    """

    def __init__(
        self,
        num_classes: int = 0,
        width: int = 64,
        num_layers: int = 6,
        kernel_size: int = 3,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, **kwargs)
        check_count("width", width)
        check_count("num_layers", num_layers)
        check_count("kernel_size", kernel_size, least=3)
        if kernel_size % 2 == 0:
            raise ValueError(
                f"Expected `kernel_size` to be odd. Received: {kernel_size}. Take "
                f"{kernel_size + 1}."
            )
        self.width = width
        self.num_layers = num_layers
        self.kernel_size = kernel_size

    def tried_in(self) -> dict[str, Any]:
        from ..networks import residual_decoder, residual_encoder

        shape = (4, 4, 1)
        networks = {
            "encoder": residual_encoder(shape, 4, halvings=1, num_blocks=1),
            "decoder": residual_decoder((2, 2, 3), shape, 4, num_blocks=1),
        }
        return super().tried_in() | networks

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents import Discrete

        latent = model.latent
        levels = latent.of_places() if isinstance(latent, Discrete) else []
        if any(len(each.places) != 2 for each in levels):
            received = " and ".join(str(tuple(each.places)) for each in levels)
            raise ValueError(
                "Expected codes in a map (height, width), one at each place, under a PixelCNN. "
                f"Received: a model with codes at places {received}. Take "
                "kerae.priors.CausalTransformer."
            )
        super().fit_to(model)

    def make_network(self) -> keras.Layer:
        return OfLevels(
            [
                GatedPixelCNN(
                    num_codes,
                    self.num_classes,
                    self.width,
                    self.num_layers,
                    self.kernel_size,
                    num_given,
                    dtype=self.dtype_policy,
                )
                for (_, num_codes), num_given in zip(
                    self.levels, [0, *(num_codes for _, num_codes in self.levels)]
                )
            ],
            dtype=self.dtype_policy,
        )

    def log_prob_of_class(self, indices: Tensor, labels: Tensor = None) -> Tensor:
        log_prob, given = 0.0, None
        for network, own in zip(self.network.networks, self._by_level(indices), strict=True):
            log_probs = ops.log_softmax(network(own, labels, given))
            row = ops.reshape(own, ops.shape(log_probs)[:-1])
            log_prob, given = log_prob + ops.sum(taken(log_probs, row), axis=1), own
        return log_prob

    def sample_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        uniform = noise.uniform((self.length,))
        rows, given = [], None
        for network, (places, _), of_level in zip(
            self.network.networks, self.levels, self._split(uniform), strict=True
        ):
            rows.append(_drawn(network, places, of_level, labels, given))
            given = ops.reshape(rows[-1], (-1, *places))
        return ops.reshape(ops.concatenate(rows, axis=1), (-1, *self.places))

    def _by_level(self, indices):
        """The map of each level."""
        rows = self._split(ops.reshape(indices, (-1, self.length)))
        return [ops.reshape(row, (-1, *places)) for row, (places, _) in zip(rows, self.levels)]

    def _split(self, row):
        ends = np.cumsum([math.prod(places) for places, _ in self.levels])[:-1].tolist()
        return ops.split(row, ends, axis=1) if ends else [row]


class OfLevels(keras.layers.Layer):
    """A network for each level, of which each but the first is given the map of the one before."""

    def __init__(self, networks, **kwargs):
        super().__init__(**kwargs)
        self.networks = networks
        self.built = True


def _drawn(network, places, uniform, labels, given):
    """The codes of a map in a row, drawn one after another."""
    length = uniform.shape[1]
    order = ops.arange(length, dtype="int32")
    read = None if given is None else network.read(given, places[0] // given.shape[1])

    def draw(place, row):
        embedded = network.embedding(ops.reshape(row, (-1, *places)))
        logits = ops.take(network.logits(embedded, labels, read), place, axis=1)
        drawn = drawn_index(ops.take(uniform, place, axis=1), ops.softmax(logits))
        return ops.where(ops.equal(order, place), ops.expand_dims(drawn, 1), row)

    return ops.fori_loop(0, length, draw, ops.zeros_like(uniform, "int32"))
