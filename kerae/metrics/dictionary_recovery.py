import numpy as np

from ..checks.extras import require
from ..checks.numbers import check_number
from ..checks.types import ArrayLike
from .cosines import matched, unit_pair


def dictionary_recovery(
    atoms: ArrayLike, true_atoms: ArrayLike, threshold: float = 0.95
) -> dict[str, float]:
    """How well a dictionary was found that is known, as in synthetic data.

        mcc             = mean over true atoms of |cos| with its partner
        recovered_share = the part of them whose |cos| is above the threshold

    with partners matched one to one so that the sum of |cos| is the largest; a true atom without
    one counts as 0. The first is the mean correlation coefficient (MCC) of atoms.

    Args:
        atoms: Array `(latent_dim, dim)`, those that were learned; their lengths do not matter.
        true_atoms: Array `(m, dim)`.
        threshold: Float.
    Returns:
        Dict with `"mcc"` and `"recovered_share"`, from 0 to 1.

    Example:

    >>> learned = np.array([[0.0, -1.0], [0.8, 0.6]])
    >>> kerae.metrics.dictionary_recovery(learned, np.eye(2))
    {'mcc': 0.9, 'recovered_share': 0.5}

    Raises:
        ValueError: If atoms are not finite, or of other dimensions in both.
    Reference:
        O'Neill et al., 2024, https://arxiv.org/abs/2411.13117
    """
    require("kerae.metrics.dictionary_recovery", "analysis", "sklearn")
    check_number("threshold", threshold)
    atoms, true_atoms = unit_pair(atoms, true_atoms, "true_atoms")
    cosines = np.abs(matched(true_atoms, atoms, signed=False)[1])
    return {
        "mcc": float(cosines.mean()),
        "recovered_share": float((cosines > threshold).mean()),
    }
