"""Many points in the plane, by class."""

import numpy as np

from .palette import colors

BINS = 320  # a side
FAINTEST = 0.4  # opacity of the places with the fewest points


def draw_density(axes, points, classes):
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
