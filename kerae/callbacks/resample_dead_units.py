import math
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.data import checked_examples
from ..checks.numbers import check_count
from ..networks import DictionaryDecoder

MOST = 8192  # examples whose errors are looked at
PART_OF_ALIVE = 0.2  # of the mean length of the encoder's weights of units that are alive


class ResampleDeadUnits(keras.callbacks.Callback):
    """Gives the dead units of a dictionary a new start at what it explains badly.

    At the end of an epoch, or every so many steps, each dead unit gets an example of its own, drawn
    with a probability in proportion to the square of its loss. Its atom becomes the direction of
    that example from the decoder's bias; its encoder weights the same, with 0.2 times the mean
    length of those of units that are alive; its bias 0, and its threshold. What the optimizer has
    gathered of these numbers is set to 0, and the unit counts as active just now. Units that are
    alive stay as they are.

    Args:
        x: Array `(n, *input_shape)`, of which 8,192 examples are looked at.
        every: Integer, the epochs from one time to the next. Defaults to 1.
        steps: Integer, the steps from one time to the next, in the place of epochs. Where `fit`
            trains for many steps in a call, at the end of the call in which they are over: there
            are at most 100, or as many as `steps_per_execution` of `compile` says.
        seed: Integer, of which examples are drawn.

    Example:

    >>> x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
    >>> model = kerae.SAE(8, 16, k=2, dead_after=500)
    >>> model.compile()
    >>> callback = kerae.callbacks.ResampleDeadUnits(x)
    >>> _ = model.fit(x, epochs=2, callbacks=[callback], verbose=0)

    Raises:
        ValueError: If `every` or `steps` is below 1, or the model has no dictionary of one data.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """

    def __init__(self, x: Any, every: int = 1, steps: int | None = None, seed: int = 0) -> None:
        super().__init__()
        check_count("every", every)
        if steps is not None:
            check_count("steps", steps)
        self.x = x
        self.every = every
        self.steps = steps
        self.seed = seed

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        decoder = self.model.decoder
        of_dictionary = isinstance(decoder, DictionaryDecoder)
        if not of_dictionary or math.prod(self.model.data_shape) != decoder.size:
            raise ValueError(
                "Expected a dictionary of the data that it decodes, such as kerae.SAE. Received: "
                f"{type(self.model).__name__}. Leave the callback out."
            )
        self.x = checked_examples(self.model, self.x)
        self._done = int(_array(self.model.step))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._done_before = self._done

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        in_epoch = min(batch + 1, self.params.get("steps") or batch + 1)  # Keras rounds calls up
        before, self._done = self._done, self._done_before + in_epoch
        if self.steps is not None and self._done // self.steps > before // self.steps:
            self._resample(self._done)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.steps is None and (epoch + 1) % self.every == 0:
            self._resample(epoch)

    def _resample(self, number):
        model, decoder, encoder = self.model, self.model.decoder, self.model.encoder
        dead = np.flatnonzero(_array(model.latent.is_dead()))
        if not len(dead):
            return
        generator = np.random.default_rng([self.seed, number])
        some = generator.permutation(len(self.x))[:MOST]
        x = self.x[np.sort(some)]
        errors = np.square(x - model.reconstruct(x)).reshape(len(x), -1).sum(axis=1) ** 2
        if not errors.any():  # nothing is left to learn
            return
        chosen = generator.choice(len(x), len(dead), p=errors / errors.sum())
        scale, rows = _array(decoder.scale), _array(decoder.rows).copy()
        directions = scale * x[chosen].reshape(len(dead), -1) - _array(decoder.bias)
        lengths = np.linalg.norm(directions, axis=1, keepdims=True)
        directions /= np.maximum(lengths, np.finfo("float32").tiny)
        alive = np.setdiff1d(np.arange(len(rows)), dead)
        of_all = alive if len(alive) else dead
        changes = [(decoder.rows, directions * np.linalg.norm(rows[of_all], axis=1).mean(), 0)]
        if not encoder.tied:
            length = (
                PART_OF_ALIVE * np.linalg.norm(_array(encoder.kernel)[:, of_all], axis=0).mean()
            )
            changes.append((encoder.kernel, length * directions.T, 1))
        biases = [encoder.bias] if encoder.use_bias else []
        changes += [(each, 0.0, 0) for each in (*biases, *model.latent.trainable_variables)]
        for variable, values, axis in changes:
            place = (dead,) if axis == 0 else (slice(None), dead)
            for each, new in ((variable, values), *((slot, 0.0) for slot in self._slots(variable))):
                array = _array(each).copy()
                array[place] = new
                each.assign(array)
        age = _array(model.latent.age).copy()
        age[dead] = 0
        model.latent.age.assign(age)

    def _slots(self, variable):
        """What the optimizer gathers of a variable, in variables that are named after it."""
        name = variable.path.replace("/", "_")
        return [
            slot
            for slot in self.model.optimizer.variables
            if slot.name.startswith(name) and tuple(slot.shape) == tuple(variable.shape)
        ]


def _array(variable):
    return np.asarray(ops.convert_to_numpy(variable))
