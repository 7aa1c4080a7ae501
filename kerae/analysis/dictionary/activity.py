import numpy as np

from .largest import Largest
from .lots import lots


class Activity:
    """What the activations of features are, a block of examples at a time.

    Args:
        num_features: Integer.
        num_top: Integer, how many of the largest activations of a feature are kept.
        num_sampled: Integer, how many of all its activations are, drawn at random.
        num_labels: Integer, 0 without labels.
        context: Integer, how many examples in a row belong together, as the tokens of a text.
        neighbors: Integer, of how many of these before and after an example the activations are
            kept too.
        seed: Integer.

    Attributes:
        count: Integer, the number of examples.
        active: Integer array `(num_features,)`, how many of them activate each feature.
        total: Float array `(num_features,)`, the sum of activations.
        by_label: Float array `(num_features, num_labels)`, the same of the examples of a label.
        top: `Largest`, and
        sampled: `Largest`, with the activation of each, and of its neighbors, NaN where the context
            ends.
    """

    def __init__(
        self, num_features, num_top, num_sampled, num_labels=0, context=1, neighbors=0, seed=0
    ):
        self.count, self.context, self.neighbors, self.seed = 0, context, neighbors, seed
        self.active = np.zeros(num_features, "int64")
        self.total = np.zeros(num_features)
        self.by_label = np.zeros((num_features, num_labels))
        width = 2 * neighbors + 1
        self.top = Largest(num_features, num_top, width)
        self.sampled = Largest(num_features, num_sampled, width)

    def add(self, z: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Takes the activations `(rows, num_features)` of the next examples, and their labels."""
        places, features = np.nonzero(z)
        values = z[places, features]
        if values.size and values.min() < 0:
            raise ValueError(
                "Expected activations of at least 0, as those of a dictionary are. Received: some "
                f"down to {values.min():g}. Give a model whose codes are not negative."
            )
        self.active += np.bincount(features, minlength=len(self.active))
        self.total += np.bincount(features, values, minlength=len(self.active))
        if labels is not None:
            np.add.at(self.by_label, (features, labels[places]), values)

        def with_neighbors(some):
            return self._around(z, places[some], features[some])

        rows = self.count + places
        self.top.add(features, rows, values, with_neighbors)
        keys = lots(rows * len(self.active) + features, self.seed)
        self.sampled.add(features, rows, keys, with_neighbors)
        self.count += len(z)

    def finish(self) -> None:
        """Sorts what was drawn by activation."""
        self.sampled.sorted_by(self.sampled.kept[:, :, self.neighbors])

    def _around(self, z, places, features):
        """The activations at these places and beside them, blocks being whole contexts."""
        around = places[:, None] + np.arange(-self.neighbors, self.neighbors + 1)
        first = places - places % self.context
        inside = (around >= first[:, None]) & (around < first[:, None] + self.context)
        inside &= around < len(z)
        values = z[np.where(inside, around, 0), features[:, None]]
        return np.where(inside, values, np.nan)
