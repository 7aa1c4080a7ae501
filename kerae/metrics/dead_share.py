from ..checks.types import ArrayLike
from .activations import as_frequency


def dead_share(frequency: ArrayLike) -> float:
    """The part of the features that no example activates.

    A feature that fires once in a million examples is dead on a thousand of them: say on how many
    it was measured.

    Args:
        frequency: Array `(latent_dim,)`, as `kerae.metrics.firing_frequency` gives it.
    Returns:
        Float from 0 to 1.

    Example:

    >>> kerae.metrics.dead_share([0.0, 0.25, 0.0, 1e-6])
    0.5

    Raises:
        ValueError: If these are no shares.
    Reference:
        Gao et al., 2024, https://arxiv.org/abs/2406.04093
    """
    return float((as_frequency(frequency) == 0).mean())
