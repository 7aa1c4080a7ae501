"""How long epochs take, beside what is logged of them."""

import time

import keras


class Seconds(keras.callbacks.Callback):
    """Adds to the logs of an epoch how long it took."""

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        logs["seconds"] = time.perf_counter() - self.started
