import warnings

import numpy as np

from ..checks.extras import require
from ..checks.labels import as_probed
from ..checks.types import Rows

MOST_STEPS = 200


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
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    z_train, y_train, z_test, y_test = as_probed(z_train, y_train, z_test, y_test)
    if len(np.unique(y_train)) < 2:
        raise ValueError(
            f"Expected `y_train` of at least two classes. Received: only {y_train[0]}."
        )
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MOST_STEPS))
    # Its matrix products are many and small: several threads wait for each other longer than they
    # compute, a hundred times longer where other processes use the cores.
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        # After so many steps on standardized codes the accuracy has long settled.
        warnings.simplefilter("ignore", ConvergenceWarning)
        probe.fit(np.asarray(z_train, "float64"), y_train)
        return float(probe.score(np.asarray(z_test, "float64"), y_test))
