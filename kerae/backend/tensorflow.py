"""Training, testing and compiled functions on TensorFlow."""

import tensorflow as tf


def train_step(self, data):
    with tf.GradientTape() as tape:
        loss = self.objective(data, training=True)
        # Gradients are summed over replicas, the loss is a mean over examples.
        shared = loss / tf.distribute.get_strategy().num_replicas_in_sync
        scaled = self.optimizer.scale_loss(shared)
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


def replica_mean(x):
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, x)


def seed_global_generator(seed):
    """Does nothing: Keras draws from its own seed generators."""


def devices():
    return [device.name for device in tf.config.list_logical_devices()]
