from typing import TYPE_CHECKING

import numpy as np

from ..checks.codes import as_codes
from ..checks.numbers import check_positive
from ..checks.types import ArrayLike
from .classes import colors
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


NAMED = 28  # dimensions whose numbers there is room for


@savable
def kl_per_dimension(kl: ArrayLike, threshold: float = 0.01) -> "Figure":
    """What each latent dimension tells of an example: a bar for its KL, the largest first.

        mean over examples of KL(q(z_j|x) || p(z_j))     nats

    A dimension below the threshold has collapsed: its posterior is the prior, whatever the
    example. The scale is logarithmic, so that one sees by how much.

    Args:
        kl: Array `(n, latent_dim)` in nats, the `kl` of `kerae.analysis.examine`.
        threshold: Float, in nats; what is below it counts as collapsed.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.kl_per_dimension(np.array([[0.0, 2.0, 1.0], [0.0, 4.0, 1.0]]))
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['1', '2', '0']

    Raises:
        ValueError: If `kl` has another shape or numbers that are not finite.
    """
    check_positive("threshold", threshold)
    mean = as_codes(kl, "kl").mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    collapsed = mean[order] < threshold
    figure = canvas(COLUMN, 2.1)
    axes = figure.subplots()
    places = np.arange(len(mean))
    for chosen, color, name in ((~collapsed, 0, "active"), (collapsed, 1, "collapsed")):
        if chosen.any():
            label = f"{name}: {chosen.sum()}"
            heights = mean[order][chosen]
            axes.bar(places[chosen], heights, color=colors([color])[0], label=label)
    axes.axhline(threshold, color="black", linestyle="--", label=f"threshold: {threshold:g} nats")
    axes.set_yscale("log")
    axes.set_ylim(threshold / 10, max(2 * mean.max(), 10 * threshold))
    axes.set(xlabel="latent dimension", ylabel="mean KL (nats)")
    axes.set_xticks(*((places, order) if len(mean) <= NAMED else ([], [])))
    axes.tick_params(axis="x", rotation=90 * (len(mean) > 16))
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure
