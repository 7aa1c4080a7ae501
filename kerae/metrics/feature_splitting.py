from ..checks.types import ArrayLike
from .main_latents import main_latents


def feature_splitting(
    z: ArrayLike,
    present: ArrayLike,
    max_latents: int = 10,
    jump: float = 0.03,
    seed: int = 0,
) -> float:
    """Into how many latents more than one the known features are split.

        mean over features of (number of its main latents - 1)

    with the main latents of `kerae.metrics.main_latents`.

    Args:
        z: Array `(n, latent_dim)`, the activations of examples.
        present: Boolean array `(n, num_features)`, which of the known features each example has.
        max_latents: Integer, the most latents of a feature.
        jump: Float, how much each of them has to raise F1.
        seed: Integer, of which half of the examples is learned from.
    Returns:
        Float from 0 to `max_latents` - 1.

    Example:

    >>> has = np.arange(80)[:, None] % 2 == 0
    >>> halves = has & (np.arange(80)[:, None] % 4 == [0, 2])  # a latent for one half each
    >>> kerae.metrics.feature_splitting(1.0 * has, has), kerae.metrics.feature_splitting(
    ...     1.0 * halves, has
    ... )
    (0.0, 1.0)

    Raises:
        ValueError: If activations are not finite, or a feature has too few examples.
    Reference:
        Chanin et al., 2024, https://arxiv.org/abs/2409.14507
    """
    chosen = main_latents(z, present, max_latents, jump, seed)
    return float(chosen.sum(axis=1).mean() - 1)
