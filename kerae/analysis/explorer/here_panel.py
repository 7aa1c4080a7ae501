from html import escape

from .latent_map import NEAREST
from .pictures import Pictures

SIDE = 280  # pixels


class HerePanel:
    """What is decoded, the label it is decoded with, and the examples around it.

    Args:
        exploration: `Exploration`.
        changed: Function without arguments, called when the exploration has changed.
    """

    def __init__(self, exploration, changed):
        from bokeh.layouts import column
        from bokeh.models import Div

        self.exploration, self.changed = exploration, changed
        latent_map = exploration.map
        shape, limits = latent_map.x.shape[1:], latent_map.limits
        self.decoded = Pictures("decoded", shape, limits, 1, SIDE)
        self.nearest = Pictures("nearest", shape, limits, NEAREST, SIDE // NEAREST)
        self.labels = Div(name="neighbors", width=SIDE)
        self.layout = column(
            Div(text="<b>Decoded</b>"),
            self.decoded.figure,
            *self._choice(),
            Div(text="<b>Examples with the nearest codes</b>", margin=(12, 5, 0, 5)),
            self.nearest.figure,
            self.labels,
        )

    def show(self):
        exploration, latent_map = self.exploration, self.exploration.map
        self.decoded.show(exploration.decode(exploration.code[None]))
        nearest = latent_map.nearest(exploration.code)
        self.nearest.show(latent_map.x[nearest])
        if latent_map.labels is not None:
            names = [latent_map.labels.names[label] for label in latent_map.classes[nearest]]
            self.labels.text = "labels: " + escape(", ".join(names))

    def _choice(self):
        from bokeh.models import Div, Select

        conditions = self.exploration.map.conditions
        if conditions:
            options = [(str(label), name) for label, name in conditions.items()]
            select = Select(title="decoded with the label", options=options, name="label")  # pyright: ignore[reportArgumentType]
            select.update(value=str(self.exploration.label), width=SIDE)
            select.on_change("value", self._choose)
            return [select]
        if self.exploration.map.y is not None:
            return [Div(text="Decoded with the condition `y` of the nearest example.", width=SIDE)]
        return []

    def _choose(self, attribute, old, new):
        self.exploration.label = int(new)
        self.changed()
