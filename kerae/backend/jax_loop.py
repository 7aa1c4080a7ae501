"""Many training steps in one call on JAX."""

from contextlib import contextmanager
from functools import partial

import jax
import keras
import numpy as np
from keras import ops

ROOM_ON_CPU = 2**30


def can_loop(model):
    return model.jit_compile and keras.distribution.distribution() is None


def plannable(steps, batches):
    return steps


def steps_of_keras(steps):
    return steps


def default_steps(on_cpu):
    # A GPU is done with a hundred small steps before Python has begun the next call.
    return on_cpu if jax.default_backend() == "cpu" else 5 * on_cpu


def counted(batches):
    return np.arange(batches)


def train_many(model):
    """Runs steps in one compiled loop; one by one where XLA's loops are slow."""

    def step(state, tensors, rows):
        return model.train_step(state, keras.tree.map_structure(lambda all: all[rows], tensors))

    # XLA asks a GPU after each step whether it is the last, unless it knows how many there are.
    known = () if jax.default_backend() == "cpu" else 3

    @partial(jax.jit, donate_argnums=0, static_argnums=known)
    def many(state, tensors, rows, count):
        logs = jax.eval_shape(step, state, tensors, rows[0])[0]
        zeros = jax.tree.map(lambda log: jax.numpy.zeros(log.shape, log.dtype), logs)
        return jax.lax.fori_loop(
            0, count, lambda i, carry: step(carry[1], tensors, rows[i]), (zeros, state)
        )

    one = jax.jit(step, donate_argnums=0)
    looped = None

    def loop(batches, steps, steps_in_all, state, _):
        nonlocal looped
        rows, whole, rest = batches.take(steps)
        if whole and looped is None:
            looped = _loops_well(one.trace(state, batches.tensors, rows[0]))
        if looped and whole:
            logs, state = many(state, batches.tensors, rows, whole)
        else:
            for own in rows[:whole]:
                logs, state = one(state, batches.tensors, own)
        if len(rest):
            logs, state = one(state, batches.tensors, rest)
        return logs, state

    return loop


def _loops_well(traced):
    """Whether XLA uses all cores inside of a loop: not for convolutions on CPUs."""
    return jax.default_backend() != "cpu" or "conv_general_dilated" not in str(traced.jaxpr)


def fused(optimizer):
    """The argument: XLA fuses updates by itself."""
    return optimizer


def on_device(array):
    return ops.convert_to_tensor(array)


def has_room_for(size):
    stats = jax.devices()[0].memory_stats()
    return size <= ((stats["bytes_limit"] - stats["bytes_in_use"]) // 2 if stats else ROOM_ON_CPU)


@contextmanager
def variables_kept(model):
    """Keras takes the values out of the variables while steps run, and forgets them if the first
    cannot be traced."""
    kept = [(v, v.value) for v in (*model.variables, *model.metrics_variables)]
    if model.compiled:
        kept += [(v, v.value) for v in model.optimizer.variables]
    try:
        yield
    except BaseException:
        for variable, value in kept:
            if variable._value is None and not value.is_deleted():
                variable.assign(value)
        raise
