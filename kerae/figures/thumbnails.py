"""Images at their places in a map."""

import numpy as np

from .palette import colors

SIDE = 12.0  # points, of the longer side of an image
GAP = 2.5


def draw_thumbnails(axes, points, classes, images):
    """Draws images of well-spread examples at their points, so that none covers another.

    In a random order, which follows the density, each example is drawn whose place is still free.

    Args:
        axes: `matplotlib.axes.Axes` whose limits are final.
        points: Array `(n, 2)`.
        classes: `Labels`, as `as_classes` gives them, whose colors the frames have.
        images: Array `(n, height, width, channels)`.
    """
    from matplotlib.colors import Normalize
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    axes.figure.draw_without_rendering()  # which finds the size of the axes
    places = axes.transData.transform(points) * 72 / axes.figure.dpi
    zoom = SIDE / max(images.shape[1:3])
    for index in _spread(places, SIDE + GAP):
        image = np.clip(images[index], 0.0, 1.0)
        picture = OffsetImage(
            image.squeeze(), zoom=zoom, cmap="gray", norm=Normalize(0.0, 1.0), interpolation="auto"
        )
        color = colors(classes.values[[index]])[0]
        frame = {"boxstyle": "square,pad=0", "edgecolor": color, "linewidth": 1.3}
        axes.add_artist(AnnotationBbox(picture, points[index], pad=0.0, bboxprops=frame))


def _spread(places, distance):
    """Indices of examples of which no two are nearer than `distance` in both directions."""
    chosen = []
    left = np.random.default_rng(0).permutation(len(places))
    while len(left):
        chosen.append(left[0])
        left = left[np.abs(places[left] - places[left[0]]).max(axis=1) >= distance]
    return chosen
