from typing import Any

import keras
import numpy as np
from keras import ops

from .. import backend


class EpochStart(keras.callbacks.Callback):
    """Makes an epoch depend on the model's seed and its steps so far; `fit` always adds it.

    A run that was interrupted and resumed thus sees the batches, and on PyTorch the dropout, of
    one that was not: all of it is a function of what a checkpoint holds.

    Attributes:
        batches: `None`, or `kerae.data.Batches` to shuffle.
    """

    batches = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        backend.share([*self.model.variables, *self.model.optimizer.variables])

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        seed, _ = ops.convert_to_numpy(self.model.seed_generator.state)
        seed = np.uint32(seed), np.uint32(ops.convert_to_numpy(self.model.step))
        backend.seed_global_generator(int(np.random.SeedSequence(seed).generate_state(1)[0]))
        if self.batches is not None:
            self.batches.shuffle(seed)
