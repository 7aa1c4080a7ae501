import numpy as np

from ..page.interactive_map import class_points

WIDTH, HEIGHT = 540, 520  # pixels
MODES = ("drag to decode", "drag to select", "drag to move")


class MapView:
    """The map: what is clicked or dragged over is decoded.

    Args:
        exploration: `Exploration`.
        changed: Function without arguments, called when the exploration has changed.
    """

    def __init__(self, exploration, changed):
        from bokeh.layouts import column, row
        from bokeh.models import Button, ColumnDataSource, CustomJS, RadioButtonGroup

        self.exploration, self.changed = exploration, changed
        self.points = ColumnDataSource(self._columns(), name="points")
        self.here = ColumnDataSource(name="here")
        self.path = ColumnDataSource(name="path")
        self.ends = ColumnDataSource(name="ends")
        self.figure = self._figure()
        self.mode = RadioButtonGroup(labels=list(MODES), active=0, name="mode", width=360)
        self.mode.on_change("active", self._set_mode)
        whole = Button(label="whole map", width=90)
        whole.js_on_event(
            "button_click", CustomJS(args={"map": self.figure}, code="map.reset.emit()")
        )
        self.layout = column(row(self.mode, whole), self.figure)

    @property
    def selected(self):
        """The examples that were selected in the map: integer array of indices."""
        return np.array(self.points.selected.indices, int)

    def show(self):
        """Draws where the code lies, and the walk."""
        exploration = self.exploration
        self.here.data = {"x": [exploration.place[0]], "y": [exploration.place[1]]}
        walk = exploration.walk
        path = np.zeros((0, 2)) if walk is None else exploration.map.places_of(walk)
        self.path.data = {"x": path[:, 0], "y": path[:, 1]}
        ends = exploration.ends
        places = [exploration.map.places_of(code[None])[0] for code in ends.values()]
        places = np.reshape(places, (-1, 2))
        self.ends.data = {"x": places[:, 0], "y": places[:, 1], "name": list(ends)}

    def _figure(self):
        from bokeh.events import DoubleTap, Pan, Tap
        from bokeh.models import HoverTool, LassoSelectTool, PanTool, WheelZoomTool
        from bokeh.plotting import figure

        self.lasso, self.pan = LassoSelectTool(), PanTool()
        low, high = self.exploration.map.points.min(axis=0), self.exploration.map.points.max(axis=0)
        edge = 0.05 * np.maximum(high - low, 1e-6)
        plot = figure(
            frame_width=WIDTH,
            frame_height=HEIGHT,
            x_range=(low[0] - edge[0], high[0] + edge[0]),  # pyright: ignore[reportArgumentType]
            y_range=(low[1] - edge[1], high[1] + edge[1]),  # pyright: ignore[reportArgumentType]
            x_axis_label=self.exploration.map.axes[0],
            y_axis_label=self.exploration.map.axes[1],
            tools=[self.lasso, self.pan, WheelZoomTool()],
            toolbar_location=None,
            active_drag=None,
            active_scroll="auto",
            name="map",
        )
        labels = self.exploration.map.labels
        dots = class_points(
            plot,
            self.points,
            None if labels is None else labels.names,
            x="x",
            y="y",
            size=6 if len(self.exploration.map.z) < 3000 else 3.5,
            line_color=None,
            fill_alpha=0.7,
            nonselection_fill_alpha=0.1,
        )
        facts = [("example", "@row"), ("error", "@error{0.0000}")]
        label = [] if labels is None else [("label", "@label")]
        plot.add_tools(HoverTool(renderers=dots, tooltips=[*label, *facts]))
        line = {"color": "black", "line_width": 2}
        plot.line("x", "y", source=self.path, **line)
        plot.scatter("x", "y", source=self.path, size=6, **line)
        plot.scatter(
            "x", "y", source=self.here, size=20, marker="circle_cross", fill_alpha=0, **line
        )
        plot.text(
            "x", "y", "name", source=self.ends, x_offset=6, y_offset=-4, text_font_style="bold"
        )
        plot.on_event(Tap, self._decode)
        plot.on_event(DoubleTap, self._decode)  # as the second of two quick taps is called
        plot.on_event(Pan, self._dragged)
        return plot

    def _columns(self):
        latent_map = self.exploration.map
        columns = {
            "x": latent_map.points[:, 0],
            "y": latent_map.points[:, 1],
            "row": latent_map.rows,
            "error": latent_map.error,
        }
        if latent_map.labels is not None:
            columns["label"] = np.array(latent_map.labels.names)[latent_map.classes]
        return columns

    def _set_mode(self, attribute, old, new):
        self.figure.toolbar.active_drag = (None, self.lasso, self.pan)[new]

    def _dragged(self, event):
        if self.mode.active == 0:
            self._decode(event)

    def _decode(self, event):
        self.exploration.go_to_place((event.x, event.y))
        self.changed()
