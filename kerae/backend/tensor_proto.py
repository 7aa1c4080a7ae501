"""Arrays as TensorFlow's messages."""

import tensorflow as tf


def to_proto(array):
    """The `TensorProto` of a NumPy array."""
    return tf.make_tensor_proto(array)


def from_proto(proto):
    """The NumPy array of a `TensorProto`.

    Raises:
        ValueError: If its values are not as many as its shape says.
    """
    return tf.make_ndarray(proto)
