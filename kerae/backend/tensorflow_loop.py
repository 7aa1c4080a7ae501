"""Many training steps in one call on TensorFlow."""

import math
from contextlib import nullcontext
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import ops

ROOM = 2**30
STEPS_WORTH_XLA = 500  # on CPUs, where compilation takes as long as these save


def can_loop(model):
    with model.distribute_strategy.scope():
        return not tf.distribute.has_strategy()  # not even one of a single device


def plannable(steps, batches):
    return steps


def steps_of_keras(steps):
    return steps


def default_steps(on_cpu):
    return on_cpu


def counted(batches):
    return np.arange(batches)


def train_many(model):
    """Runs steps in one graph, compiled by XLA as a whole where that is quicker."""

    def one(tensors, rows):
        return model.train_step(keras.tree.map_structure(lambda all: tf.gather(all, rows), tensors))

    def many(step, tensors, rows, count):
        def body(i):
            step(tensors, rows[i])
            return [i + 1]

        tf.while_loop(lambda i: i < count, body, [0])
        return model.get_metrics_result()

    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    # A step for each: gradients of branches are others where XLA is to compile them.
    steps_of = {xla: tf.function(one, jit_compile=xla, autograph=False) for xla in (False, True)}
    looped = {
        xla: tf.function(partial(many, step), jit_compile=xla, autograph=False)
        for xla, step in steps_of.items()
    }
    least_for_xla = None

    def loop(batches, steps, steps_in_all, _):
        nonlocal least_for_xla
        rows, whole, rest = batches.take(steps)
        if whole:
            if least_for_xla is None:
                traced = steps_of[False].get_concrete_function(batches.tensors, rows[0])
                least_for_xla = _least_for_xla(model, traced.graph.as_graph_def())
            given = batches.tensors, rows, np.int32(whole)
            xla = steps_in_all >= least_for_xla
            try:
                logs = looped[xla](*given)
            except tf.errors.InvalidArgumentError:  # XLA does not know every operation
                if not xla or model.jit_compile_asked is True:
                    raise
                least_for_xla = math.inf
                logs = looped[False](*given)
        if len(rest):
            logs = steps_of[False](batches.tensors, rest)
        return logs

    return loop


def _least_for_xla(model, step):
    """The number of steps in a fit from which compiling them pays."""
    on_gpu = any(device.device_type == "GPU" for device in tf.config.list_logical_devices())
    if on_gpu or model.jit_compile_asked != "auto":
        return 0 if model.jit_compile else math.inf
    nodes = [*step.node, *(node for f in step.library.function for node in f.node_def)]
    # XLA runs convolutions inside a loop on one core.
    return math.inf if any("Conv" in node.op for node in nodes) else STEPS_WORTH_XLA


def fused(optimizer):
    """The argument: TensorFlow has no such kernel."""
    return optimizer


def on_device(array):
    return ops.convert_to_tensor(array)


def has_room_for(size):
    return size <= ROOM


def variables_kept(model):
    """Does nothing: Keras leaves the values where they are."""
    return nullcontext()
