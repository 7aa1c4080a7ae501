"""Many training steps in one call on PyTorch."""

from contextlib import nullcontext

import keras
import numpy as np
import torch
from keras import ops
from torch.utils.data import DataLoader

from .captured_step import captured_step
from .fused_adam import fused_adam
from .torch import replicas

ROOM_ON_CPU = 2**30
STEPS_WORTH_CAPTURE = 100  # which takes as long as these save


def can_loop(model):
    return replicas() == 1 and model.jit_compile_asked == "auto" and model.steps_per_execution == 1


def plannable(steps, batches):
    """A divisor: Keras warns of missing data where a last call has fewer steps."""
    return max(divisor for divisor in range(1, steps + 1) if batches % divisor == 0)


def steps_of_keras(steps):
    return 1


def default_steps(on_cpu):
    return on_cpu


def counted(batches):
    # Of an array Keras makes a tensor for each.
    return DataLoader(range(batches), batch_size=None)  # pyright: ignore[reportArgumentType]


def train_many(model):
    """Runs steps one by one, captured where there are enough of them."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    captured = {}

    def loop(batches, steps, steps_in_all, _):
        rows, whole, rest = batches.take(steps)
        device = keras.tree.flatten(batches.tensors)[0].device
        rows, rest = (torch.from_numpy(each).to(device) for each in (rows[:whole], rest))
        kind = rows.shape[1], str(keras.tree.map_structure(_kind, batches.tensors))
        for own in rows:
            batch = _rows(batches.tensors, own)
            if steps_in_all >= STEPS_WORTH_CAPTURE and kind not in captured:
                captured[kind] = captured_step(model, batch)
            (captured.get(kind) or model.train_step)(batch)
        if len(rest):
            model.train_step(_rows(batches.tensors, rest))
        return model.get_metrics_result()

    return loop


def _kind(tensor):
    return tensor.shape[1:], tensor.dtype


def _rows(tensors, rows):
    return keras.tree.map_structure(lambda all: all.index_select(0, rows), tensors)


def fused(optimizer):
    return fused_adam(optimizer)


def on_device(array):
    """A tensor of the array; without a copy, whose page faults take as long as 100 steps."""
    shared = array.dtype == np.float32 and array.flags.writeable
    return ops.convert_to_tensor(torch.from_numpy(array) if shared else array)


def has_room_for(size):
    return size <= (torch.cuda.mem_get_info()[0] // 2 if torch.cuda.is_available() else ROOM_ON_CPU)


def variables_kept(model):
    """Does nothing: Keras leaves the values where they are."""
    return nullcontext()
