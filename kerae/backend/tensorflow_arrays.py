"""Operations on arrays that are another on TensorFlow."""

import tensorflow as tf
from keras.ops import cond as cond
from keras.ops import conv as conv
from keras.ops import conv_transpose as conv_transpose
from keras.ops import segment_sum as segment_sum


def scattered(values, places, size):
    count, k = tf.unstack(tf.shape(places))
    rows = tf.repeat(tf.range(count), k)
    pairs = tf.stack([rows, tf.reshape(places, (-1,))], axis=1)
    return tf.scatter_nd(pairs, tf.reshape(values, (-1,)), (count, size))


def argmax(x):
    return tf.argmax(x, axis=-1, output_type=tf.int32)


def fori_loop(first, end, body, state):
    def one(step, state):
        with tf.control_dependencies(tf.nest.flatten(state)):
            own = tf.identity(step)  # which waits for the end of the step before
        return step + 1, body(own, state)

    return tf.while_loop(lambda step, _: step < end, one, (first, state))[1]


def jvp(function, x, tangent):
    with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
        y = function(x)
    return accumulator.jvp(y, unconnected_gradients="zero")


def vjp(function, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = function(x)
    return lambda cotangent: tape.gradient(y, x, cotangent, unconnected_gradients="zero")  # pyright: ignore[reportArgumentType, reportCallIssue]
