"""Sums of few of many rows, by loops of which XLA makes on a CPU what one would write."""

import jax
import keras
import numpy as np
from jax import lax
from jax import numpy as jnp

TERMS_AT_ONCE, ROWS_AT_ONCE = 8, 4


def rows_are_quick():
    return jax.default_backend() == "cpu" and keras.distribution.distribution() is None


def _sums(amounts, places, rows):
    def with_next(i, total):
        return total + amounts[:, i, None] * rows[places[:, i]]

    total = jnp.zeros((len(places), rows.shape[1]), rows.dtype)
    return lax.fori_loop(0, places.shape[1], with_next, total, unroll=TERMS_AT_ONCE)


def _products(places, rows, x):
    return lax.map(lambda each: rows[each[0]] @ each[1], (places, x))


def _added(amounts, places, x, count):
    """Of each row the sum of the `x` that have it, times their amounts for it."""

    def with_next(i, total):
        own, row = (flat[i], 0), lax.dynamic_slice_in_dim(x, i // few, 1)
        sum_of_row = lax.dynamic_slice(total, own, row.shape) + weights[i] * row
        return lax.dynamic_update_slice(total, sum_of_row, own)

    few, flat, weights = places.shape[1], places.ravel(), amounts.ravel()
    total = jnp.zeros((count, x.shape[1]), x.dtype)
    return lax.fori_loop(0, len(flat), with_next, total, unroll=ROWS_AT_ONCE)


@jax.custom_vjp
def sum_of_rows(amounts, places, rows):
    return _sums(amounts, places, rows)


def _sum_and_kept(amounts, places, rows):
    return _sums(amounts, places, rows), (amounts, places, rows)


def _slopes_of_sum(kept, upstream):
    amounts, places, rows = kept
    of_amounts = _products(places, rows, upstream)
    return of_amounts, _of_integers(places), _added(amounts, places, upstream, len(rows))


@jax.custom_vjp
def products_at(products, places, x, kernel, bias):
    return jnp.take_along_axis(products, places, axis=1)


def _products_and_kept(products, places, x, kernel, bias):
    return products_at(products, places, x, kernel, bias), (places, x, kernel)


def _slopes_of_products(kept, upstream):
    places, x, kernel = kept
    of_kernel = _added(upstream, places, x, kernel.shape[1]).T
    of_bias = jax.ops.segment_sum(upstream.ravel(), places.ravel(), kernel.shape[1])
    return None, _of_integers(places), None, of_kernel, of_bias


def _of_integers(places):
    return np.zeros(places.shape, jax.dtypes.float0)


sum_of_rows.defvjp(_sum_and_kept, _slopes_of_sum)
products_at.defvjp(_products_and_kept, _slopes_of_products)
