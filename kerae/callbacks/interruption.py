import signal
import threading
from typing import Any, Self

import keras


class Interruption(keras.callbacks.Callback):
    """Raises Ctrl-C's KeyboardInterrupt between calls of training, where it cannot get lost.

    Keras converts logs in a block that swallows every exception, that one too. A context manager
    and a callback to be given to the `fit` inside; a second Ctrl-C interrupts at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._came = False
        self._before = None

    def __enter__(self) -> Self:
        # A process in the background ignores the signal; other threads cannot handle any.
        heeds = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if heeds and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number, frame):
        if self._came:
            raise KeyboardInterrupt
        self._came = True

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._came:
            raise KeyboardInterrupt

    on_test_batch_end = on_epoch_end = on_train_batch_end
