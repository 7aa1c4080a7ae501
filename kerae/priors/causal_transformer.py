from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .code_prior import taken
from .sequence_prior import SequencePrior


@keras.saving.register_keras_serializable("kerae.priors")
class CausalTransformer(SequencePrior):
    """Each code is drawn as all codes before it say, by a transformer.

        p(z) = product over places i of  p(k_i | k_1, …, k_i-1, y)

    with k_i the number of the code at place i of all places in a row: row by row, and the numbers
    of a place one after the other, of `kerae.latents.TwoLevel` the top and then the bottom; and y
    the class, where there are classes, whose token stands before all. The positions are learned.

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

    causal = True

    def __init__(
        self,
        num_classes: int = 0,
        width: int = 64,
        num_layers: int = 4,
        num_heads: int = 4,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, width, num_layers, num_heads, **kwargs)

    def log_prob_of_class(self, indices: Tensor, labels: Tensor = None) -> Tensor:
        tokens = self.in_a_row(indices)
        log_probs = ops.log_softmax(self.possible(self.network(tokens, labels)))
        return ops.sum(taken(log_probs, tokens), axis=1)

    def sample_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        uniform = noise.uniform((self.length,))
        order = ops.arange(self.length, dtype="int32")

        def draw(place, state):
            row, token, caches = state
            logits, caches = self.network.step(place, token, caches)
            logits = self.possible(logits, place)
            drawn = self.drawn(ops.take(uniform, place, axis=1), logits, place)
            row = ops.where(ops.equal(order, place), ops.expand_dims(drawn, 1), row)
            return row, self.network.embedding(drawn), caches

        start = ops.zeros_like(uniform, "int32"), *self.network.start(uniform, labels)
        row, _, _ = ops.fori_loop(0, self.length, draw, start)
        return self.in_places(row)
