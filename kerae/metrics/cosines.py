"""Cosines of the atoms of dictionaries, of which a part of all pairs at a time is in memory."""

from collections.abc import Iterator

import numpy as np

from ..checks.codes import as_finite
from ..checks.types import ArrayLike
from .blocks import blocks


def unit_atoms(atoms: ArrayLike, name: str = "atoms", least: int = 1) -> np.ndarray:
    """Atoms of length 1, checked: a float array `(latent_dim, dim)`. One of length 0 stays so.

    Raises:
        ValueError: If they are none, or fewer than `least`.
    """
    atoms = as_finite(atoms, name)
    if atoms.ndim != 2 or len(atoms) < least:
        raise ValueError(
            f"Expected `{name}` of shape (latent_dim, dim), {least} or more. Received: shape "
            f"{atoms.shape}."
        )
    atoms = atoms if np.issubdtype(atoms.dtype, np.floating) else atoms.astype("float64")
    norms = np.linalg.norm(atoms, axis=1, keepdims=True)
    return atoms / np.where(norms > 0, norms, 1)


def unit_pair(atoms, others, name):
    """Two dictionaries of `unit_atoms`; the other one is the argument `name`.

    Raises:
        ValueError: If one of them is none, or their atoms are of other dimensions.
    """
    atoms, others = unit_atoms(atoms), unit_atoms(others, name)
    if atoms.shape[1] != others.shape[1]:
        raise ValueError(
            f"Expected `{name}` of {atoms.shape[1]} dimensions, as `atoms`. Received: shape "
            f"{others.shape}."
        )
    return atoms, others


def cosines_of_others(atoms: np.ndarray) -> Iterator[np.ndarray]:
    """Cosines of each of some atoms with all, a block of rows at a time; with itself it is -inf."""
    start = 0
    for rows in blocks(atoms, atoms):
        cosines = rows @ atoms.T
        cosines[np.arange(len(rows)), start + np.arange(len(rows))] = -np.inf
        start += len(rows)
        yield cosines


def matched(atoms: np.ndarray, others: np.ndarray, signed: bool = True):
    """The partners of `unit_atoms` among others, one to one, -1 for none, and their cosines.

    Their sum is the largest there is, of the absolute values if not `signed`.
    """
    from scipy.optimize import linear_sum_assignment

    cosines = atoms @ others.T
    rows, columns = linear_sum_assignment(cosines if signed else np.abs(cosines), maximize=True)
    partners, values = np.full(len(atoms), -1), np.zeros(len(atoms))
    partners[rows], values[rows] = columns, cosines[rows, columns]
    return partners, values
