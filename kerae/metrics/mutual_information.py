import numpy as np

from ..checks.numbers import check_count


def mutual_information(codes: np.ndarray, factors: np.ndarray, num_bins: int) -> np.ndarray:
    """What each dimension of codes (row) tells of each factor (column), in nats.

    A dimension is cut into bins of equal width over its range.

    Raises:
        ValueError: If there are fewer than two bins.
    """
    from sklearn.metrics import mutual_info_score

    check_count("num_bins", num_bins, least=2)
    binned = [np.digitize(z, np.histogram(z, num_bins)[1][:-1]) for z in codes.T]
    return np.array([[mutual_info_score(v, z) for v in factors.T] for z in binned])
