import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_count, check_number
from ..checks.types import Tensor
from ..ops.replicas import batch_mean
from .code_prior import taken
from .sequence_prior import SequencePrior
from .uniform_codes import UniformCodes

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class MaskGIT(SequencePrior):
    """Codes that are drawn together, in a few steps, the surest first, by a transformer.

        loss = - mean over masked places i of  log p(k_i | the codes that are not masked, y)

    with ceil(cos(pi/2 u) places) masked places, anywhere, u ~ U(0, 1), in nats for a place; k_i is
    the number of the code at place i, and y the class, where there are classes. A sample begins
    with all places masked. In step t of T a code is drawn for each masked place, and those of
    which the network was surest stay:

        confidence = log p(k_i | …) + temperature (1 - t / T) g,   g ~ Gumbel(0, 1)

    all but floor(cos(pi/2 t / T) places) of the places are filled after it, and at least one more
    than before.

    What is drawn has no density that could be computed. Where examples are scored, all codes are
    alike, as under `kerae.priors.UniformCodes`. With as many steps as places and a high
    temperature, places are filled one by one in random order, as the network was trained for. A
    low temperature fills first what is easiest, which makes likely codes more frequent.

    Args:
        num_steps: Integer, T, at most the number of places. Defaults to 8.
        temperature: Float from 0 on, of the choice of places. Defaults to 4.5, as in the code of
            the authors.
        num_classes: Integer, the number of classes. Defaults to 0, for none.
        width: Integer, of tokens. Defaults to 64.
        num_layers: Integer. Defaults to 4.
        num_heads: Integer that divides `width`. Defaults to 4.

    Example:

    >>> prior = kerae.priors.MaskGIT(num_steps=2, width=8, num_layers=1)
    >>> model = kerae.VQVAE((8, 8, 1), num_codes=16, code_dim=4, prior=prior)
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> prior = prior.fit(model.encode_indices(x), epochs=1)
    >>> model.sample(3).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If a number is too small, `num_heads` does not divide `width`, the latent of a
            model is no quantizer, or it has fewer places than there are steps.
    Reference:
        Chang et al., 2022, https://arxiv.org/abs/2202.04200 (there with smoothed labels)
    """

    causal = False

    def __init__(
        self,
        num_steps: int = 8,
        temperature: float = 4.5,
        num_classes: int = 0,
        width: int = 64,
        num_layers: int = 4,
        num_heads: int = 4,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, width, num_layers, num_heads, **kwargs)
        check_count("num_steps", num_steps)
        check_number("temperature", temperature)
        if temperature < 0:
            raise ValueError(f"Expected `temperature` from 0 on. Received: {temperature}")
        self.num_steps = num_steps
        self.temperature = temperature

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        if self.num_steps > self.length:
            raise ValueError(
                f"Expected at most as many `num_steps` as there are places, {self.length}. "
                f"Received: {self.num_steps}."
            )

    def given(self, model: "Autoencoder", outputs: dict):
        if "posterior" in outputs:
            return UniformCodes().given(model, outputs)
        return super().given(model, outputs)

    def log_prob(self, z: Tensor) -> Tensor:
        raise ValueError(
            "MaskGIT is sampled alone: the density of its draws has no closed form. Ask that of "
            "the model, which scores examples under uniform codes, or take kerae.priors.PixelCNN."
        )

    def loss(self, indices: Tensor, labels: Tensor, noise: Any) -> Tensor:
        row = self.in_a_row(indices)
        share = ops.cos(math.pi / 2 * noise.uniform((1,)))
        count = ops.ceil(share * self.length)
        is_masked = _rank(noise.uniform((self.length,))) < ops.cast(count, "int32")
        seen = ops.where(is_masked, self.num_tokens, row)
        log_probs = taken(ops.log_softmax(self.possible(self.network(seen, labels))), row)
        return -ops.sum(ops.where(is_masked, log_probs, 0.0), axis=1) / batch_mean(count[:, 0])

    def sample_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        shape = (self.num_steps, self.length)
        uniform = noise.uniform(shape)
        gumbel = -ops.log(-ops.log(noise.uniform(shape)))
        left = ops.convert_to_tensor(masked_after(self.num_steps, self.length), "int32")
        cooling = self.temperature * (1 - np.arange(1, self.num_steps + 1) / self.num_steps)
        cooling = ops.convert_to_tensor(cooling, self.compute_dtype)

        def fill(step, row):
            is_masked = ops.equal(row, self.num_tokens)
            logits = self.possible(self.network(row, labels))
            drawn = self.drawn(ops.take(uniform, step, axis=1), logits)
            chosen = ops.take(cooling, step) * ops.take(gumbel, step, axis=1)
            confidence = taken(ops.log_softmax(logits), drawn) + chosen
            rank = _rank(ops.where(is_masked, confidence, math.inf))
            drawn = ops.where(is_masked, drawn, row)
            return ops.where(rank < ops.take(left, step), self.num_tokens, drawn)

        start = ops.full_like(uniform[:, 0], self.num_tokens, "int32")
        row = ops.fori_loop(0, self.num_steps, fill, start)
        return self.in_places(row)


def masked_after(num_steps: int, length: int) -> list[int]:
    """How many places are still masked after each step: each fills one at least, the last all."""
    masked = []
    for step in range(1, num_steps + 1):
        planned = math.floor(math.cos(math.pi / 2 * step / num_steps) * length)
        most = (masked[-1] if masked else length) - 1
        masked.append(min(max(planned, num_steps - step), most))
    return masked


def _rank(values):
    """The place of each value in the order of its row, int32."""
    return ops.cast(ops.argsort(ops.argsort(values, axis=1), axis=1), "int32")
