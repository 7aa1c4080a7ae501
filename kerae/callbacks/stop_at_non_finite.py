import math
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.seen import forget_seen, refuse_seen

BATCHES_BETWEEN_LOOKS = 50


class StopAtNonFinite(keras.callbacks.Callback):
    """Ends training with an error when the loss becomes NaN or infinite; `fit` always adds it.

    It looks every 50 batches and at the end of an epoch, before other callbacks can save the
    ruined weights, and names the step at which it began, which the model keeps track of. Data that
    do not fit the model, in whatever batch, end it as well, with what is wrong with them.

    Raises:
        ValueError: If a batch held NaN, infinity or a value that the likelihood does not take.
        FloatingPointError: With the epoch, the step and the terms.
    """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        forget_seen(self.model)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._next_look = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch >= self._next_look:
            self._next_look = batch + BATCHES_BETWEEN_LOOKS
            if not math.isfinite(float(logs["loss"])):
                self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        refuse_seen(self.model, "the training data")
        steps = np.asarray(ops.convert_to_numpy(self.model.first_non_finite))
        if (steps < 0).all():
            return
        first = steps[steps >= 0].min()
        terms = [label for label, step in zip(self.model.labels, steps) if step == first]
        raise FloatingPointError(
            f"The loss became NaN or infinite in epoch {epoch + 1} at training step {first}, by "
            f"the term {' and '.join(map(repr, terms))}. Lower the learning rate or clip gradients "
            "(`clipnorm` of the optimizer), and go on from the last checkpoint."
        )
