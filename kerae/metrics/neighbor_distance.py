import numpy as np

from ..checks.codes import as_codes
from ..checks.extras import require
from ..checks.numbers import check_count
from ..checks.types import Rows


def neighbor_distance(z: Rows, num_neighbors: int = 10) -> np.ndarray:
    """The distance from each code to its k-th nearest other: large where codes are sparse.

    Args:
        z: Array `(n, latent_dim)`.
        num_neighbors: Integer k, below n.
    Returns:
        Array `(n,)`, in the unit of the codes.

    Example:

    >>> kerae.metrics.neighbor_distance(np.array([[0.0], [1.0], [5.0]]), num_neighbors=1)
    array([1., 1., 4.])

    Raises:
        ValueError: If `num_neighbors` is below 1 or not below n.
    Reference:
        Ramaswamy et al., 2000, https://doi.org/10.1145/335191.335437
    """
    require("kerae.metrics.neighbor_distance", "analysis", "sklearn")
    from sklearn.neighbors import NearestNeighbors

    check_count("num_neighbors", num_neighbors)
    z = as_codes(z)
    if not 1 <= num_neighbors < len(z):
        raise ValueError(
            "Expected `num_neighbors` from 1 to below the number of codes. "
            f"Received: num_neighbors={num_neighbors} and {len(z)} codes."
        )
    # Without a query, a code is not its own neighbor.
    distances, _ = NearestNeighbors(n_neighbors=num_neighbors).fit(z).kneighbors()
    return distances[:, -1]
