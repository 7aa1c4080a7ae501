from typing import TYPE_CHECKING

import numpy as np

from ..checks.types import ArrayLike
from ..metrics import coherence
from .classes import colors
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 40


@savable
def coherence_histogram(atoms: ArrayLike) -> "Figure":
    """How like another atom the atoms of a dictionary are: of each the largest |cosine|.

    Beside it, as a line, that of as many random directions in as many dimensions, by which one
    sees whether atoms are nearer to each other than by chance.

    Args:
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.coherence_histogram(np.eye(3) + 0.5)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['3 atoms, at most 0.64', 'random directions']

    Raises:
        ValueError: If there are fewer than two atoms, or they are not finite.
    Reference:
        Tropp, 2004, https://doi.org/10.1109/TIT.2004.834793
    """
    values = coherence(atoms)
    directions = np.random.default_rng(0).normal(size=np.shape(atoms)).astype("float32")
    edges = np.linspace(0, 1, BINS + 1)
    figure = canvas(COLUMN, 2.3)
    axes = figure.subplots()
    label = f"{len(values):,} atoms, at most {values.max():.2g}"
    by_chance = {"color": colors([1])[0], "label": "random directions"}
    axes.stairs(np.histogram(values, edges)[0], edges, fill=True, color=colors([0])[0], label=label)
    axes.stairs(np.histogram(coherence(directions), edges)[0], edges, **by_chance)
    axes.set(xlim=(0, 1), xlabel="|cosine| with the nearest other atom", ylabel="atoms")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure
