import numpy as np

from ..checks.arguments import checked
from ..checks.given import as_array
from ..checks.types import ArrayLike


@checked
def code_perplexity(indices: ArrayLike) -> float:
    """How many discrete codes it would take, all chosen alike, to be as uncertain of the choice.

        exp( - sum over k of p_k log p_k )        from 1 to the number of codes that were chosen

    with p_k the part of all places of all examples at which code k was chosen.

    Args:
        indices: Array of integers, the numbers of codes, of any shape, as
            `kerae.VQVAE.encode_indices` gives them.
    Returns:
        Float.

    Example:

    >>> round(kerae.metrics.code_perplexity(np.array([[0, 3], [3, 0]])), 6)
    2.0

    Raises:
        ValueError: If there are none, or no integers.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937
    """
    indices = as_array(indices, "indices")
    if not (indices.ndim and indices.size and np.issubdtype(indices.dtype, np.integer)):
        raise ValueError(
            "Expected `indices` to be an array of integers, the numbers of codes. Received: "
            f"{indices.dtype} of shape {indices.shape}."
        )
    p = np.unique(indices, return_counts=True)[1] / indices.size
    return float(np.exp(-np.sum(p * np.log(p))))
