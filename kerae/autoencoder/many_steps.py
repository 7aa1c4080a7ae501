"""How `fit` trains on many batches of arrays in one call, where only the time tells it apart."""

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import keras

from .. import backend

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


AUTO = 100  # steps a call, on a CPU
BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
COUNTED_BY_KERAS = ("class_weight", "steps_per_epoch")


def steps_a_call(
    model: "Autoencoder", batches: int, most: int, size: int, callbacks: Any, options: dict
):
    """The number of steps that a call trains for; 0 where Keras' own loop has to be used.

    Args:
        model: Compiled `kerae.Autoencoder`.
        batches: Integer, those of an epoch.
        most: Integer, the most of them in a call.
        size: Integer, the bytes that are put on the device at a time.
        callbacks: List of the user's callbacks.
        options: Dict of what else `fit` was given.
    """
    asked = model.steps_asked
    if asked == "auto":
        watched = any(map(_watches_batches, callbacks))
        steps = 1 if watched else min(backend.default_steps(AUTO), batches)
    else:
        steps = batches if asked == "epoch" else asked
    counted = any(options.get(name) is not None for name in COUNTED_BY_KERAS)
    possible = (
        not model.run_eagerly
        and not counted
        and keras.config.max_steps_per_epoch() is None
        and type(model).train_step is backend.train_step
        and backend.can_loop(model)
        and backend.has_room_for(size)
    )
    return backend.plannable(min(steps, most, batches), batches) if possible else 0


def _watches_batches(callback):
    """Whether a callback wants to be called after every batch; Keras' and kerae's know of calls."""
    methods = (getattr(callback, name) for name in BATCH_HOOKS)
    return any(not method.__module__.startswith(("keras.", "kerae.")) for method in methods)


@contextmanager
def many_steps_a_call(model: "Autoencoder", batches: Any, steps: int, epochs: int):
    """Lets Keras' `fit` train by the backend's loop.

    Args:
        model: Compiled `kerae.Autoencoder`.
        batches: `kerae.data.ResidentBatches` or `kerae.data.MixedBatches`.
        steps: Integer, the steps a call.
        epochs: Integer.
    Yields:
        Callback for `fit`.
    """
    of_keras = model.train_function, model.steps_per_execution
    if model.train_many is None:
        model.train_many = backend.train_many(model)
    train_many = partial(model.train_many, batches, steps, epochs * len(batches))

    def train_function(*state):
        # Arrays were looked at as a whole, but for what preprocessing makes of them.
        model.looks_at_data = model.preprocessing is not None or not batches.looked_at
        try:
            return train_many(*state)
        finally:
            model.looks_at_data = True

    model.train_function = train_function
    model.steps_per_execution = steps  # from which Keras plans its calls

    def planned(_):
        model.steps_per_execution = of_keras[1]  # for evaluation

    try:
        yield keras.callbacks.LambdaCallback(on_train_begin=planned)
    finally:
        model.train_function, model.steps_per_execution = of_keras
