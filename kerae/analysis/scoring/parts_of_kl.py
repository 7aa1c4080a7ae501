"""What the KL of codes from the prior is made of."""

import math
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from ...priors import StandardNormal
from ...terms.aggregate_posterior import log_densities
from ..fitting.rows import sampled_rows
from .scores import Scores

if TYPE_CHECKING:
    from ...analysis.examination import Examination

NAMES = ("index_code_mutual_information", "total_correlation", "dimension_wise_kl")
# The densities of all codes under the posteriors of all examples, dimension by dimension.
ELEMENTS_AT_ONCE = 2**24


def parts_of_kl(examination: "Examination", seed: int = 0) -> Scores:
    """The three parts of the KL, with q(z) = mean over n examples of q(z|x_n).

        mean over x of KL(q(z|x) || p(z)) = I(z; n) + KL(q(z) || prod_j q(z_j))
                                            + sum over j of KL(q(z_j) || p(z_j))

    each estimated from one code an example. The first is at most log n, and so too small for few
    examples.

    Args:
        examination: `kerae.analysis.Examination`.
        seed: Integer, of the choice of examples.
    Returns:
        `Scores`.
    """
    scores, model = Scores(), examination.model
    if examination.log_variance is None or type(model.prior) is not StandardNormal:
        reason = "only known of normal codes under a standard normal prior"
        scores.leave_out(NAMES, reason)
        return scores
    dimensions = examination.z.shape[1]
    limit = math.isqrt(ELEMENTS_AT_ONCE // dimensions)
    rows, _ = sampled_rows(len(examination), limit, seed)
    names = {"mean": examination.z, "log_variance": examination.log_variance}
    posterior = {name: ops.convert_to_tensor(each[rows]) for name, each in names.items()}
    z = examination.z_drawn[rows]
    # As the examples are all there are here, this is exact.
    densities = log_densities(posterior, ops.convert_to_tensor(z), len(rows), "stratified")
    own, joint, product = (np.asarray(ops.convert_to_numpy(each), "float64") for each in densities)
    prior = -0.5 * np.sum(np.square(z, dtype="float64") + math.log(2 * math.pi), axis=1)
    note = f"with q(z) of {len(rows):,} examples, whose logarithm is {math.log(len(rows)):.2f}"
    for name, part in zip(NAMES, (own - joint, joint - product, product - prior)):
        scores.give(name, part.mean(), note)
    return scores
