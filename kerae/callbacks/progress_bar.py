from typing import Any

import keras
from keras import ops


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Keras' progress bar, which ends where an epoch ends, however many steps are one call.

    Keras counts the steps of every call alike, also of a last one for which fewer batches are left,
    and goes past the end; `fit` and `evaluate` add this one instead. Where the number of batches
    is not known beforehand, the model's own count of steps tells it after the first epoch.
    """

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._steps_before = self._steps_done() if self.target is None else None
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_train_batch_end(self._within(batch), logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_test_batch_end(self._within(batch), logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._steps_before is not None:
            self.seen = self._steps_done() - self._steps_before
        super().on_epoch_end(epoch, logs)

    def _within(self, batch):
        return batch if self.target is None else min(batch, self.target - 1)

    def _steps_done(self):
        return int(ops.convert_to_numpy(self.model.step))


def with_progress_bar(callbacks: Any, verbose: Any) -> list[Any]:
    """A list of callbacks, with a progress bar if one is to be printed and none is there."""
    callbacks = keras.tree.flatten(callbacks or [])
    has_one = any(isinstance(each, keras.callbacks.ProgbarLogger) for each in callbacks)
    return callbacks if has_one or not verbose else [*callbacks, ProgressBar()]
