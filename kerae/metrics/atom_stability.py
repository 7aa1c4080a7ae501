from ..checks.types import ArrayLike
from .matched_atoms import matched_atoms


def atom_stability(atoms: ArrayLike, other_atoms: ArrayLike) -> float:
    """How alike two dictionaries are that were trained from different seeds.

        mean over atoms d_i of cos(d_i, its partner)

    with partners matched one to one, by `kerae.metrics.matched_atoms`; an atom without one counts
    as 0.

    Args:
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`; their lengths do not matter.
        other_atoms: Array `(m, dim)`, those of a model of another seed.
    Returns:
        Float from -1 to 1; 1 for the same atoms in any order.

    Example:

    >>> kerae.metrics.atom_stability(np.eye(3), 2 * np.eye(3)[[2, 0, 1]])
    1.0

    Raises:
        ValueError: If atoms are not finite, or of other dimensions in both.
    Reference:
        Paulo and Belrose, 2025, https://arxiv.org/abs/2501.16615
    """
    return float(matched_atoms(atoms, other_atoms)[1].mean())
