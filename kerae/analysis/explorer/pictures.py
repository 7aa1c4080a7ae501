import numpy as np

from ...figures import is_image

GAP = 0.06  # between examples side by side, of the width of one


class Pictures:
    """A row of examples: images, or vectors as lines.

    Args:
        name: String, by which the page finds the source of the data.
        shape: Tuple, of one example.
        limits: Pair of floats, the values that are drawn black and white, or at the bottom and
            at the top.
        count: Integer, the most examples in the row.
        side: Integer, the width of one in pixels.
        titles: Sequence of strings below the examples, or none.
    """

    def __init__(self, name, shape, limits, count, side, titles=()):
        from bokeh.models import ColumnDataSource
        from bokeh.plotting import figure

        self.limits = limits
        self.source = ColumnDataSource(name=name)
        self.figure = figure(
            name=f"{name} figure",
            frame_width=count * side,
            frame_height=round(side * shape[0] / shape[1]) if is_image(shape) else side,
            x_range=(0, count),  # pyright: ignore[reportArgumentType]
            y_range=(0, 1),  # pyright: ignore[reportArgumentType]
            tools="",
            toolbar_location=None,
            min_border=0,
            outline_line_color=None,
            background_fill_color="#e8e8e8",
        )
        self.figure.grid.visible = False
        self.figure.yaxis.visible = False
        self.figure.xaxis.visible = bool(len(titles))
        self.figure.xaxis.ticker = [i + 0.5 for i in range(count)]
        self.figure.xaxis.major_label_overrides = {i + 0.5: t for i, t in enumerate(titles)}
        self.figure.xaxis.axis_line_color = self.figure.xaxis.major_tick_line_color = None
        self._width = 1.0 if count == 1 else 1.0 - GAP
        self._columns = self._images if is_image(shape) else self._lines
        if is_image(shape):
            self.figure.image_rgba(
                "image",
                "x",
                0,
                self._width,
                1,
                source=self.source,
                origin="top_left",  # pyright: ignore[reportCallIssue]
            )
        else:
            self.figure.multi_line(
                "x", "y", source=self.source, line_width=1.5 if count == 1 else 1
            )
            between = list(range(1, count))
            self.figure.xgrid.update(visible=True, ticker=between, grid_line_color="white")
        self.show(np.zeros((0, *shape)))

    def show(self, examples):
        """Draws examples `(n, *shape)` in the place of those before."""
        low, high = self.limits
        scaled = np.clip((examples - low) / max(high - low, 1e-12), 0.0, 1.0)
        self.source.data = self._columns(scaled)

    def _images(self, scaled):
        return {"image": [_rgba(image) for image in scaled], "x": np.arange(len(scaled))}

    def _lines(self, scaled):
        lines = [example.ravel() for example in scaled]
        along = [i + np.linspace(0.0, self._width, len(line)) for i, line in enumerate(lines)]
        return {"x": along, "y": lines}


def _rgba(image):
    """An image `(height, width, 1 or 3)` in [0, 1] as one integer a pixel."""
    pixels = np.full((*image.shape[:2], 4), 255, "uint8")
    pixels[..., :3] = np.round(255 * image)
    return pixels.view("uint32")[..., 0]
