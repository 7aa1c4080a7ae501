"""The density of codes over all of the data, and what the terms that read it have in common."""

import math
from typing import TYPE_CHECKING, Any

from keras import ops

from ..backend import replica_concat, replica_rows
from ..checks.arguments import check_choice
from ..checks.types import Tensor
from ..latents import Normal
from ..schedules import Weight
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


SAMPLINGS = ("stratified", "weighted")


class AggregatePosterior(Term):
    """A term of the densities of codes drawn, under one example's posterior and under all.

    Args:
        dataset_size: Integer, the number N of examples that the model is trained on. Defaults to
            that of the arrays that `fit` is given, or, before that, of the batch.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        sampling: How `log_densities` weights a batch, `"weighted"` or `"stratified"`.
    Raises:
        ValueError: If an argument is out of range, or the model's latent is not
            `kerae.latents.Normal`.
    """

    def __init__(
        self,
        dataset_size: int | None = None,
        weight: Weight = 1.0,
        sampling: str = "weighted",
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        if dataset_size is not None and dataset_size < 1:
            raise ValueError(f"Expected `dataset_size` of at least 1. Received: {dataset_size}")
        check_choice("sampling", sampling, SAMPLINGS)
        self.dataset_size = dataset_size
        self.sampling = sampling
        if dataset_size is None:
            self.num_examples = self.add_weight(
                name="num_examples",
                shape=(),
                initializer="zeros",
                trainable=False,
                aggregation="only_first_replica",
            )

    def begin_fit(self, num_examples: int) -> None:
        if self.dataset_size is None:
            self.num_examples.assign(num_examples)

    def fit_to(self, model: "Autoencoder") -> None:
        if type(model.latent) is not Normal:
            raise ValueError(
                f"{type(self).__name__} needs the densities of single dimensions of the code: a "
                f"model with kerae.latents.Normal. Received: {type(model.latent).__name__}."
            )

    def log_densities(self, outputs: dict[str, Any]) -> Any:
        """The logarithms of q(z|x), q(z) and the product of the q(z_j), of the first code drawn."""
        z = outputs["z"][:, 0]
        count = ops.shape(z)[0]
        posterior = {name: replica_concat(each) for name, each in outputs["posterior"].items()}
        rows, first = replica_rows(count)
        size = self.dataset_size
        if size is None:
            size = ops.maximum(self.num_examples, ops.cast(rows, self.num_examples.dtype))
        densities = log_densities(posterior, replica_concat(z), size, self.sampling)
        return [each[first : first + count] for each in densities]


def log_densities(posterior: dict, z: Tensor, dataset_size: Tensor, sampling: str) -> Any:
    """log q(z|x), log q(z) and the sum over dimensions j of log q(z_j), from one batch.

        q(z) = 1/N * sum over the N examples n of  q(z|x_n)

    is estimated for each code z_i from the M examples of its batch, as

        "weighted":    1/(N M) * sum over j of  q(z_i|x_j)
        "stratified":  1/N * q(z_i|x_i) + (1 - 1/N) * mean over j != i of  q(z_i|x_j)

    and so is each q(z_j). The weighted estimate is a lower bound, too low by log N or so: its
    gradient does not depend on N. The stratified one is unbiased (before the logarithm), and
    exact where the batch is all of the data. The paper gives one of the examples j != i, any,
    another weight than the rest; this is the mean over the choices of that one.

    Args:
        posterior: Dict of tensors `mean` and `log_variance`, `(batch, latent_dim)`.
        z: Tensor `(batch, latent_dim)`, a code of each example.
        dataset_size: Integer, or scalar tensor of a float, N.
        sampling: `"weighted"` or `"stratified"`.
    Returns:
        Three tensors of shape `(batch,)`, in nats.
    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1802.04942 (appendix C)
    """
    mean, log_variance = (ops.expand_dims(posterior[k], 0) for k in ("mean", "log_variance"))
    squared = ops.square(ops.expand_dims(z, 1) - mean) * ops.exp(-log_variance)
    by_dimension = -0.5 * (squared + log_variance + math.log(2 * math.pi))
    joint = ops.sum(by_dimension, axis=-1)
    log_weights = ops.log(_weights(z, dataset_size, sampling))
    marginals = ops.logsumexp(ops.expand_dims(log_weights, 2) + by_dimension, axis=1)
    return (
        ops.diagonal(joint),
        ops.logsumexp(log_weights + joint, axis=1),
        ops.sum(marginals, axis=-1),
    )


def _weights(z, dataset_size, sampling):
    """What the density of code i under the posterior of example j counts, `(batch, batch)`."""
    is_own = ops.diag(ops.ones_like(z[:, 0]))
    batch = ops.cast(ops.shape(z)[0], z.dtype)
    if sampling == "weighted":
        return ops.ones_like(is_own) / (dataset_size * batch)
    others = ops.maximum(batch - 1, 1)
    return is_own / dataset_size + (1 - is_own) * (1 - 1 / dataset_size) / others
