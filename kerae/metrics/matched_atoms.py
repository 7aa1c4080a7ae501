import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.types import ArrayLike
from .cosines import matched, unit_pair


@checked
def matched_atoms(
    atoms: ArrayLike, other_atoms: ArrayLike, signed: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs the atoms of two dictionaries one to one, so that their cosines are the largest.

        max over one-to-one maps m of  sum over pairs of cos(d_i, e_m(i))

    by the Hungarian method. It holds all pairs, 2 GB for 16,384 atoms in both.

    Args:
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`; their lengths do not matter.
        other_atoms: Array `(m, dim)`.
        signed: Boolean, whether an atom that points the other way is no match; else the absolute
            value of the cosine counts.
    Returns:
        Integer array `(latent_dim,)`, the number of each atom's partner, or -1 where the other
        dictionary has too few, and its cosine, 0 for these.

    Example:

    >>> numbers, cosines = kerae.metrics.matched_atoms(np.eye(3), np.eye(3)[[1, 2]])
    >>> numbers.tolist(), cosines.tolist()
    ([-1, 0, 1], [0.0, 1.0, 1.0])

    Raises:
        ValueError: If atoms are not finite, or of other dimensions in both.
    Reference:
        Paulo and Belrose, 2025, https://arxiv.org/abs/2501.16615
    """
    require("kerae.metrics.matched_atoms", "analysis", "sklearn")
    return matched(*unit_pair(atoms, other_atoms, "other_atoms"), signed)
