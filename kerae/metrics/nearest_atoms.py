import numpy as np

from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from .cosines import cosines_of_others, unit_atoms


def nearest_atoms(atoms: ArrayLike, num_neighbors: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """The atoms that point the most the same way as each atom, the nearest first.

    By the cosine with its sign: as activations are not negative, an atom that points the other way
    writes the contrary. Time grows with the square of the number of atoms, memory does not.

    Args:
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`; their lengths do not matter.
        num_neighbors: Integer, below `latent_dim`.
    Returns:
        The numbers of the atoms, `(latent_dim, num_neighbors)`, and the cosines.

    Example:

    >>> atoms = np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0]])
    >>> numbers, cosines = kerae.metrics.nearest_atoms(atoms, num_neighbors=1)
    >>> numbers[:, 0].tolist(), cosines[:, 0].round(6).tolist()
    ([2, 2, 1], [0.6, 0.8, 0.8])

    Raises:
        ValueError: If there are not more atoms than neighbors, or they are not finite.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """
    check_count("num_neighbors", num_neighbors)
    atoms = unit_atoms(atoms, least=2)
    if num_neighbors >= len(atoms):
        raise ValueError(
            f"Expected `num_neighbors` below the number of atoms, {len(atoms)}. Received: "
            f"{num_neighbors}."
        )
    numbers, values = [], []
    for cosines in cosines_of_others(atoms):
        some = np.argpartition(-cosines, num_neighbors - 1, axis=1)[:, :num_neighbors]
        found = np.take_along_axis(cosines, some, axis=1)
        order = np.lexsort((some, -found), axis=1)
        numbers.append(np.take_along_axis(some, order, axis=1))
        values.append(np.take_along_axis(found, order, axis=1))
    return np.concatenate(numbers), np.concatenate(values)
