import numpy as np

from ..checks.types import ArrayLike
from .cosines import cosines_of_others, unit_atoms


def coherence(atoms: ArrayLike) -> np.ndarray:
    """How like another atom each atom of a dictionary is, in either direction.

        coherence_j = max over i other than j of |cos(d_i, d_j)|

    The largest is the mutual coherence of the dictionary, which bounds how many atoms a code may
    have to be found for sure; one near 1 is of two atoms that are the same but for their sign. Time
    grows with the square of their number, memory does not.

    Args:
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`; their lengths do not matter. One of
            length 0 has 0.
    Returns:
        Array `(latent_dim,)` from 0 to 1.

    Example:

    >>> kerae.metrics.coherence(np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0]])).round(6)
    array([0.6, 0.8, 0.8])

    Raises:
        ValueError: If there are fewer than two atoms, or they are not finite.
    Reference:
        Tropp, 2004, https://doi.org/10.1109/TIT.2004.834793
    """
    atoms = unit_atoms(atoms, least=2)
    # An atom's own place is -inf, which is no cosine in absolute value either.
    largest = [np.maximum(c.max(axis=1), -_least(c)) for c in cosines_of_others(atoms)]
    return np.minimum(np.concatenate(largest), 1)


def _least(cosines):
    return np.min(cosines, axis=1, where=np.isfinite(cosines), initial=1.0)
