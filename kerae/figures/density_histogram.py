from typing import TYPE_CHECKING

import numpy as np

from ..checks.numbers import check_number
from ..checks.types import ArrayLike
from ..metrics import dead_share, dense_share, frequency_histogram
from .classes import colors
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def density_histogram(frequency: ArrayLike, threshold: float = 0.1) -> "Figure":
    """How many features are active how often, on a logarithmic axis.

    The legend tells what the bars do not show: features that no example activates, those that more
    than the threshold do, and how many are active in one example on average, L0.

    Args:
        frequency: Array `(latent_dim,)`, as `kerae.metrics.firing_frequency` gives it.
        threshold: Float, the share of examples above which a feature counts as dense.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.density_histogram([0.0, 0.001, 0.01, 0.5])
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['4 features, L0 0.511', 'dead: 25%', 'dense, above 0.1: 25%']

    Raises:
        ValueError: If these are no shares.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """
    check_number("threshold", threshold)
    counts, edges = frequency_histogram(frequency)
    figure = canvas(COLUMN, 2.3)
    axes = figure.subplots()
    total = float(np.sum(frequency))
    living = f"{np.size(frequency):,} features, L0 {total:,.3g}"
    axes.stairs(counts, 10.0**edges, fill=True, color=colors([0])[0], label=living)
    axes.plot([], [], " ", label=f"dead: {dead_share(frequency):.0%}")
    label = f"dense, above {threshold:g}: {dense_share(frequency, threshold):.0%}"
    axes.axvline(threshold, color=colors([1])[0], linestyle="--", label=label)
    axes.set(xscale="log", xlabel="share of examples that activate it", ylabel="features")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure
