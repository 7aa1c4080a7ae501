"""Codes in one panel, whatever their dimension and number."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .classes import colors, marker
from .savable import space_out

DENSE = 20_000  # points that hide each other
BINS = 320  # a side
FAINTEST = 0.4  # opacity of the places with the fewest points

if TYPE_CHECKING:
    from ..checks.labels import Labels


def draw_codes(
    axes: Any, z: np.ndarray, classes: "Labels", axis_names: tuple[str, str] | None = None
) -> tuple:
    """Draws codes in the plane, in equal aspect.

    Args:
        axes: `matplotlib.axes.Axes`.
        z: Array `(n, latent_dim)`; see `plane`.
        classes: `Labels`, as `as_classes` gives them.
        axis_names: Pair of strings, in place of those of `plane`.
    Returns:
        Array `(n, 2)`, the points that the codes became, and a string, what has to be said of the
        picture, or `None`.
    """
    points, names = plane(z, classes)
    note = draw_points(axes, points, classes)
    names = axis_names or names
    axes.set(xlabel=names[0], ylabel=names[1])
    space_out(axes)
    if z.shape[1] > 1:
        axes.set_aspect("equal", adjustable="datalim")
        return points, note
    present = np.unique(classes.values)
    strips = ["noise" if value < 0 else classes.names[value] for value in present]
    axes.set_yticks(*((present, strips) if len(present) <= 20 else ([], [])))
    axes.invert_yaxis()
    return points, note


def plane(z: np.ndarray, classes: "Labels"):
    """Codes in two dimensions, and what these are.

    Two dimensions are drawn as they are, more are projected by PCA. Codes of one dimension become
    a strip for each class, spread over the height of the strip so that they do not hide each
    other.

    Args:
        z: Array `(n, latent_dim)`.
        classes: `Labels`, as `as_classes` gives them.
    Returns:
        Array `(n, 2)`, and a pair of strings.
    """
    if z.shape[1] == 1:
        spread = np.random.default_rng(0).uniform(-0.35, 0.35, len(z))
        return np.column_stack([z[:, 0], classes.values + spread]), ("z[0]", "")
    if z.shape[1] == 2:
        return z, ("z[0]", "z[1]")
    from sklearn.decomposition import PCA

    with np.errstate(invalid="ignore"):  # of the shares of codes that are all equal
        pca = PCA(2, random_state=0).fit(z)
    shares = np.nan_to_num(pca.explained_variance_ratio_)
    names = tuple(f"PC {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(shares))
    return pca.transform(z), names


def draw_points(axes: Any, points: np.ndarray, classes: "Labels"):
    """Draws points in the colors of their classes; more than 20,000 as a shaded density.

    Noise lies below the classes, as crosses. After every ten classes the colors begin again,
    with points of another shape; then 20,000 points are drawn rather than the density.

    Args:
        axes: `matplotlib.axes.Axes`.
        points: Array `(n, 2)`.
        classes: `Labels`, as `as_classes` gives them.
    Returns:
        String, what has to be said of it, or `None`.
    """
    note = None
    if len(points) > DENSE:
        if classes.values.max() < 10:
            draw_density(axes, points, classes)
            return None
        note = f"{DENSE:,} of {len(points):,} points"
    # In an order that has nothing to do with the class, or the last class would hide the others.
    order = np.random.default_rng(0).permutation(len(points))[:DENSE]
    points, values = points[order], classes.values[order]
    shaped = values.max() >= 10
    size = np.clip(3000 / len(points), 4 if shaped else 1.5, 10)
    style = {"linewidths": 0, "rasterized": len(points) > 2000}
    noise = values < 0
    if noise.any():
        crosses = {"marker": marker(-1), "linewidths": 0.4, "rasterized": style["rasterized"]}
        axes.scatter(*points[noise].T, s=size, c=colors(values[noise]), **crosses)
    drawn = axes.scatter(*points[~noise].T, s=size, c=colors(values[~noise]), **style)
    if shaped:
        drawn.set_paths([_shape(value) for value in values[~noise]])
    return note


def _shape(value):
    from matplotlib.markers import MarkerStyle

    style = MarkerStyle(marker(value))
    return style.get_path().transformed(style.get_transform())


def draw_density(axes: Any, points: np.ndarray, classes: "Labels") -> None:
    """Draws where the points of each class lie, as a picture of 320 x 320 places.

    A place has the color of the class that most points around it are of, and is the more opaque
    the more there are, by the square root of their number up to its 95th percentile. Points
    around it are weighted by a Gaussian with a standard deviation of 0.8 places.

    Args:
        axes: `matplotlib.axes.Axes`.
        points: Array `(n, 2)`.
        classes: `Labels`, as `as_classes` gives them.
    """
    from scipy.ndimage import gaussian_filter

    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.02 * np.where(high > low, high - low, 1)
    (left, bottom), (right, top) = low - margin, high + margin
    sides = [np.linspace(bottom, top, BINS + 1), np.linspace(left, right, BINS + 1)]
    total, most = np.zeros((2, BINS, BINS))
    winner = np.full((BINS, BINS), -1)
    for value in np.unique(classes.values):
        of_class = points[classes.values == value]
        counts, *_ = np.histogram2d(of_class[:, 1], of_class[:, 0], bins=sides)
        counts = gaussian_filter(counts, 0.8, mode="constant", truncate=1.5)
        winner[counts > most] = value
        most = np.maximum(most, counts)
        total += counts
    shade = np.sqrt(np.minimum(total / np.quantile(total[total > 0], 0.95), 1))
    opacity = np.where(total > 0, FAINTEST + (1 - FAINTEST) * shade, 0)
    picture = np.dstack([colors(winner.ravel()).reshape(BINS, BINS, 3), opacity])
    axes.imshow(picture, extent=(left, right, bottom, top), origin="lower", aspect="auto", zorder=1)
