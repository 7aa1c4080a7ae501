"""Codes in the plane."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..checks.arguments import checked
from ..checks.codes import as_codes, refuse_equal_codes
from ..checks.types import ArrayLike
from .fitting.arguments import (
    as_new_codes,
    as_seed,
    bounded_neighbors,
    explaining_arguments,
    library_object,
)
from .fitting.provenance import noting_warnings, provenance, shows_progress
from .fitting.rows import fitted_rows
from .projection_methods import METHODS
from .projection_methods.from_landmarks import from_landmarks
from .projection_methods.projection_method import ProjectionMethod, as_plane
from .short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class Projection(ShortRepr):
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

    def transform(self, z: ArrayLike) -> np.ndarray:
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


@checked
def project(
    z: ArrayLike,
    method: str = "umap",
    seed: int | None = 0,
    fit_at_most: int | None = None,
    verbose: bool | int | None = None,
    **parameters: Any,
) -> "Projection":
    """Maps codes to points in the plane, by a method of a well-kept library.

        "codes"               the codes themselves, of one or two dimensions
        "pca"                 the two directions of largest variance       scikit-learn
        "tsne"                t-SNE                                        scikit-learn
        "umap", "densmap"     UMAP; densMAP, which also keeps densities    umap-learn
        "pacmap", "localmap"  PaCMAP and LocalMAP                          kerae[pacmap]
        "opentsne"            t-SNE of many codes                          kerae[opentsne]

    Codes of one dimension get a second one that is 0, which changes no distance; "codes", "pca",
    "tsne", "pacmap" and "localmap" then draw a line.

    Of very many codes a part, drawn at random, is fitted and the others are placed on its map: by
    the method's own transform, or for "tsne" and "densmap" at the mean of the points of their 5
    nearest fitted codes, weighted by 1 / distance. A warning says so, and so does `config`.

    Args:
        z: Array `(n, latent_dim)`, the codes.
        method: String, one of those above.
        seed: Integer; the same seed gives the same points. `None` draws one anew, and then UMAP
            uses all cores.
        fit_at_most: Integer, the number of codes that are fitted. Defaults to what takes some
            minutes on two cores: 20,000 for "tsne", 70,000 for "densmap" and "opentsne", 200,000
            for "umap", 300,000 for "pacmap" and "localmap", all for "codes" and "pca".
        verbose: Boolean, whether the library shows its progress. Defaults to long runs at a
            terminal, in an interactive session or in a notebook.
        **parameters: Arguments of the library's class, such as `n_neighbors` or `perplexity`.
    Returns:
        `Projection` with the attributes `points` and `config` and the method `transform`, which
        places new codes.

    Example:

    >>> z = np.random.default_rng(0).normal(size=(100, 5))
    >>> projection = kerae.analysis.project(z, method="pca")
    >>> projection.points.shape, projection.transform(z[:1]).shape
    ((100, 2), (1, 2))

    Raises:
        ImportError: If the method's library is not installed.
        ValueError: If the codes are not finite, all the same or too few, or the method or an
            argument is unknown or out of range.
    Reference:
        Pearson, 1901, https://doi.org/10.1080/14786440109462720 (PCA);
        van der Maaten and Hinton, 2008, https://jmlr.org/papers/v9/vandermaaten08a.html (t-SNE);
        McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426 (UMAP);
        Narayan, Berger and Cho, 2021, https://doi.org/10.1038/s41587-020-00801-7 (densMAP);
        Wang et al., 2021, https://jmlr.org/papers/v22/20-1061.html (PaCMAP);
        Wang et al., 2025, https://doi.org/10.1609/aaai.v39i20.35436 (LocalMAP);
        Poličar, Stražar and Zupan, 2024, https://doi.org/10.18637/jss.v109.i03 (openTSNE)
    """
    started = time.perf_counter()
    if method not in METHODS:
        names = ", ".join(f'"{name}"' for name in METHODS)
        raise ValueError(f"Expected `method` to be one of {names}. Received: {method!r}")
    chosen, seed, z = METHODS[method], as_seed(seed), as_codes(z)
    chosen.check_installed()
    if chosen.most_dimensions and z.shape[1] > chosen.most_dimensions:
        raise ValueError(
            f'Expected codes of at most {chosen.most_dimensions} dimensions for "{chosen.name}". '
            f'Received: {z.shape[1]}. Use another method, such as "umap".'
        )
    refuse_equal_codes(z, "a map")
    plane = as_plane(z)
    rows, notes = fitted_rows(chosen, len(z), fit_at_most, seed)
    refuse_equal_codes(plane[rows], "a map")
    if z.shape[1] == 1:
        notes.append("The codes have one dimension; a second one of 0 was added.")
    defaults = chosen.defaults(seed)
    if chosen.neighbors:
        most = chosen.most_neighbors(len(rows))
        lowered = bounded_neighbors(chosen.name, *chosen.neighbors, most, len(rows), parameters)
        defaults.update(lowered[0])
        notes += lowered[1]
    settings = chosen.settings(seed, shows_progress(chosen, len(rows), verbose))
    estimator = library_object(chosen.name, chosen.library_class(), defaults, parameters, settings)
    arguments = estimator.get_params(deep=False)  # of which PaCMAP changes some
    points = np.empty((len(z), 2), "float32")
    others = np.setdiff1d(np.arange(len(z)), rows)
    with noting_warnings(chosen.warnings) as noted, explaining_arguments(chosen.name, parameters):
        points[rows] = chosen.fit(estimator, plane[rows])
        if len(others) and chosen.can_transform:
            points[others] = chosen.place(estimator, plane[others])
        elif len(others):
            points[others] = from_landmarks(plane[rows], points[rows], plane[others])
    if not np.isfinite(points).all():
        raise ValueError(
            f'Expected finite positions of "{chosen.name}". Received: NaN or infinity for '
            f"{np.sum(~np.isfinite(points).all(axis=1))} of {len(points)} codes. Scale the codes, "
            "or change what was given beside them."
        )
    config = provenance(
        method=chosen.name,
        parameters=arguments,
        packages=chosen.packages,
        seed=seed,
        n=len(z),
        n_fitted=len(rows),
        started=started,
        notes=notes + noted,
        axes=chosen.axes(estimator),
    )
    return Projection(points, config, z.shape[1], chosen, estimator)
