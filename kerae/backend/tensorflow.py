"""Training, testing and compiled functions on TensorFlow."""

import os
from functools import cache, wraps

import tensorflow as tf

TOO_LATE = "Expected the strategy before TensorFlow computes anything."


def train_step(self, data):
    with tf.GradientTape() as tape:
        # Of this replica; the optimizer sums gradients over all of them.
        scaled = self.optimizer.scale_loss(self.objective(data, training=True))
    variables = self.trainable_variables
    self.optimizer.apply_gradients(zip(tape.gradient(scaled, variables), variables, strict=True))
    return _logs(self)


def test_step(self, data):
    self.objective(data, training=False)
    return _logs(self)


def _logs(self):
    """The means so far; over processes with the axis by which Keras averages them."""
    shape = (1,) if _is_over_processes(tf.distribute.get_strategy()) else ()
    return {name: tf.reshape(value, shape) for name, value in self.get_metrics_result().items()}


def compiled(model, function, *layers):
    return tf.function(function, reduce_retracing=True, autograph=False)


def one_operation(function):
    traced = tf.function(function, autograph=False)

    @wraps(function)
    def called(*tensors):
        return (function if tf.executing_eagerly() else traced)(*tensors)

    return called


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
    return rows, None


def share(variables):
    """Does nothing: Keras keeps the variables of all replicas alike."""


def strategy_scope(strategy, devices):
    if strategy == "mirrored":
        return _mirrored(devices).scope()
    if "TF_CONFIG" not in os.environ:
        raise ValueError(
            "Expected the environment variable TF_CONFIG for the strategy multi_worker. Received: "
            "none. Set it to all processes' addresses and this one's place among them."
        )
    return _multi_worker().scope()


# TensorFlow mistakes the collective operations of a second strategy in a process for those of
# the first.


@cache
def _mirrored(count):
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    physical = tf.config.list_physical_devices(kind)
    if kind == "CPU":
        parts = [tf.config.LogicalDeviceConfiguration()] * (count or 1)
        try:
            tf.config.set_logical_device_configuration(physical[0], parts)
        except RuntimeError as error:
            raise RuntimeError(f"{TOO_LATE} Received: {error}") from error
        physical = parts
    if (count or 1) > len(physical):
        raise ValueError(f"Expected at least {count} GPUs. Received: {len(physical)}.")
    return tf.distribute.MirroredStrategy([f"{kind}:{i}" for i in range(count or len(physical))])


@cache
def _multi_worker():
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        raise RuntimeError(f"{TOO_LATE} Received: {error}") from error


def replicas():
    return tf.distribute.get_strategy().num_replicas_in_sync


def is_first():
    return tf.distribute.get_strategy().extended.should_checkpoint


def barrier():
    strategy = tf.distribute.get_strategy()
    if _is_over_processes(strategy):
        tf.function(_met, autograph=False)(strategy)


def _met(strategy):
    """A sum over all processes, which none has before all have come."""
    return strategy.reduce("SUM", strategy.run(lambda: tf.constant(1)), axis=None)


def _is_over_processes(strategy):
    processes = strategy.cluster_resolver
    return bool(processes and processes.cluster_spec())


def tells_of_lost_process(error):
    lost = tf.errors.UnavailableError | tf.errors.AbortedError | tf.errors.CancelledError
    return isinstance(error, lost)


def seed_global_generator(seed):
    """Does nothing: Keras draws from its own seed generators."""


def devices():
    return [device.name for device in tf.config.list_logical_devices()]
