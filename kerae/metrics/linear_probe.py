import warnings

import numpy as np

MOST_STEPS = 200


def linear_probe(z, y, standardized=True):
    """A logistic regression of classes `y` on the rows `z`, fitted: scikit-learn's.

    It has scikit-learn's default penalty, and at most 200 steps of L-BFGS. If `standardized`, it
    first takes the mean from each dimension, and divides by the deviation.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    scaling = StandardScaler() if standardized else None
    probe = make_pipeline(scaling, LogisticRegression(max_iter=MOST_STEPS))
    # Its matrix products are many and small: several threads wait for each other longer than they
    # compute, a hundred times longer where other processes use the cores.
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        # After so many steps on standardized codes the accuracy has long settled.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return probe.fit(np.asarray(z, "float64"), y)
