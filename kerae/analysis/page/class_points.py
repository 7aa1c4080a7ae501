"""Points by class, in plots of bokeh."""

import numpy as np

from ...figures.classes import colors

MOST_NAMED = 20  # classes, in a legend


def class_points(plot, source, names, **style):
    """Draws points class by class, so that a click in the legend can hide one.

    Args:
        plot: `bokeh.plotting.figure`.
        source: `bokeh.models.ColumnDataSource`, with a column `label` if there are classes.
        names: Sequence of strings, the classes in the order of their colors; or `None`.
        **style: Arguments of `plot.scatter`.
    Returns:
        List of what was drawn.
    """
    from bokeh.models import CDSView, GroupFilter, Legend
    from matplotlib.colors import to_hex

    if names is None:
        return [plot.scatter(source=source, **style)]
    drawn = []
    for name, color in zip(names, colors(np.arange(len(names)))):
        view = CDSView(filter=GroupFilter(column_name="label", group=name))
        drawn.append(plot.scatter(source=source, view=view, color=to_hex(color), **style))
    if len(names) <= MOST_NAMED:
        items = [(name, [points]) for name, points in zip(names, drawn)]
        plot.add_layout(Legend(items=items, click_policy="hide", spacing=0, margin=0), "right")
    return drawn
