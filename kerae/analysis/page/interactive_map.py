"""Maps as plots of bokeh, which show the example under the pointer: of one model, of several."""

import numpy as np

from ...figures.classes import colors
from ..fitting.rows import sampled_rows

MOST = 10_000  # examples
PICTURE = 84  # pixels, the least height of the image under the pointer
SIDE_OF_SEVERAL = 400  # pixels
MOST_NAMED = 20  # classes, in a legend


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


def side_by_side(analyses, rows, atlas=None):
    """The layout of bokeh: a map for each model; what is chosen on one is chosen on all.

    Args:
        analyses: Dict from names to `kerae.analysis.Analysis` of the same examples.
        rows: Integer array, the examples to show.
        atlas: `Atlas` of the images of these examples, or `None`.
    """
    from bokeh.layouts import gridplot
    from bokeh.models import ColumnDataSource

    first = next(iter(analyses.values()))
    columns = shared_columns(rows, first.labels, atlas)
    suffixes = [f" {number}" for number in range(len(analyses))]
    for analysis, suffix in zip(analyses.values(), suffixes):
        columns |= columns_of(analysis, rows, suffix)
    points = ColumnDataSource(columns, name="points")
    maps = [
        interactive_map(analysis, points, atlas, suffix, SIDE_OF_SEVERAL, title=name)
        for (name, analysis), suffix in zip(analyses.items(), suffixes)
    ]
    return gridplot(maps, ncols=2, toolbar_options={"logo": None})  # pyright: ignore[reportArgumentType, reportCallIssue]


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
