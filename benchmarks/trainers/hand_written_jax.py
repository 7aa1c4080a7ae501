"""A step that is compiled, and for all but convolutions on a CPU an epoch that is one scan."""

from functools import partial

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp

from . import BETAS, EPSILON, LEARNING_RATE, NETWORKS

PIXELS = 28 * 28
CONVOLUTION = ("NHWC", "HWIO", "NHWC")


def dense(parameters, x):
    kernel, bias = parameters
    return x @ kernel + bias


def dense_encode(parameters, x):
    x = x.reshape(len(x), -1)
    for layer in parameters:
        x = jax.nn.silu(dense(layer, x))
    return x


def dense_decode(parameters, z):
    *hidden, last = parameters
    return dense(last, dense_encode(hidden, z))


def convolutional_encode(parameters, x):
    *convolutions, last = parameters
    for kernel, bias in convolutions:
        x = lax.conv_general_dilated(x, kernel, (2, 2), "SAME", dimension_numbers=CONVOLUTION)
        x = jax.nn.silu(x + bias)
    return dense_encode([last], x)


def convolutional_decode(parameters, z):
    *hidden, first, last = parameters
    x = dense_encode(hidden, z).reshape(-1, 7, 7, 32)
    for kernel, bias in (first, last):
        x = lax.conv_transpose(x, kernel, (2, 2), "SAME", dimension_numbers=CONVOLUTION) + bias
        x = x if kernel is last[0] else jax.nn.silu(x)
    return x.reshape(len(x), -1)


def built(network):
    """The two functions of a network, and its parameters by part."""
    widths, latent_dim = NETWORKS[network]
    if widths is None:
        encode, decode = convolutional_encode, convolutional_decode
        encoder = [(4, 4, 1, 16), (4, 4, 16, 32), (7 * 7 * 32, 256)]
        decoder = [(latent_dim, 256), (256, 7 * 7 * 32), (4, 4, 32, 16), (4, 4, 16, 1)]
        features = 256
    else:
        encode, decode = dense_encode, dense_decode
        encoder = list(zip((PIXELS, *widths), widths))
        decoder = list(zip((latent_dim, *widths[::-1]), (*widths[::-1], PIXELS)))
        features = widths[-1]
    shapes = {"encoder": encoder, "heads": [(features, 2 * latent_dim)], "decoder": decoder}
    keys = iter(jax.random.split(jax.random.key(0), 16))
    initializer = jax.nn.initializers.glorot_uniform()
    parameters = {
        part: [(initializer(next(keys), shape), jnp.zeros(shape[-1])) for shape in each]
        for part, each in shapes.items()
    }
    return encode, decode, parameters


def trainer(network, batch_size, steps_per_execution=None):
    encode, decode, parameters = built(network)

    def loss(parameters, x, key):
        (heads,) = parameters["heads"]
        mean, log_variance = jnp.split(dense(heads, encode(parameters["encoder"], x)), 2, axis=1)
        z = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
        logits = decode(parameters["decoder"], z)
        error = jnp.sum(jax.nn.softplus(logits) - x.reshape(len(x), -1) * logits, axis=1)
        kl = 0.5 * jnp.sum(mean**2 + jnp.exp(log_variance) - 1 - log_variance, axis=1)
        return jnp.mean(error + kl)

    def step(state, x):
        parameters, first, second, count = state
        key = jax.random.fold_in(jax.random.key(1), count)
        value, gradient = jax.value_and_grad(loss)(parameters, x, key)
        count = count + 1
        rate = LEARNING_RATE * jnp.sqrt(1 - BETAS[1] ** count) / (1 - BETAS[0] ** count)
        first = jax.tree.map(lambda m, g: m + (1 - BETAS[0]) * (g - m), first, gradient)
        second = jax.tree.map(lambda v, g: v + (1 - BETAS[1]) * (g * g - v), second, gradient)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), parameters, first, second
        )
        return (parameters, first, second, count), value

    @partial(jax.jit, donate_argnums=0)
    def scanned_epoch(state, x):
        key = jax.random.fold_in(jax.random.key(2), state[-1])
        order = jax.random.permutation(key, len(x))
        whole = len(x) // batch_size * batch_size
        batches = order[:whole].reshape(-1, batch_size)
        state, losses = lax.scan(lambda state, rows: step(state, x[rows]), state, batches)
        total = batch_size * jnp.sum(losses)
        if whole < len(x):
            state, last = step(state, x[order[whole:]])
            total += (len(x) - whole) * last
        return state, total / len(x)

    compiled_step = jax.jit(step, donate_argnums=0)
    generator = np.random.default_rng(0)

    def stepped_epoch(state, x):
        order = generator.permutation(len(x))
        losses = []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            state, value = compiled_step(state, x[rows])
            losses.append(len(rows) * value)
        return state, sum(losses) / len(x)

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), "int32"))
    # A scan keeps the convolutions of XLA's CPU to one thread each.
    scans = network != "convolutional" or jax.default_backend() != "cpu"
    epoch = scanned_epoch if scans else stepped_epoch

    def train(x, epochs):
        nonlocal state
        x = jnp.asarray(x) if scans else x
        for _ in range(epochs):
            state, value = epoch(state, x)
        return float(value)

    return train
