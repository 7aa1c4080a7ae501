import numpy as np

from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from .activations import as_frequency


def frequency_histogram(frequency: ArrayLike, num_bins: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """How many features are active how often, by the logarithm: the density histogram.

    The bins are of equal width in log10(frequency), from the lowest that occurs to 0, which is
    every example. Dead features have no logarithm and are in no bin; `kerae.metrics.dead_share`
    counts them.

    Args:
        frequency: Array `(latent_dim,)`, as `kerae.metrics.firing_frequency` gives it.
        num_bins: Integer.
    Returns:
        Counts, an integer array `(num_bins,)`, and the edges of the bins `(num_bins + 1,)`, in
        log10.

    Example:

    >>> counts, edges = kerae.metrics.frequency_histogram([0.0, 0.01, 0.5, 1.0], num_bins=2)
    >>> counts.tolist(), edges.tolist()
    ([1, 2], [-2.0, -1.0, 0.0])

    Raises:
        ValueError: If these are no shares, or there are fewer than one bin.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """
    check_count("num_bins", num_bins)
    frequency = as_frequency(frequency)
    logarithms = np.log10(frequency[frequency > 0])
    lowest = logarithms.min(initial=0.0) or -1.0  # of features that all examples activate
    return np.histogram(logarithms, bins=num_bins, range=(lowest, 0.0))
