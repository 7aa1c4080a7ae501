"""What the colors stand for."""

import numpy as np

from .palette import colors, marker

MOST = 20
ROW = 0.15  # inches


def class_legend(figure, classes, title):
    """Adds a legend of the classes that occur, if there are more than one, to the right.

    The figure grows where it is too low for it. More than 20 have none, and it says so.

    Args:
        figure: `matplotlib.figure.Figure`.
        classes: `Labels`, as `as_classes` gives them.
        title: String, what the classes are.
    """
    from matplotlib.lines import Line2D

    present = np.unique(classes.values)
    present = np.concatenate([present[present >= 0], present[present < 0]])  # noise comes last
    style = {"title": title, "loc": "outside right", "handletextpad": 0.2, "frameon": False}
    if len(present) > MOST:
        style["title"] = f"{len(present)} classes:\ntoo many\nfor a legend"
        figure.legend([], [], **style)
    elif len(present) > 1:
        handles = [
            Line2D(
                [],
                [],
                linestyle="none",
                marker=marker(value),
                markersize=4,
                markeredgewidth=0.8 if value < 0 else 0,
                color=colors([value])[0],
                label="noise" if value < 0 else classes.names[value],
            )
            for value in present
        ]
        figure.set_figheight(max(figure.get_figheight(), ROW * len(present) + 0.5))
        figure.legend(handles=handles, labelspacing=0.3, handlelength=1, **style)
