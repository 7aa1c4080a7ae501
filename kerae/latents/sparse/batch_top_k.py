from typing import Any

import keras
from keras import ops

from ...checks.numbers import check_count
from ...checks.types import Shape, Tensor
from ...ops.threshold import threshold_of
from .sparse import Sparse
from .top_k import check_k

DECAY = 0.99


@keras.saving.register_keras_serializable("kerae.latents")
class BatchTopK(Sparse):
    """The largest features of a batch: k for each example on average, where they are positive.

        training:   z_j = h_j  where h_j is among the n k largest of all n examples,   else 0
        inference:  z_j = h_j  where h_j > t,   else 0

    An example that is hard to explain may so have more than an easy one. The batch is that of all
    replicas; of several features that are equal to the smallest to be kept, all are. In `fit` the
    threshold t follows those of the batches, as a mean that forgets: of all at first, later of
    about 100. `kerae.SAE.calibrate` sets it to the one that gives k active units on average for
    examples that are held out, as `kerae.train` does in the end.

    Args:
        k: Integer, the mean number of active units. Defaults to 32.
        **kwargs: `dead_after`, as for all sparse latents.

    Attributes:
        threshold: Variable, t.

    Example:

    >>> latent = kerae.latents.BatchTopK(k=2)
    >>> posterior = latent(np.array([[3.0, -1.0, 2.0, 1.0]], "float32"))
    >>> _ = latent.threshold.assign(1.5)
    >>> np.asarray(latent.mode(posterior))
    array([[3., 0., 2., 0.]], dtype=float32)

    Raises:
        ValueError: If `k` is below 1, or above the number of features.
    Reference:
        Bussmann et al., 2024, https://arxiv.org/abs/2412.06410
    """

    chooses = True

    def __init__(self, k: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("k", k)
        self.k = k

    def build_units(self, shape: Shape) -> None:
        check_k(self.k, self.latent_dim)
        self.threshold, self.updates = (
            self.add_weight(shape=(), initializer="zeros", trainable=False, name=name)
            for name in ("threshold", "updates")
        )

    def code(self, features: Tensor) -> Tensor:
        return ops.where(features > ops.convert_to_tensor(self.threshold), features, 0.0)

    def code_at_start(self, features: Tensor) -> Tensor:
        return ops.where(features > threshold_of(features, self.k), features, 0.0)

    def training_code(self, features: Tensor, outputs: dict[str, Any]) -> Tensor:
        threshold = threshold_of(ops.stop_gradient(features), self.k)
        before, updates = map(ops.convert_to_tensor, (self.threshold, self.updates))
        decay = ops.minimum(DECAY, updates / (updates + 1))
        self.threshold.assign(decay * before + (1 - decay) * threshold)
        self.updates.assign(updates + 1)
        return ops.where(features > threshold, features, 0.0)
