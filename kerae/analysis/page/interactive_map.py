"""The map of one model as a plot of bokeh, which shows each example under the pointer."""

import numpy as np

from ..fitting.rows import sampled_rows
from .class_points import class_points

PICTURE = 84  # pixels, the least height of the image under the pointer


def shared_columns(rows, labels, atlas=None):
    """What is known of the examples `rows` whatever the model, as a dict of arrays."""
    columns = {"row": rows.astype("int32")}
    if labels is not None:
        columns["label"] = np.array(labels.names)[labels.values[rows]]
    if atlas is not None:
        scale = _scale(atlas)
        columns["left"] = (scale * atlas.left).astype("int32")
        columns["top"] = (scale * atlas.top).astype("int32")
    return columns


def columns_of(analysis, rows, suffix=""):
    """What a model makes of these examples; all names end in `suffix`."""
    columns = {
        "x": analysis.projection.points[rows, 0],
        "y": analysis.projection.points[rows, 1],
        "cluster": analysis.clusters.labels[rows].astype("int32"),
        "error": analysis.examination.error[rows].astype("float32"),
    }
    return {name + suffix: column for name, column in columns.items()}


def interactive_map(analysis, points, atlas=None, suffix="", side=560, title=None):
    """The plot of the examples that the source `points` holds, colored by label.

    Args:
        analysis: `kerae.analysis.Analysis`.
        points: `bokeh.models.ColumnDataSource` with `shared_columns` and `columns_of`.
        atlas: `Atlas` with the images of the examples, or `None`.
        suffix: String, the end of the names of this model's columns.
        side: Integer, in pixels.
        title: String.
    """
    from bokeh.models import HoverTool
    from bokeh.plotting import figure

    plot = figure(
        frame_width=side,
        frame_height=side,
        title=title,
        tools="pan,wheel_zoom,box_select,lasso_select,tap,reset,save",
        active_scroll="wheel_zoom",
    )
    plot.toolbar.logo = None
    plot.xaxis.axis_label, plot.yaxis.axis_label = analysis.axis_names
    style = {
        "x": "x" + suffix,
        "y": "y" + suffix,
        "size": 6 if len(points.data["row"]) < 3000 else 3,
        "line_color": None,
    }
    names = None if analysis.labels is None else analysis.labels.names
    class_points(plot, points, names, nonselection_fill_alpha=0.05, **style)
    # Of all classes together, or each would show an example where they overlap.
    under_pointer = plot.scatter(source=points, alpha=0, nonselection_alpha=0, **style)
    text = _tooltip(points, atlas, suffix)
    plot.add_tools(HoverTool(tooltips=text, renderers=[under_pointer], limit=1))
    return plot


def _scale(atlas):
    return max(1, round(PICTURE / atlas.height))


def _tooltip(points, atlas, suffix):
    lines = [f"cluster @{{cluster{suffix}}}", f"error @{{error{suffix}}}{{0.0000}}", "example @row"]
    if "label" in points.data:
        lines.insert(0, "label <b>@label</b>")
    text = "<br>".join(lines)
    if atlas is None:
        return f"<div>{text}</div>"
    scale = _scale(atlas)
    style = (
        f"width:{scale * atlas.width}px;height:{scale * atlas.height}px;image-rendering:pixelated;"
        f"background-image:var(--atlas);background-size:{scale * atlas.total_width}px;"
        "background-position:-@{left}px -@{top}px"
    )
    return f'<div><div style="{style}"></div>{text}</div>'


MOST = 10_000


def rows_on_map(count, seed):
    """Which of `count` examples an interactive map shows, and what has to be said of it.

    Returns:
        Integer array, sorted, and a string, empty if they are all.
    """
    rows, _ = sampled_rows(count, MOST, seed)
    if len(rows) == count:
        return rows, ""
    return rows, (
        f"{MOST:,} of the {count:,} examples are shown, drawn at random; the numbers are of all."
    )
