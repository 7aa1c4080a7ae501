"""What benchmarks that go on after a break keep: a line of JSON for each thing measured."""

import json
import os
import time

import keras


class Seconds(keras.callbacks.Callback):
    """Adds to the logs of an epoch how long it took."""

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        logs["seconds"] = time.perf_counter() - self.started


def read(path):
    """The records of a file, a list of dictionaries."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def append(path, record):
    """Adds a record, which is on the disk when it returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(record) + "\n")
        file.flush()
        os.fsync(file.fileno())
