from ..checks.numbers import check_number
from ..checks.types import ArrayLike
from .activations import as_frequency


def dense_share(frequency: ArrayLike, threshold: float = 0.1) -> float:
    """The part of the features that are active too often to single anything out.

        dense_j = frequency_j > threshold

    Args:
        frequency: Array `(latent_dim,)`, as `kerae.metrics.firing_frequency` gives it.
        threshold: Float, the share of examples. Defaults to one in ten.
    Returns:
        Float from 0 to 1.

    Example:

    >>> kerae.metrics.dense_share([0.0, 0.05, 0.1, 0.9])
    0.25

    Raises:
        ValueError: If these are no shares, or the threshold is no number.
    Reference:
        Sun et al., 2025, https://arxiv.org/abs/2506.15679
    """
    check_number("threshold", threshold)
    return float((as_frequency(frequency) > threshold).mean())
