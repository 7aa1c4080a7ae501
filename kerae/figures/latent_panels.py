from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..checks.codes import as_codes
from ..checks.short import short
from ..checks.types import Rows
from .classes import as_classes, class_legend
from .draw_codes import draw_codes
from .savable import canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def latent_panels(
    codes: Sequence[Rows],
    labels: Rows,
    class_names: Sequence[str] | None,
    titles: Sequence[str],
) -> "Figure":
    """The codes that several models give to the same examples, side by side in equal aspect.

    Args:
        codes: Sequence of arrays `(n, latent_dim)`, one a panel; see `latent_scatter`.
        labels: Integers or strings, one for each example, of all panels; -1 is noise.
        class_names: Sequence of strings that integer labels are indices into, or `None`.
        titles: Sequence of strings, one a panel.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If there are not as many titles as panels, or labels as codes.
    """
    if not isinstance(codes, Collection):
        raise ValueError(f"Expected `codes` to be a sequence of arrays. Received: {short(codes)}.")
    codes = [as_codes(z, "codes") for z in codes]
    if len(codes) != len(titles) or len({len(z) for z in codes}) != 1:
        raise ValueError(
            "Expected one of `titles` for each of `codes`, and as many examples in each. Received: "
            f"{len(titles)} titles and codes of {[z.shape for z in codes]}."
        )
    classes = as_classes(labels, len(codes[0]), class_names)
    figure = canvas(2.3 * len(codes) + 0.7, 2.6)
    for axes, z, title in zip(figure.subplots(1, len(codes), squeeze=False)[0], codes, titles):
        _, note = draw_codes(axes, z, classes)
        axes.set_title("\n".join(filter(None, [title, note])))
    class_legend(figure, classes, "label")
    return figure
