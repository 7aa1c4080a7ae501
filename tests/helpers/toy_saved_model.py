"""A SavedModel in a few lines, with the inputs and outputs that a server has to deal with."""

import json

import tensorflow as tf

X = [[[0.0, 0.1, 0.2], [0.3, 0.4, 1.0]]]  # pixels
PREDICT = "/v1/models/toy:predict"


def save_toy_model(folder, factor=2.0):
    """Writes it to `folder`: `serving_default` multiplies pixels by `factor`."""
    signatures = {
        "serving_default": _signature(
            lambda x: {"y": factor * x}, x=tf.TensorSpec((None, 2, 3), tf.float32)
        ),
        "pair": _signature(
            lambda x, label: {"total": tf.reduce_sum(x, 1), "next": label + 1},
            x=tf.TensorSpec((None, 2), tf.float32),
            label=tf.TensorSpec((None,), tf.int32),
        ),
        "whole": _signature(
            lambda a, b, flag: {"a": tf.identity(a), "b": tf.identity(b), "flag": ~flag},
            a=tf.TensorSpec((None,), tf.int64),
            b=tf.TensorSpec((None,), tf.uint8),
            flag=tf.TensorSpec((None,), tf.bool),
        ),
        "double": _signature(lambda x: {"y": tf.identity(x)}, x=tf.TensorSpec((None,), tf.float64)),
        "text": _signature(
            lambda image_bytes: {
                "echo_bytes": tf.identity(image_bytes),
                "text": tf.strings.upper(image_bytes),
            },
            image_bytes=tf.TensorSpec((None,), tf.string),
        ),
        "divide": _signature(lambda x: {"quotient": 100 // x}, x=tf.TensorSpec((None,), tf.int32)),
        "logarithm": _signature(
            lambda x: {"y": tf.math.log(x)}, x=tf.TensorSpec((None,), tf.float32)
        ),
        "mean": _signature(
            lambda x, scale: {"mean": scale * tf.reduce_mean(x)},
            x=tf.TensorSpec((None,), tf.float32),
            scale=tf.TensorSpec((), tf.float32),
        ),
        "count": _signature(_count, to=tf.TensorSpec((None,), tf.int32)),
    }
    tf.saved_model.save(tf.Module(), str(folder), signatures=signatures)
    limits = {"serving_default": {"inputs": {"x": {"low": 0.0, "high": 1.0}}}}
    (folder / "assets.extra").mkdir(exist_ok=True)
    (folder / "assets.extra/kerae.json").write_text(json.dumps({"signatures": limits}))


def _signature(function, **inputs):
    specs = {name: tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in inputs.items()}
    return tf.function(function, autograph=False).get_concrete_function(**specs)


def _count(to):
    """One after the other, so that it takes as long as one asks for."""
    most = tf.reduce_max(to)
    counted = tf.while_loop(lambda i: i < most, lambda i: (i + 1,), (0,))[0]
    return {"counted": to + 0 * counted}
