from ..checks.extras import require
from ..checks.types import Rows


def neighbor_accuracy(
    z_train: Rows,
    y_train: Rows,
    z_test: Rows,
    y_test: Rows,
    num_neighbors: int = 10,
) -> float:
    """The part of test examples whose class the nearest training codes tell.

    Args:
        z_train: Array `(n, latent_dim)`.
        y_train: Integer array `(n,)`.
        z_test: Array `(m, latent_dim)`.
        y_test: Integer array `(m,)`.
        num_neighbors: Integer, how many training codes vote, by Euclidean distance.
    Returns:
        Float between 0 and 1.

    Example:

    >>> z, y = np.array([[0.0], [0.1], [1.0], [1.1]]), np.array([0, 0, 1, 1])
    >>> kerae.metrics.neighbor_accuracy(z, y, [[0.2], [0.9]], [0, 1], num_neighbors=2)
    1.0
    """
    require("kerae.metrics.neighbor_accuracy", "analysis", "sklearn")
    from sklearn.neighbors import KNeighborsClassifier

    classifier = KNeighborsClassifier(num_neighbors).fit(z_train, y_train)
    return float(classifier.score(z_test, y_test))
