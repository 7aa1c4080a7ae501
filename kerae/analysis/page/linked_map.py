"""A map beside the table of its clusters."""

from .interactive_map import columns_of, interactive_map, shared_columns

ROW = 25  # pixels
TITLES = {"label": "main label", "error": "mean error"}
FORMATS = {"error": "0.0000", "share": "0 %"}

SELECT_CLUSTERS = """
    // Rows that followed the points are no choice of clusters.
    if (String(table.selected.indices) == String(table.tags)) return
    const clusters = new Set(table.selected.indices.map(row => table.data.cluster[row]))
    points.selected.indices =
        [...points.data.cluster.keys()].filter(i => clusters.has(points.data.cluster[i]))
"""
SELECT_ROWS = """
    const clusters = new Set(points.selected.indices.map(i => points.data.cluster[i]))
    table.tags = [...table.data.cluster.keys()].filter(i => clusters.has(table.data.cluster[i]))
    table.selected.indices = table.tags
"""


def linked_map(analysis, rows, atlas=None):
    """The layout of bokeh: a row of the table shows its points, and points show their rows.

    Args:
        analysis: `kerae.analysis.Analysis`.
        rows: Integer array, the examples to show.
        atlas: `Atlas` of the images of these examples, or `None`.
    """
    from bokeh.layouts import row
    from bokeh.models import ColumnDataSource, CustomJS

    columns = shared_columns(rows, analysis.labels, atlas) | columns_of(analysis, rows)
    points = ColumnDataSource(columns, name="points")
    table = ColumnDataSource(analysis.cluster_table(), name="clusters")
    arguments = {"points": points, "table": table}
    table.selected.js_on_change("indices", CustomJS(args=arguments, code=SELECT_CLUSTERS))
    points.selected.js_on_change("indices", CustomJS(args=arguments, code=SELECT_ROWS))
    # Where the page is narrow, one below the other.
    parts = interactive_map(analysis, points, atlas), _data_table(table)
    return row(*parts, styles={"flex-wrap": "wrap"})


def _data_table(table):
    from bokeh.models import DataTable, NumberFormatter, TableColumn

    columns = [TableColumn(field=name, title=TITLES.get(name, name)) for name in table.data]
    for column in columns:
        if column.field in FORMATS:
            column.formatter = NumberFormatter(format=FORMATS[column.field])
    height = ROW * (len(table.data["cluster"]) + 2)
    return DataTable(source=table, columns=columns, index_position=None, width=440, height=height)
