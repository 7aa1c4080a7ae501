import numpy as np

from ..checks.types import ArrayLike
from .blocks import blocks
from .cosines import unit_pair


def mean_max_cosine(atoms: ArrayLike, other_atoms: ArrayLike) -> float:
    """How well the atoms of one dictionary are found in another: the MMCS.

        mean over atoms d_i of  max over other atoms e_j of cos(d_i, e_j)

    One atom may be the answer to several; `kerae.metrics.atom_stability` matches them one to one.
    It is not symmetric: the more atoms the other one has, the larger it is.

    Args:
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`; their lengths do not matter.
        other_atoms: Array `(m, dim)`, those of a model of another seed, or known ones.
    Returns:
        Float from -1 to 1.

    Example:

    >>> kerae.metrics.mean_max_cosine(np.eye(2), np.array([[0.0, 3.0], [0.8, 0.6]]))
    0.9

    Raises:
        ValueError: If atoms are not finite, or of other dimensions in both.
    Reference:
        Sharkey et al., 2022, https://www.alignmentforum.org/posts/z6QQJbtpkEAX3Aojj
    """
    atoms, other_atoms = unit_pair(atoms, other_atoms, "other_atoms")
    largest = [(rows @ other_atoms.T).max(axis=1) for rows in blocks(atoms, other_atoms)]
    return float(np.concatenate(largest).mean(dtype="float64"))
