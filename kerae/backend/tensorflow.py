"""Training, testing and compiled functions on TensorFlow."""

import math
from functools import partial

import keras
import numpy as np
import tensorflow as tf

ROOM = 2**30
STEPS_WORTH_XLA = 500  # on CPUs, where compilation takes as long as these save


def train_step(self, data):
    with tf.GradientTape() as tape:
        # Of this replica; the optimizer sums gradients over all of them.
        scaled = self.optimizer.scale_loss(self.objective(data, training=True))
    variables = self.trainable_variables
    self.optimizer.apply_gradients(zip(tape.gradient(scaled, variables), variables, strict=True))
    return self.get_metrics_result()


def test_step(self, data):
    self.objective(data, training=False)
    return self.get_metrics_result()


def can_loop(model):
    return model.distribute_strategy.num_replicas_in_sync == 1


def training_loop(model):
    """Runs steps in one graph, compiled by XLA as a whole where that is quicker."""

    @partial(tf.function, autograph=False)
    def step(tensors, rows):
        return model.train_step(keras.tree.map_structure(lambda all: tf.gather(all, rows), tensors))

    def many(tensors, rows, count):
        def body(i):
            step(tensors, rows[i])
            return [i + 1]

        tf.while_loop(lambda i: i < count, body, [0])
        return model.get_metrics_result()

    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    looped = {xla: tf.function(many, jit_compile=xla, autograph=False) for xla in (False, True)}
    least_for_xla = None

    def loop(batches, steps, steps_in_all, _):
        nonlocal least_for_xla
        rows, whole, rest = batches.take(steps)
        if least_for_xla is None:
            traced = step.get_concrete_function(batches.tensors, rows[0])
            least_for_xla = _least_for_xla(model, traced.graph.as_graph_def())
        if whole:
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
            logs = step(batches.tensors, rest)
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


def has_room_for(size):
    return size <= ROOM


def compiled(model, function):
    return tf.function(function, reduce_retracing=True)


def jvp(function, x, tangent):
    with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
        y = function(x)
    return accumulator.jvp(y, unconnected_gradients="zero")


def vjp(function, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = function(x)
    return lambda cotangent: tape.gradient(y, x, cotangent, unconnected_gradients="zero")


def _replicas():
    """The context of a step on several replicas, or `None`."""
    context = tf.distribute.get_replica_context()
    return context if context and context.num_replicas_in_sync > 1 else None


def replica_sum(x):
    context = _replicas()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, x) if context else x


def replica_concat(x):
    context = _replicas()
    if context is None:
        return x
    return tf.ensure_shape(context.all_gather(x, axis=0), (None, *x.shape[1:]))


def replica_rows(count):
    context = _replicas()
    if context is None:
        return count, 0
    counts = context.all_gather(tf.reshape(count, (1,)), axis=0)
    return tf.reduce_sum(counts), tf.reduce_sum(counts[: context.replica_id_in_sync_group])


def own_rows(rows):
    """The argument: Keras spreads a batch over the devices."""
    return rows


def share(variables):
    """Does nothing: Keras keeps the variables of all replicas alike."""


def seed_global_generator(seed):
    """Does nothing: Keras draws from its own seed generators."""


def devices():
    return [device.name for device in tf.config.list_logical_devices()]
