"""Codes in the plane."""

from dataclasses import dataclass, field

import numpy as np

from .fitting.as_new_codes import as_new_codes
from .projection_methods import METHODS
from .projection_methods.as_plane import as_plane
from .projection_methods.projection_method import ProjectionMethod


@dataclass(frozen=True)
class Projection:
    """Codes in the plane; see `project`.

    Args:
        points: Array `(n, 2)`, float32.
        config: Dict, ready for JSON: `method`, `seed`, all `parameters` of the library, its
            `versions`, the numbers of codes `n` and `n_fitted`, `seconds`, `axes` (what they are
            called) and `notes`, the sentences of what was done otherwise than asked.
        latent_dim: Integer, the number of dimensions of the codes.
        method: The method, and `estimator` the object of the library that was fitted.
    """

    points: np.ndarray
    config: dict
    latent_dim: int | None = None
    method: ProjectionMethod | None = field(default=None, repr=False)
    estimator: object = field(default=None, repr=False)

    def transform(self, z):
        """Places codes that the method was not fitted to, on the map that there is.

        Args:
            z: Array `(m, latent_dim)`.
        Returns:
            Array `(m, 2)`, float32.
        Raises:
            ValueError: If the method cannot do so, or the codes do not fit.
        """
        if self.method is None or not self.method.can_transform:
            able = ", ".join(f'"{name}"' for name in METHODS if METHODS[name].can_transform)
            raise ValueError(
                f"Expected a method that can place new codes: {able}. "
                f'Received: "{self.config.get("method")}". '
                "Use one of these, or project all codes at once."
            )
        plane = as_plane(as_new_codes(z, self.latent_dim))
        return self.method.place(self.estimator, plane).astype("float32")
