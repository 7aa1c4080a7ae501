"""Figures in one style, saved where a path says."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checks.arguments import check_call
from ..checks.extras import require
from ..checks.types import FilePath
from ..files import replacing

NEEDED = ("matplotlib", "sklearn")
if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".pdf", ".svg")
PRINTED_DPI = 300
DPI = 200
COLUMN = 3.4  # inches, the width of a column of a two-column paper
PAGE = 7.0
TICKS = {"labelsize": 7, "width": 0.6, "length": 2.5, "pad": 2}
STYLE: dict[Any, Any] = {  # for figures that are printed at their own size
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "pdf.fonttype": 42,  # fonts that journals accept
}


def canvas(width: float, height: float):
    """An empty figure of so many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="compressed")


def space_out(axes: Any) -> None:
    """Leaves so few numbers below the axes of a narrow figure that long ones do not touch."""
    axes.xaxis.get_major_locator().set_params(nbins=4)


def savable(draw: Callable[..., "Figure"]) -> Callable[..., "Figure"]:
    """Gives a function that returns a figure the keyword `path`, and kerae's style.

    Args:
        draw: Function that returns a `matplotlib.figure.Figure`.
    Returns:
        The function, with a further keyword: `path=None`, a file that ends in .png, .pdf or
        .svg, which the figure is saved to.
    Raises:
        ValueError: By the function, if the path has another suffix.
    """

    signature = inspect.signature(draw)
    keyword = inspect.Parameter(
        "path", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=FilePath | None
    )
    signature = signature.replace(parameters=[*signature.parameters.values(), keyword])

    @functools.wraps(draw)
    def drawn(*args, path=None, **kwargs):
        check_call(f"{draw.__name__}()", signature, args, {"path": path, **kwargs})
        require(f"kerae.figures.{draw.__name__}", "analysis", *NEEDED)
        import matplotlib

        if path is not None and Path(path).suffix.lower() not in SUFFIXES:
            raise ValueError(
                f"Expected `path` to end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}. "
                f"Received: {path}. Choose one of these formats by the suffix."
            )
        with matplotlib.rc_context(STYLE):
            figure = draw(*args, **kwargs)
            for axes in figure.axes:
                axes.tick_params(**TICKS)  # ticks are made when drawn, without the style
            if path is not None:
                with replacing(path) as partial:
                    figure.savefig(partial, format=Path(path).suffix[1:].lower(), dpi=PRINTED_DPI)
        return figure

    drawn.__signature__ = signature  # pyright: ignore[reportAttributeAccessIssue]
    return drawn
