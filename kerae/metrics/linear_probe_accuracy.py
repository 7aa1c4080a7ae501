import numpy as np

from ..checks.extras import require
from ..checks.labels import as_probed
from ..checks.types import Rows
from .linear_probe import linear_probe


def linear_probe_accuracy(z_train: Rows, y_train: Rows, z_test: Rows, y_test: Rows) -> float:
    """The part of test examples whose class a linear classifier of the codes tells.

        p(y = c|z) proportional to exp(w_c . (z - mean) / deviation + b_c)

    with the mean and deviation of each dimension over the training codes, and scikit-learn's
    default penalty, 1/2 |w|^2. L-BFGS takes at most 200 steps.

    Args:
        z_train: Array `(n, latent_dim)`.
        y_train: Integer array `(n,)` of at least two classes.
        z_test: Array `(m, latent_dim)`.
        y_test: Integer array `(m,)`.
    Returns:
        Float between 0 and 1.

    Example:

    >>> z, y = np.array([[0.0], [0.1], [1.0], [1.1]]), np.array([0, 0, 1, 1])
    >>> kerae.metrics.linear_probe_accuracy(z, y, [[0.2], [0.9]], [0, 1])
    1.0

    Raises:
        ValueError: If the training examples are of one class.
    Reference:
        Alain and Bengio, 2017, https://arxiv.org/abs/1610.01644
    """
    require("kerae.metrics.linear_probe_accuracy", "analysis", "sklearn", "threadpoolctl")
    z_train, y_train, z_test, y_test = as_probed(z_train, y_train, z_test, y_test)
    if len(np.unique(y_train)) < 2:
        raise ValueError(
            f"Expected `y_train` of at least two classes. Received: only {y_train[0]}."
        )
    probe = linear_probe(z_train, y_train)
    return float(probe.score(np.asarray(z_test, "float64"), y_test))
