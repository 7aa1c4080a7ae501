from .exploration import MOST, STEPS
from .pictures import Pictures

NONE, SELECTED = "choose…", "selected"


class AttributePanel:
    """An attribute as the way between two groups of examples, added to the code.

    Args:
        exploration: `Exploration`.
        changed: Function without arguments, called when the exploration has changed.
        selected: Function without arguments that gives the examples selected in the map.
        say: Function of a string that tells the user what is missing.
    """

    def __init__(self, exploration, changed, selected, say):
        from bokeh.layouts import column, row
        from bokeh.models import Div, Slider

        self.exploration, self.changed = exploration, changed
        self.selected, self.say = selected, say
        latent_map = exploration.map
        titles = [f"{MOST * (2 * i / (STEPS - 1) - 1):+g}" for i in range(STEPS)]
        self.pictures = Pictures(
            "attribute", latent_map.x.shape[1:], latent_map.limits, STEPS, 50, titles
        )
        self._showing = False
        self.strength = Slider(
            title="strength", name="strength", start=-MOST, end=MOST, value=0, step=0.05, width=390
        )
        self.strength.on_change("value", self._add)
        self.layout = column(
            Div(text="<b>Attribute</b>: mean code of examples with it - that of examples without"),
            row(self._choice("without"), self._choice("with")),
            self.strength,
            self.pictures.figure,
        )

    def show(self):
        self._showing = True
        self.strength.value = self.exploration.strength
        self._showing = False
        codes = self.exploration.attribute_walk
        if codes is not None:
            self.pictures.show(self.exploration.decode(codes))

    def _choice(self, group):
        from bokeh.layouts import row
        from bokeh.models import Button, Select

        labels = self.exploration.map.labels
        names = () if labels is None else labels.names
        options = [NONE, *((str(number), name) for number, name in enumerate(names))]
        select = Select(title=f"{group} it", options=options, value=NONE, name=group, width=115)
        button = Button(label="selected", name=f"{group} selected", width=75, align="end")

        def choose(attribute, old, new):
            if new.isdecimal():
                self._set(group, (self.exploration.map.classes == int(new)).nonzero()[0])

        def take():
            rows = self.selected()
            if not len(rows):
                return self.say("First choose “drag to select”, and drag around points of the map.")
            select.update(options=[*options, (SELECTED, f"{len(rows)} selected")], value=SELECTED)
            self._set(group, rows)

        select.on_change("value", choose)
        button.on_click(take)
        return row(select, button)

    def _set(self, group, rows):
        if not len(rows):
            return self.say("There is no such example in the map.")
        self.exploration.groups[group] = rows
        self.exploration.add_attribute(0.0)
        self.changed()

    def _add(self, attribute, old, new):
        if not self._showing:
            self.exploration.add_attribute(new)
            self.changed()
