from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..checks.types import ArrayLike, Tensor
from ..latents import Normal
from ..ops.replicas import batch_mean
from ..schedules import Weight
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


SMALLEST_FREQUENCY = 1e-30  # so that its logarithm is finite


@keras.saving.register_keras_serializable("kerae.terms")
class ClusterAssignment(Term):
    """How far the clusters that codes belong to are from a surer version of themselves.

        value = KL(p || q) = sum over clusters j of  p_j log(p_j / q_j)        nats per example

        q_j = (1 + |z - m_j|^2 / alpha)^(-(alpha + 1) / 2),  divided by the sum over j
        p_j = q_j^2 / f_j,                                   divided by the sum over j

    with z the mode of q(z|x), m_j the center of cluster j, which is trained, and f_j the mean of
    q_j over the batch, that of all replicas: large clusters give examples up. Codes and centers
    get the gradient through q alone. In the paper f and p are of all data, and p is held for some
    steps; here both are of the batch and follow q, so that batches should be large enough for a
    few examples of every cluster.

    Args:
        centers: Nested list or array `(clusters, latent_dim)`, the centers to start from, such as
            those of k-means.
        weight: Float or `kerae.schedules.Schedule`; the gamma of IDEC. Defaults to 1.
        alpha: Float, the degrees of freedom of Student's t. Defaults to 1.

    Attributes:
        location: Variable, the centers.

    Example:

    >>> term = kerae.terms.ClusterAssignment([[-1.0, 0.0], [1.0, 0.0]])
    >>> keras.ops.convert_to_numpy(term.assignments(np.array([[1.0, 0.0]], "float32"))).round(3)
    array([[0.167, 0.833]], dtype=float32)

    Raises:
        ValueError: If the centers are fewer than 2, not finite, partly the same or of another
            dimension than the codes, `alpha` is not positive, or `weight` a negative number.
    Reference:
        Xie, Girshick and Farhadi, 2016, https://arxiv.org/abs/1511.06335
    """

    label = "clustering"

    def __init__(
        self, centers: ArrayLike, weight: Weight = 1.0, alpha: float = 1.0, **kwargs: Any
    ) -> None:
        super().__init__(weight, **kwargs)
        centers = _checked_centers(centers)
        if not alpha > 0:
            raise ValueError(f"Expected `alpha` to be a positive number. Received: alpha={alpha}")
        self.centers = centers.tolist()
        self.alpha = alpha
        self.location = self.add_weight(shape=centers.shape, name="location")
        self.location.assign(centers)

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"latent": Normal(self.location.shape[1])}

    def fit_to(self, model: "Autoencoder"):
        if model.latent.event_shape != self.location.shape[1:]:
            raise ValueError(
                f"Expected centers of the shape of a code, {model.latent.event_shape}. "
                f"Received: centers of shape {tuple(self.location.shape[1:])}. Cluster what this "
                "model's `encode` gives."
            )

    def log_assignments(self, z: Tensor):
        """The log q_j of codes `(batch, latent_dim)`, of shape `(batch, clusters)`."""
        squared = ops.sum(ops.square(ops.expand_dims(z, 1) - self.location), axis=-1)
        return ops.log_softmax(-0.5 * (self.alpha + 1) * ops.log1p(squared / self.alpha))

    def assignments(self, z: Tensor):
        """The q_j of codes `(batch, latent_dim)`, of shape `(batch, clusters)`."""
        return ops.exp(self.log_assignments(z))

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        log_q = self.log_assignments(model.latent.mode(outputs["posterior"]))
        frequency = batch_mean(ops.exp(log_q))
        log_frequency = ops.log(ops.maximum(frequency, SMALLEST_FREQUENCY))
        log_p = ops.stop_gradient(ops.log_softmax(2 * log_q - log_frequency))
        return ops.sum(ops.exp(log_p) * (log_p - log_q), axis=-1)


def _checked_centers(centers):
    centers = np.asarray(centers)
    if not (np.issubdtype(centers.dtype, np.integer) or np.issubdtype(centers.dtype, np.floating)):
        raise ValueError(f"Expected `centers` to hold numbers. Received: {centers.tolist()}")
    centers = centers.astype("float64")
    if centers.ndim != 2 or len(centers) < 2 or centers.shape[1] == 0:
        raise ValueError(
            "Expected `centers` of shape (clusters, latent_dim) with at least 2 clusters. "
            f"Received: shape {centers.shape}."
        )
    if not np.isfinite(centers).all():
        raise ValueError(f"Expected finite centers. Received: centers={centers.tolist()}")
    if len(np.unique(centers, axis=0)) < len(centers):
        raise ValueError(
            "Expected centers that differ: equal ones stay equal. "
            f"Received: centers={centers.tolist()}"
        )
    return centers
