import numpy as np

from .exploration import STEPS
from .pictures import Pictures


class WalkPanel:
    """The way from one code to another, decoded.

    Args:
        exploration: `Exploration`.
        changed: Function without arguments, called when the exploration has changed.
    """

    def __init__(self, exploration, changed):
        from bokeh.layouts import column, row
        from bokeh.models import Button, Div, RadioButtonGroup

        self.exploration, self.changed = exploration, changed
        latent_map = exploration.map
        titles = ["A", *[""] * (STEPS - 2), "B"]
        self.pictures = Pictures(
            "walk", latent_map.x.shape[1:], latent_map.limits, STEPS, 50, titles
        )
        self._drawn = None
        buttons = [Button(label=f"{name} is here", name=name, width=80) for name in "AB"]
        for name, button in zip("AB", buttons):
            button.on_click(lambda name=name: self._set_end(name))
        method = RadioButtonGroup(
            labels=list(exploration.methods), active=0, name="method", width=120
        )
        method.on_change("active", self._set_method)
        self.layout = column(
            Div(text="<b>Walk from A to B</b>: decode a point, press A; another, press B"),
            row(*buttons, method),
            self.pictures.figure,
        )

    def show(self):
        codes, condition = self.exploration.walk, self.exploration.condition
        if codes is not None and not _same(self._drawn, (codes, condition)):
            self._drawn = codes, condition
            self.pictures.show(self.exploration.decode(codes))

    def _set_end(self, name):
        self.exploration.ends[name] = self.exploration.code
        self.changed()

    def _set_method(self, attribute, old, new):
        self.exploration.method = list(self.exploration.methods)[new]
        self.changed()


def _same(drawn, wanted):
    return drawn is not None and all(np.array_equal(a, b) for a, b in zip(drawn, wanted))
