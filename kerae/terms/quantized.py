"""Terms of models with a quantizer."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import replica_sum, segment_sum
from ..checks.types import Shape, Tensor
from ..latents.composite import Composite
from ..latents.discrete import Discrete
from ..latents.quantizers import Quantizer, VectorQuantizer
from ..schedules import Weight
from .term import Term, of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class OfQuantizer(Term):
    """A term that reads what a quantizer gives.

    Raises:
        ValueError: If the model's latent is none.
    """

    read: type[Discrete] = Quantizer

    def fit_to(self, model: "Autoencoder") -> None:
        latent, name = model.latent, type(self).__name__
        advice = "Take kerae.latents.VectorQuantizer, or leave the term out."
        if isinstance(latent, Composite):
            advice = f"Say of which part: kerae.terms.OfPart(1, kerae.terms.{name}())."
        elif isinstance(latent, self.read):
            return
        raise ValueError(
            f"Expected a kerae.latents.{self.read.__name__} under {name}. Received: "
            f"{type(latent).__name__}. {advice}"
        )

    def tried_in(self) -> dict[str, Any]:
        from .reconstruction import Reconstruction

        return VectorQuantizer(8, 3).tried_in() | {"terms": [Reconstruction(), self]}


class OfPairs(OfQuantizer):
    """A term that compares vectors with the codes that stand for them; see `Quantizer.pairs`.

    Subclasses define `of_pair`.
    """

    def of_pair(self, vectors: Tensor, codes: Tensor) -> Tensor:
        """The quantity of each example, `(batch,)`, of one of the pairs, whose sum is the term."""
        raise NotImplementedError

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        values = [self.of_pair(*pair) for pair in outputs["pairs"]]
        return sum(values[1:], values[0])


class OfUsage(OfQuantizer):
    """A number of how often each code was chosen, by all examples of an epoch or an evaluation.

    That is what is logged; `value` is the number of one batch, on all replicas together. It has no
    gradient, and by default weight 0. Of `kerae.latents.Categorical` it is the likeliest category
    of each variable. Subclasses define `summary`.
    """

    read = Discrete

    def __init__(self, weight: Weight = 0.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        self.num_codes = model.latent.num_codes
        self.num_codebooks = model.latent.num_codebooks

    def summary(self, counts: Tensor) -> Tensor:
        """The number, a scalar, made of how often each code of each codebook was chosen,
        `(num_codebooks, num_codes)`."""
        raise NotImplementedError

    def counts(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        """How often each code was chosen by the examples of a batch, on all replicas."""
        if "code_counts" not in outputs:  # of another term, too
            indices = model.latent.indices_in(outputs["posterior"])
            indices = ops.reshape(indices, (-1, self.num_codebooks))
            codebooks = ops.arange(self.num_codebooks, dtype="int32")
            indices = ops.reshape(indices + self.num_codes * codebooks, (-1,))
            ones = ops.ones_like(indices, dtype="float32")
            counts = segment_sum(ones, indices, self.num_codebooks * self.num_codes)
            counts = ops.reshape(counts, (self.num_codebooks, self.num_codes))
            outputs["code_counts"] = replica_sum(counts)
        return outputs["code_counts"]

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return of_each_example(self.summary(self.counts(model, outputs)), outputs)

    def tracker(self, name: str) -> keras.metrics.Metric:
        return OfSum(self.summary, (self.num_codebooks, self.num_codes), name)

    def track(
        self, tracker: Any, values: Tensor, model: "Autoencoder", outputs: dict[str, Any]
    ) -> None:
        tracker.update_state(self.counts(model, outputs))


class OfSum(keras.metrics.Metric):
    """A function of the sum of tensors.

    Args:
        summary: Function of a tensor of that shape.
        shape: Tuple.
        name: String.
    """

    def __init__(self, summary: Any, shape: Shape, name: str) -> None:
        super().__init__(name=name)
        self.summary = summary
        self.sum = self.add_variable(shape, "zeros", name="sum")

    def update_state(self, tensor: Tensor) -> None:
        self.sum.assign_add(tensor)

    def result(self):
        return self.summary(ops.convert_to_tensor(self.sum))


def check_trained(term: Term, model: "Autoencoder") -> None:
    """Raises a `ValueError` unless the model's codes are trained by gradient."""
    if not model.latent.trains_codes:
        name = type(term).__name__
        raise ValueError(
            f'Expected a VectorQuantizer with update="gradient" under {name}. Received: '
            f"{model.latent}. Leave the term out: nothing in its codes is trained by gradient."
        )
