"""Sums of few of many rows, by loops that are as well compiled by XLA."""

import tensorflow as tf

from .tensorflow_arrays import fori_loop


def rows_are_quick():
    return not tf.config.list_logical_devices("GPU")


def _sums(amounts, places, rows):
    # One term at once: of a chain of them TensorFlow makes what fails in a loop within a loop.
    def with_next(i, total):
        weights = tf.gather(amounts, i, axis=1)
        return total + weights[:, None] * tf.gather(rows, tf.gather(places, i, axis=1))

    total = tf.zeros((tf.shape(places)[0], rows.shape[1]), rows.dtype)
    return fori_loop(0, places.shape[1], with_next, total)


def _products(places, rows, x):
    def of_example(example):
        own, row = example
        return tf.linalg.matvec(tf.gather(rows, own), row)

    return tf.map_fn(of_example, (places, x), fn_output_signature=x.dtype, parallel_iterations=1)


def _added(amounts, places, x, count):
    """Of each row the sum of the `x` that have it, times their amounts for it."""

    def with_next(i, total):
        weights, own = (tf.gather(each, i, axis=1)[:, None] for each in (amounts, places))
        return tf.tensor_scatter_nd_add(total, own, weights * x)

    return fori_loop(0, places.shape[1], with_next, tf.zeros((count, x.shape[1]), x.dtype))


@tf.custom_gradient
def sum_of_rows(amounts, places, rows):
    def slopes(upstream):
        of_amounts = _products(places, rows, upstream)
        return of_amounts, None, _added(amounts, places, upstream, rows.shape[0])

    return _sums(amounts, places, rows), slopes


@tf.custom_gradient
def products_at(products, places, x, kernel, bias):
    def slopes(upstream):
        count = kernel.shape[1]
        of_kernel = tf.transpose(_added(upstream, places, x, count))
        flat = [tf.reshape(each, (-1,)) for each in (upstream, places)]
        return None, None, None, of_kernel, tf.math.unsorted_segment_sum(*flat, count)

    return tf.gather(products, places, batch_dims=1), slopes
