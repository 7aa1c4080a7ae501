from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..networks.transformer import Transformer, check_heads
from .code_prior import CodePrior
from .components import drawn_index


@keras.saving.register_keras_serializable("kerae.priors")
class CausalTransformer(CodePrior):
    """Each code is drawn as all codes before it say, by a transformer.

        p(z) = product over places i of  p(k_i | k_1, …, k_i-1, y)

    with k_i the number of the code at place i of all places in a row: row by row, and the levels of
    a place one after the other; and y the class, where there are classes, whose token stands before
    all. The positions are learned.

    A density takes one pass of the network, for each class one. A sample takes a step for each
    place, which keeps the keys and values of those before it.

    Args:
        num_classes: Integer, the number of classes. Defaults to 0, for none.
        width: Integer, of tokens. Defaults to 64.
        num_layers: Integer. Defaults to 4.
        num_heads: Integer that divides `width`. Defaults to 4.

    Example:

    >>> prior = kerae.priors.CausalTransformer(width=8, num_layers=1)
    >>> model = kerae.VQVAE((8, 8, 1), num_codes=16, code_dim=4, prior=prior)
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> prior = prior.fit(model.encode_indices(x), epochs=1)
    >>> model.sample(3).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If a number is too small, `num_heads` does not divide `width`, or the latent of
            a model is no quantizer.
    Reference:
        Vaswani et al., 2017, https://arxiv.org/abs/1706.03762 (the network, here normalized before
        each layer);
        Esser et al., 2021, https://arxiv.org/abs/2012.09841 (over the codes of images)
    """

    def __init__(
        self,
        num_classes: int = 0,
        width: int = 64,
        num_layers: int = 4,
        num_heads: int = 4,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, **kwargs)
        check_heads(width, num_layers, num_heads)
        self.width = width
        self.num_layers = num_layers
        self.num_heads = num_heads

    def make_network(self) -> keras.Layer:
        return Transformer(
            self.length,
            self.num_codes,
            self.num_classes,
            self.width,
            self.num_layers,
            self.num_heads,
            causal=True,
            dtype=self.dtype_policy,
        )

    def log_prob_of_class(self, indices: Tensor, labels: Tensor = None) -> Tensor:
        return super().log_prob_of_class(self.in_a_row(indices), labels)

    def sample_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        uniform = noise.uniform((self.length,))
        order = ops.arange(self.length, dtype="int32")

        def draw(place, state):
            row, token, caches = state
            logits, caches = self.network.step(place, token, caches)
            drawn = drawn_index(ops.take(uniform, place, axis=1), ops.softmax(logits))
            row = ops.where(ops.equal(order, place), ops.expand_dims(drawn, 1), row)
            return row, self.network.embedding(drawn), caches

        start = ops.zeros_like(uniform, "int32"), *self.network.start(uniform, labels)
        row, _, _ = ops.fori_loop(0, self.length, draw, start)
        return ops.reshape(row, (-1, *self.places))
