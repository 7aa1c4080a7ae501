"""Terms of models with a quantizer."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import replica_sum
from ..checks.types import Tensor
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

    def fit_to(self, model: "Autoencoder") -> None:
        if not isinstance(model.latent, Quantizer):
            raise ValueError(
                f"Expected a kerae.latents.Quantizer under {type(self).__name__}. Received: "
                f"{type(model.latent).__name__}. Take kerae.latents.VectorQuantizer, or leave the "
                "term out."
            )

    def tried_in(self) -> dict[str, Any]:
        from .reconstruction import Reconstruction

        return VectorQuantizer(8, 3).tried_in() | {"terms": [Reconstruction(), self]}


class OfUsage(OfQuantizer):
    """A number of how often each code was chosen, by all examples of an epoch or an evaluation.

    That is what is logged; `value` is the number of one batch, on all replicas together. It has no
    gradient, and by default weight 0. Subclasses define `summary`.
    """

    def __init__(self, weight: Weight = 0.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        self.num_codes = model.latent.num_codes

    def summary(self, counts: Tensor) -> Tensor:
        """The number, a scalar, made of how often each code was chosen, `(num_codes,)`."""
        raise NotImplementedError

    def counts(self, outputs: dict[str, Any]) -> Tensor:
        """How often each code was chosen by the examples of a batch, on all replicas."""
        if "code_counts" not in outputs:  # of another term, too
            indices = ops.reshape(outputs["posterior"]["indices"], (-1,))
            ones = ops.ones_like(indices, dtype="float32")
            counts = ops.segment_sum(ones, indices, self.num_codes)
            outputs["code_counts"] = replica_sum(counts)
        return outputs["code_counts"]

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return of_each_example(self.summary(self.counts(outputs)), outputs)

    def tracker(self) -> keras.metrics.Metric:
        return OfSum(self.summary, self.num_codes, name=self.label)

    def track(
        self, tracker: Any, values: Tensor, model: "Autoencoder", outputs: dict[str, Any]
    ) -> None:
        tracker.update_state(self.counts(outputs))


class OfSum(keras.metrics.Metric):
    """A function of the sum of vectors.

    Args:
        summary: Function of a tensor `(size,)`.
        size: Integer.
        name: String.
    """

    def __init__(self, summary: Any, size: int, name: str) -> None:
        super().__init__(name=name)
        self.summary = summary
        self.sum = self.add_variable((size,), "zeros", name="sum")

    def update_state(self, vector: Tensor) -> None:
        self.sum.assign_add(vector)

    def result(self):
        return self.summary(ops.convert_to_tensor(self.sum))
