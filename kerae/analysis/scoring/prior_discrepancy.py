"""How far the codes of all examples together are from the prior."""

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from ...autoencoder.in_batches import in_batches
from ...noise.repeatable import RepeatableNoise
from ...ops.divergences import maximum_mean_discrepancy
from ..fitting.rows import sampled_rows

if TYPE_CHECKING:
    from ...analysis.examination import Examination


LIMIT = 10_000
# The discrepancy of a batch holds the differences of all pairs, in all dimensions.
ELEMENTS_AT_ONCE = 2**23


def prior_discrepancy(examination: "Examination", seed: int = 0):
    """MMD^2 of the aggregated posterior and the prior, batch by batch.

        MMD^2( z ~ q(z) = mean over x of q(z|x),   z_p ~ p(z) )

    A prior that is conditioned on y is the mean of p(z|y) over the y of the examples.

    Each is the unbiased estimate of `kerae.ops.maximum_mean_discrepancy`, from other codes
    and other draws, so that their mean is unbiased too, and their spread tells how exact it is.

    Args:
        examination: `kerae.analysis.Examination`.
        seed: Integer, of the draws of the prior and the choice of codes.
    Returns:
        Array of the estimate of each batch, and the number of codes used.
    """
    model, z = examination.model, np.asarray(examination.z_drawn, "float32")

    rows, _ = sampled_rows(len(z), LIMIT, seed)
    # In random order, as examples may be sorted by class.
    generator = np.random.default_rng(seed)
    rows = generator.permutation(rows)
    most = max(32, math.isqrt(ELEMENTS_AT_ONCE // z.shape[1]))
    num_batches = math.ceil(len(rows) / most)
    used = len(rows) // num_batches * num_batches
    arrays = (np.arange(used, dtype="int32"),)
    if model.condition is not None:
        # Of other examples than the codes that they are compared with, or the two would depend.
        arrays = (*arrays, examination.y[generator.integers(len(z), size=used)])
    prior = in_batches(model, partial(_drawn_from_prior, model=model), arrays, seed=seed)
    both = z[rows[:used]], prior.astype("float32")
    batches = zip(*(np.split(each, num_batches) for each in both))
    return np.array([float(maximum_mean_discrepancy(*batch)) for batch in batches]), used


def _drawn_from_prior(numbers, y=None, *, seed, model):
    noise = RepeatableNoise("prior discrepancy", (numbers, ops.zeros_like(numbers)), seed)
    z = model.drawn_from_prior(noise, y)
    return ops.reshape(z, (ops.shape(z)[0], -1))
