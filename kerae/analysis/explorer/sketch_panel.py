import base64
from html import escape

from .pictures import Pictures
from .sketch import Sketch, read_image

SIDE = 200  # pixels


class SketchPanel:
    """An image of the user's own, drawn or uploaded: where it lands, and what comes back.

    Args:
        exploration: `Exploration`.
        changed: Function without arguments, called when the exploration has changed.
        say: Function of a string that tells the user what went wrong.
    """

    def __init__(self, exploration, changed, say):
        from bokeh.layouts import column, row
        from bokeh.models import Button, Checkbox, Div, FileInput

        self.exploration, self.changed, self.say = exploration, changed, say
        shape = exploration.map.model.input_shape
        self.sketch = Sketch(shape)
        self._at, self._drawn, self._finished = None, False, False
        self.canvas = Pictures("sketch", shape, (0.0, 1.0), 1, SIDE)
        self.back = Pictures(
            "reconstruction", exploration.map.x.shape[1:], exploration.map.limits, 1, SIDE
        )
        clear = Button(label="clear", name="clear", width=60)
        clear.on_click(self._clear)
        self.invert = Checkbox(label="invert", name="invert", width=60)
        self.invert.on_change("active", lambda attribute, old, new: self._finish())
        upload = FileInput(accept=".png,.jpg,.jpeg", name="upload", width=190)
        upload.on_change("value", self._upload)
        self.result = Div(name="result", width=2 * SIDE)
        self._listen()
        self.layout = column(
            Div(text="<b>Draw or upload</b>: your image, and its reconstruction"),
            row(self.canvas.figure, self.back.figure),
            row(clear, self.invert, upload),
            self.result,
        )

    def show(self):
        """Encodes what was drawn since the last time, and shows what comes back."""
        pixels = 1 - self.sketch.pixels if self.invert.active else self.sketch.pixels
        self.canvas.show(pixels[None])
        if not self._drawn:
            return
        self._drawn = False
        exploration, latent_map = self.exploration, self.exploration.map
        examination = exploration.go_to_image(pixels, exactly=self._finished)
        self.back.show(exploration.decode(exploration.code[None]))
        text = f"error {examination.error[0]:.4f}, the mean of squared differences"
        if latent_map.labels is not None:
            labels = latent_map.classes[latent_map.nearest(exploration.code)]
            names = ", ".join(latent_map.labels.names[label] for label in labels)
            text += f"<br>labels of the nearest codes: {escape(names)}"
        self.result.text = text

    def _listen(self):
        from bokeh.events import DoubleTap, Pan, PanEnd, PanStart, Tap

        plot = self.canvas.figure
        plot.on_event(Tap, self._dot)
        plot.on_event(DoubleTap, self._dot)  # as the second of two quick taps is called
        plot.on_event(PanStart, self._begin)
        plot.on_event(Pan, self._draw)
        plot.on_event(PanEnd, lambda event: self._finish())

    def _begin(self, event):
        self._at, self._finished = self._pixel(event), False

    def _draw(self, event):
        at = self._pixel(event)
        self.sketch.stroke(self._at or at, at)
        self._at, self._drawn = at, True
        self.changed()

    def _dot(self, event):
        self.sketch.stroke(self._pixel(event), self._pixel(event))
        self._finish()

    def _finish(self):
        self._drawn = self._finished = True
        self.changed()

    def _clear(self):
        self.sketch.clear()
        self._drawn = False
        self.back.show(self.exploration.map.x[:0])
        self.result.text = ""
        self.changed()

    def _upload(self, attribute, old, new):
        try:
            self.sketch.pixels = read_image(base64.b64decode(new), self.sketch.shape)
        except ValueError as error:
            return self.say(str(error))
        self._finish()

    def _pixel(self, event):
        """Where the pointer is, from the left and from the top, in pixels of the image."""
        height, width = self.sketch.shape[:2]
        return event.x * width, (1 - event.y) * height
