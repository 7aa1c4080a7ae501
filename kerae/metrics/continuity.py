from ..checks.codes import as_codes_and_points
from ..checks.extras import require
from ..checks.numbers import check_count
from ..checks.types import Rows


def continuity(z: Rows, points: Rows, num_neighbors: int = 10) -> float:
    """Whether neighbors in the space of codes are still neighbors in the picture.

        continuity(K) = 1 - 2 / (n K (2n - 3K - 1)) * sum over i of
                        sum over j in U_i(K) of (rank of j among the neighbors of i
                                                 in the picture - K)

    U_i(K) are those of the K nearest codes of i that are not among its K nearest points. It is
    the trustworthiness (`sklearn.manifold.trustworthiness`) with the spaces swapped: that one
    falls where the picture shows neighbors that are none, this one where it tears neighbors
    apart.

    Args:
        z: Array `(n, latent_dim)`.
        points: Array `(n, 2)`, the picture.
        num_neighbors: Integer K, below n / 2.
    Returns:
        Float between 0 and 1.

    Example:

    >>> z = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]])
    >>> kerae.metrics.continuity(z, z[::-1], num_neighbors=2)
    1.0

    Raises:
        ValueError: If `num_neighbors` is not below n / 2.
    Reference:
        Kaski et al., 2003, https://doi.org/10.1186/1471-2105-4-48
    """
    require("kerae.metrics.continuity", "analysis", "sklearn")
    from sklearn.manifold import trustworthiness

    check_count("num_neighbors", num_neighbors)
    z, points = as_codes_and_points(z, points)
    if not 1 <= num_neighbors < len(z) / 2:
        raise ValueError(
            "Expected `num_neighbors` from 1 to below half the number of codes. "
            f"Received: num_neighbors={num_neighbors} and {len(z)} codes."
        )
    return float(trustworthiness(points, z, n_neighbors=num_neighbors))
