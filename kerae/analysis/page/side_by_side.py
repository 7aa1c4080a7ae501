"""The maps of several models, of the same examples."""

from .interactive_map import columns_of, interactive_map, shared_columns

SIDE = 400  # pixels


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
        interactive_map(analysis, points, atlas, suffix, SIDE, title=name)
        for (name, analysis), suffix in zip(analyses.items(), suffixes)
    ]
    return gridplot(maps, ncols=2, toolbar_options={"logo": None})
