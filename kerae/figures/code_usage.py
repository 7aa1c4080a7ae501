from typing import TYPE_CHECKING

import numpy as np

from ..checks.codes import as_finite
from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from ..metrics import code_perplexity
from .classes import colors
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def code_usage(indices: ArrayLike, num_codes: int) -> "Figure":
    """How often each of finitely many codes is chosen, the most frequent first, on log axes.

    Beside the curve stand the part of the codes that is used at all, the perplexity of the choice,
    and where the curve would be if all codes were chosen alike.

    Args:
        indices: Array of the numbers of codes, of any shape, as `kerae.VQVAE.encode_indices` gives
            them.
        num_codes: Integer, how many codes there are.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.code_usage(np.array([0, 3, 3, 3]), num_codes=8)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['used: 2 of 8 (25%)', 'all alike', 'perplexity: 1.8']

    Raises:
        ValueError: If there are no numbers, or fewer codes than were chosen.
    """
    indices = as_finite(indices, "indices")
    check_count("num_codes", num_codes)
    counts = np.sort(np.unique(indices, return_counts=True)[1])[::-1]
    if len(counts) > num_codes:
        raise ValueError(
            f"Expected `num_codes` of at least {len(counts)}, as many as were chosen. Received: "
            f"{num_codes}."
        )
    perplexity = code_perplexity(indices)
    figure = canvas(COLUMN, 2.3)
    axes = figure.subplots()
    used = f"used: {len(counts):,} of {num_codes:,} ({len(counts) / num_codes:.0%})"
    ranks, part = 1 + np.arange(len(counts)), counts / indices.size
    axes.plot(ranks, part, ".-", color=colors([0])[0], markersize=3, label=used)
    axes.axhline(1 / num_codes, color="black", linestyle="--", linewidth=0.8, label="all alike")
    label = f"perplexity: {perplexity:,.1f}"
    axes.axvline(perplexity, color=colors([1])[0], linestyle=":", label=label)
    axes.set(xscale="log", yscale="log", xlim=(0.9, 1.1 * max(num_codes, 10)))
    axes.set_ylim(min(part[-1], 1 / num_codes, 0.1) / 2, min(2 * part[0], 1.5))
    axes.set(xlabel="rank of the code", ylabel="part of all choices")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure
