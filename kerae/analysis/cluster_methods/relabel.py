from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from ...autoencoder.in_batches import in_batches
from ...checks.codes import as_codes, refuse_equal_codes

if TYPE_CHECKING:
    from ...autoencoder.autoencoder import Autoencoder


class Relabel(keras.callbacks.Callback):
    """Finds the clusters of all data before and after each epoch; ends training when few change.

    Args:
        trained: `kerae.Autoencoder` that is about to be trained.
        x: Array `(n, *input_shape)`.
        y: Array of what the model reads beside `x`, or `None`.
        term: `kerae.terms.ClusterAssignment` of the model.
        tolerance: Float, the part of all labels; training ends when fewer changed in an epoch.

    Attributes:
        labels: Integer array `(n,)`, the cluster of each example.
        changed: List of floats, the part of all labels that changed in each epoch.
    Raises:
        ValueError: If the codes are not finite, all the same, or fewer than the clusters.
    """

    def __init__(
        self,
        trained: "Autoencoder",
        x: np.ndarray,
        y: Any,
        term: Any,
        tolerance: float,
    ) -> None:
        super().__init__()
        self.arrays = (x, y if trained.condition is not None else None)
        self.term = term
        self.tolerance = tolerance
        self.changed = []
        z = as_codes(trained.encode(*self.arrays))
        refuse_equal_codes(z, "clusters")
        if len(z) < len(term.centers):
            raise ValueError(
                f"Expected at least as many examples as clusters, {len(term.centers)}. "
                f"Received: {len(z)}."
            )
        self.labels = self._assigned(trained, z)

    def _assigned(self, trained, z):
        return in_batches(trained, self.term.assignments, (z,)).argmax(axis=1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        labels = self._assigned(self.model, self.model.encode(*self.arrays))
        self.changed.append(float(np.mean(labels != self.labels)))
        self.labels = labels
        if self.changed[-1] < self.tolerance:
            self.model.stop_training = True
