"""Positions of examples from those of their neighbors."""

import numpy as np

NEIGHBORS = 5


def from_landmarks(z_fitted: np.ndarray, points: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    """Positions of examples that a method was not fitted to.

        point = sum over the 5 nearest fitted codes of  points_i / distance_i
                / sum over them of  1 / distance_i

    Args:
        z_fitted: Array `(m, latent_dim)`, the codes that the method was fitted to.
        points: Array `(m, 2)`, where it placed them.
        z_new: Array `(n, latent_dim)`.
    Returns:
        Array `(n, 2)`; a code that equals a fitted one is placed where that one is.
    """
    from sklearn.neighbors import KNeighborsRegressor

    neighbors = KNeighborsRegressor(min(NEIGHBORS, len(z_fitted)), weights="distance")
    return neighbors.fit(z_fitted, points).predict(z_new)
