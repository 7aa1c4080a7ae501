"""Small models trained on the digits, and what their codes are like, by NumPy and SciPy."""

import keras
import numpy as np
from keras import ops
from scipy import spatial, special, stats

import kerae

LATENT_DIM = 4


def trained(
    model_class, x, *arguments, epochs=30, batch_size=128, adversary_optimizer=None, **options
):
    """A dense model with four code units after some epochs of Adam."""
    kerae.set_random_seed(0)
    model = model_class(
        x.shape[1:],
        LATENT_DIM,
        *arguments,
        encoder=kerae.networks.dense_encoder(x.shape[1:], widths=(64,)),
        decoder=kerae.networks.dense_decoder((LATENT_DIM,), x.shape[1:], widths=(64,)),
        **options,
    )
    model.compile(keras.optimizers.Adam(0.01), adversary_optimizer)
    model.fit(x, epochs=epochs, batch_size=batch_size, verbose=0)
    return model


def small_critic():
    layers = keras.layers
    return keras.Sequential(
        [layers.Dense(64, "leaky_relu"), layers.Dense(64, "leaky_relu"), layers.Dense(1)]
    )


def total_correlation(model, x, count=400):
    """Of the codes of all examples, whose density is the mixture of all posteriors, in nats.

    The mean over `count` codes; its standard error is a few hundredths.
    """
    outputs = model.propagate(x)
    z = ops.convert_to_numpy(outputs["z"])[:count, 0]
    mean, log_variance = map(ops.convert_to_numpy, outputs["posterior"].values())
    log_q = stats.norm.logpdf(z[:, None], mean[None], np.exp(0.5 * log_variance)[None])
    joint = special.logsumexp(log_q.sum(axis=-1), axis=1) - np.log(len(x))
    marginals = special.logsumexp(log_q, axis=1) - np.log(len(x))
    return float((joint - marginals.sum(axis=-1)).mean())


def distance_from_prior(z, drawn=None):
    """The squared MMD of codes from draws, else of a standard normal, by a Gaussian kernel."""
    drawn = np.random.default_rng(0).normal(size=z.shape) if drawn is None else drawn

    def similarity(a, b):
        values = np.exp(-spatial.distance.cdist(a, b, "sqeuclidean") / (2 * z.shape[1]))
        return values.mean() if a is not b else (values.sum() - len(a)) / (len(a) ** 2 - len(a))

    return similarity(z, z) + similarity(drawn, drawn) - 2 * similarity(z, drawn)
