import math

import numpy as np

MOST = 64  # sliders
SPREAD = 3.0  # standard deviations to either side, or as far as the examples reach
WIDTH, HEIGHT, COLUMNS = 410, 350, 2  # pixels; what is higher scrolls
ROW = 42


class CodePanel:
    """A slider for each latent dimension, the most active first.

    Args:
        exploration: `Exploration`.
        changed: Function without arguments, called when the exploration has changed.
    """

    def __init__(self, exploration, changed):
        from bokeh.layouts import column, row
        from bokeh.models import Button, Div, GridBox

        self.exploration, self.changed = exploration, changed
        deviations = exploration.map.z.std(axis=0)
        order = np.argsort(-deviations, kind="stable")[:MOST]
        self.sliders = {int(dimension): self._slider(int(dimension)) for dimension in order}
        self._showing = False
        reset = Button(label="mean of all codes", name="reset", width=130)
        reset.on_click(self._reset)
        count = f"{len(order)} of {len(deviations)}" if MOST < len(deviations) else "the"
        places = [
            (slider, i // COLUMNS, i % COLUMNS) for i, slider in enumerate(self.sliders.values())
        ]
        height = min(HEIGHT, ROW * math.ceil(len(places) / COLUMNS))
        self.layout = column(
            row(Div(text=f"<b>Code</b>: {count} dimensions, most varied first", width=250), reset),
            GridBox(children=places, width=WIDTH, height=height, styles={"overflow-y": "auto"}),  # pyright: ignore[reportArgumentType]
        )

    def show(self):
        """Moves the sliders to the code."""
        self._showing = True
        for dimension, slider in self.sliders.items():
            value = float(self.exploration.code[dimension])
            if not slider.start <= value <= slider.end:
                slider.update(start=min(slider.start, value), end=max(slider.end, value))
            # One that is being dragged is ahead of what is known here, and must not be drawn back.
            if np.float32(slider.value) != self.exploration.code[dimension]:
                slider.value = value
        self._showing = False

    def _slider(self, dimension):
        from bokeh.models import Slider

        values = self.exploration.map.z[:, dimension]
        mean, deviation = float(values.mean()), float(values.std()) or 1.0
        start = min(mean - SPREAD * deviation, float(values.min()))
        end = max(mean + SPREAD * deviation, float(values.max()))
        slider = Slider(
            title=f"z[{dimension}]",
            name=f"z{dimension}",
            start=start,
            end=end,
            value=mean,
            step=(end - start) / 200,
            format="0.00",
            width=WIDTH // COLUMNS - 25,
            margin=(2, 6, 2, 6),
        )
        slider.on_change("value", lambda attribute, old, new: self._set(dimension, new))
        return slider

    def _set(self, dimension, value):
        if not self._showing:
            self.exploration.set_dimension(dimension, value)
            self.changed()

    def _reset(self):
        self.exploration.reset()
        self.changed()
