"""What `kerae.analysis.project` knows of a method."""

from typing import Any

import numpy as np

from ...checks.extras import require
from ..fitting.arguments import as_float32

PLACED_AT_ONCE = 10_000


class ProjectionMethod:
    """A method of a library, with what kerae gives it by default and how it places new codes.

    Attributes:
        name: String, what users call it.
        module: String, the module that has it.
        packages: Tuple of strings, the packages whose versions matter.
        extra: String, the extra of kerae that installs it.
        compiles: Whether it compiles code at its first use, which takes tens of seconds.
        can_transform: Whether it can place codes that it was not fitted to.
        fit_at_most: Integer, the number of 16-dimensional codes that it is fitted to within
            some minutes on two cores, or `None`.
        fewest: Integer, the number of codes that it needs.
        most_dimensions: Integer, the number of dimensions that codes can have, or `None`.
        extension: String, how codes beyond `fit_at_most` are placed.
        neighbors: Pair of the argument that says how many neighbors it looks at and its
            default, or `None`.
        warnings: Dict for `noting_warnings`.
    """

    name: str
    module: str
    packages: tuple[str, ...]
    extra = "analysis"
    compiles = False
    can_transform = True
    fit_at_most: int | None = None
    fewest = 2
    most_dimensions: int | None = None
    neighbors: tuple[str, int] | None = None
    warnings: dict = {}

    @property
    def extension(self):
        if self.can_transform:
            return "The others are placed by its own transform."
        return "The others are placed by their nearest fitted codes."

    def library_class(self):
        """The class of the library, imported."""
        raise NotImplementedError

    def check_installed(self) -> None:
        """Raises a `ModuleNotFoundError` if the library is missing."""
        require(f'kerae.analysis.project(method="{self.name}")', self.extra, self.module)

    def defaults(self, seed: int | None):
        """The arguments of the library that users can change, as kerae gives them."""
        return {}

    def settings(self, seed: int | None, verbose: bool):
        """The arguments of the library that users do not give, or by other names."""
        return {"n_components": 2, "random_state": seed, "verbose": verbose}

    def most_neighbors(self, n: int):
        """The largest value of `neighbors` that n codes allow."""
        return n - 1

    def fit(self, estimator: Any, z: np.ndarray):
        """Fits the object of the library; returns the points, `(n, 2)`."""
        return estimator.fit(z).embedding_

    def place(self, estimator: Any, z: np.ndarray):
        """Where codes lie that the object was not fitted to, `(n, 2)`."""
        # In parts, as UMAP keeps the distances of all of them to all that were fitted.
        parts = np.array_split(z, range(PLACED_AT_ONCE, len(z), PLACED_AT_ONCE))
        return np.concatenate([estimator.transform(part) for part in parts])

    def axes(self, estimator: Any):
        """What the axes of the plane are: a pair of strings."""
        return [f"{self.name} {axis}" for axis in (1, 2)]


def as_plane(z: np.ndarray):
    """Codes as methods for the plane take them: a single dimension gets a second one of 0."""
    z = as_float32(z)
    return np.pad(z, ((0, 0), (0, 1))) if z.shape[1] == 1 else z
