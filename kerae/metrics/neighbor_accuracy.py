from ..checks.extras import require
from ..checks.labels import as_probed
from ..checks.numbers import check_count
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

    Raises:
        ValueError: If codes are not finite, labels are none, or there are fewer codes than
            `num_neighbors`.
    """
    require("kerae.metrics.neighbor_accuracy", "analysis", "sklearn")
    from sklearn.neighbors import KNeighborsClassifier

    z_train, y_train, z_test, y_test = as_probed(z_train, y_train, z_test, y_test)
    check_count("num_neighbors", num_neighbors)
    if num_neighbors > len(z_train):
        raise ValueError(
            f"Expected `num_neighbors` of at most the {len(z_train)} training codes. "
            f"Received: num_neighbors={num_neighbors}."
        )
    classifier = KNeighborsClassifier(num_neighbors).fit(z_train, y_train)
    return float(classifier.score(z_test, y_test))
