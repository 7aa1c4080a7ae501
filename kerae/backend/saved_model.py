"""SavedModels, written by TensorFlow whatever backend a model was trained on."""

from pathlib import Path

import tensorflow as tf

WARM_UP = Path("assets.extra", "tf_serving_warmup_requests")
# As Pillow weighs red, green and blue, in parts of 2^16.
LUMA = (19595, 38470, 7471)


def write_saved_model(endpoints, path):
    """Writes a SavedModel with a signature for each endpoint.

    Args:
        endpoints: Dict of `kerae.export.endpoint.Endpoint` by the name of the signature.
        path: Folder to make.
    """
    signatures = {}
    for name, endpoint in endpoints.items():
        specs = {
            key: tf.TensorSpec((None, *each.shape), each.dtype, key)
            for key, each in endpoint.inputs.items()
        }
        signatures[name] = tf.function(endpoint.function).get_concrete_function(**specs)
    module = tf.Module()
    used = {id(v): v for function in signatures.values() for v in function.graph.variables}
    module.weights = list(used.values())  # pyright: ignore[reportAttributeAccessIssue]
    tf.saved_model.save(module, str(path), signatures=signatures)


def decoded_images(contents, shape):
    """PNG or JPEG files as images of one size with values from 0 to 1.

    Files of that size give the pixels that `kerae.data` reads from them, divided by 255; others
    are resized with a triangle filter. An alpha channel is dropped.

    Args:
        contents: String tensor `(batch,)`.
        shape: Tuple, height, width and channels, of which there are 1 or 3.
    Returns:
        Float32 tensor `(batch, *shape)`.
    """
    height, width, channels = shape

    def decoded(content):
        # Which reads PNG too; by its default, JPEG files would lose some gray values to speed.
        image = tf.io.decode_jpeg(content, channels=3, dct_method="INTEGER_ACCURATE")
        if channels == 1:
            weighted = tf.cast(image, tf.int32) * LUMA
            image = (tf.reduce_sum(weighted, axis=2, keepdims=True) + 2**15) // 2**16
        is_of_size = tf.reduce_all(tf.shape(image)[:2] == (height, width))
        resized = tf.cond(
            is_of_size,
            lambda: tf.cast(image, tf.float32),
            lambda: tf.image.resize(image, (height, width), antialias=True),
        )
        # In double precision the quotient rounds right even where it is made a product.
        return tf.cast(tf.ensure_shape(tf.cast(resized, tf.float64) / 255, shape), tf.float32)

    return tf.map_fn(decoded, contents, fn_output_signature=tf.TensorSpec(shape, tf.float32))


def write_warm_up(path, name, requests):
    """Writes the requests that TensorFlow Serving answers before it opens a version.

    Args:
        path: Folder of the SavedModel.
        name: String, the model's name.
        requests: List of pairs of a signature's name and a dict of arrays.
    """
    from tensorflow_serving.apis import model_pb2, predict_pb2, prediction_log_pb2

    file = path / WARM_UP
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for signature, inputs in requests:
            request = predict_pb2.PredictRequest(
                model_spec=model_pb2.ModelSpec(name=name, signature_name=signature),
                inputs={key: tf.make_tensor_proto(array) for key, array in inputs.items()},
            )
            predict_log = prediction_log_pb2.PredictLog(request=request)
            log = prediction_log_pb2.PredictionLog(predict_log=predict_log)
            writer.write(log.SerializeToString())


def as_litert(path, signatures):
    """A SavedModel's signatures as the bytes of a LiteRT file, of LiteRT's own operations."""
    converter = tf.lite.TFLiteConverter.from_saved_model(str(path), signature_keys=signatures)
    return converter.convert()
