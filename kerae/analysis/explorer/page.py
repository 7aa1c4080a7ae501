from html import escape

from ...figures import is_image
from .attribute_panel import AttributePanel
from .code_panel import CodePanel
from .exploration import Exploration
from .here_panel import HerePanel
from .map_view import MapView
from .sketch_panel import SketchPanel
from .walk_panel import WalkPanel

PAUSE = 30  # milliseconds, for what comes in meanwhile to be computed once
WIDTH = 1350  # pixels
# What comes and goes has no place of its own, or all else would move.
OVER_THE_PAGE: dict[str, str | None] = {
    "position": "fixed",
    "top": "0",
    "z-index": "1",
    "padding": "4px 10px",
    "background": "#ffecec",
    "color": "#a00000",
    "font-weight": "bold",
}


class Page:
    """What one browser tab shows, laid out in a document of bokeh.

    Args:
        latent_map: `LatentMap`, shared by all tabs.
        document: `bokeh.document.Document`.
    """

    def __init__(self, latent_map, document):
        from bokeh.layouts import column, row
        from bokeh.models import Div

        self.document, self._waiting = document, False
        model = latent_map.model
        exploration = Exploration(latent_map)
        self.message = Div(name="message", visible=False, styles=OVER_THE_PAGE)
        panels = exploration, self.changed
        view = MapView(*panels)
        code, here, walk = CodePanel(*panels), HerePanel(*panels), WalkPanel(*panels)
        attribute = AttributePanel(*panels, lambda: view.selected, self.say)
        right = [code.layout]
        self.views = [view, code, here, walk, attribute]
        if is_image(model.input_shape) and is_image(model.target_shape):
            sketch = SketchPanel(*panels, self.say)
            right.append(sketch.layout)
            self.views.insert(0, sketch)
        name = escape(f"{type(model).__name__}, latent_dim={latent_map.latent_dim}")
        left = column(
            row(view.layout, here.layout, spacing=15),
            row(walk.layout, attribute.layout, spacing=15),
        )
        document.title = f"kerae explore: {name}"
        document.add_root(
            column(
                Div(text=f"<b>{name}.</b> {escape(latent_map.stated)}", width=WIDTH),
                self.message,
                row(left, column(*right), spacing=20),
            )
        )
        self.refresh()

    def changed(self):
        """Shows the exploration as it is in a moment: while the pointer moves, the last of it."""
        self.message.visible = False
        if not self._waiting:
            self._waiting = True
            self.document.add_timeout_callback(self.refresh, PAUSE)

    def refresh(self):
        self._waiting = False
        for view in self.views:
            view.show()

    def say(self, text):
        self.message.update(text=escape(text), visible=True)
