"""Training, testing and compiled functions on TensorFlow."""

import tensorflow as tf


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
