import numpy as np

from ... import latent_space
from ...geometry import Euclidean
from ..examination import examine

STEPS = 9
MOST = 2.0  # of an attribute, on either side


class Exploration:
    """What one browser tab looks at: a code, the ends of a walk, two groups of examples.

    Args:
        latent_map: `LatentMap`, shared by all tabs.

    Attributes:
        code: Array `(latent_dim,)`, the code that is decoded.
        place: Array `(2,)`, where it lies in the map.
        label: Integer, the label that a conditional model decodes with, or `None`.
        ends: Dict of codes, the ends `"A"` and `"B"` of the walk, as far as they are set.
        groups: Dict of integer arrays, the examples `"with"` and `"without"` an attribute.
        strength: Float, how much of the attribute was added to the code.
        methods: Dict, by name, of `kerae.latent_space.interpolate`; the first one is the shortest.
        method: String, the name of one.
    """

    def __init__(self, latent_map):
        self.map = latent_map
        self.ends, self.groups = {}, {}
        self.methods, geometry = latent_space.METHODS, latent_map.model.latent.geometry
        if not isinstance(geometry, Euclidean):
            self.methods = {"shortest": geometry, **self.methods}
        self.method = next(iter(self.methods))
        self.label = next(iter(latent_map.conditions), None)
        self.reset()

    def reset(self):
        """To the mean of all codes."""
        self.go_to_code(self.map.z.mean(axis=0))

    def go_to_place(self, place):
        """To the code that a place in the map stands for."""
        self.go_to_code(self.map.code_at(place), place)

    def go_to_code(self, code, place=None):
        self._start = np.asarray(code, "float32")
        self.strength = 0.0
        self._move(self._start, place)

    def set_dimension(self, dimension, value):
        code = self.code.copy()
        code[dimension] = value
        self.go_to_code(code)

    def go_to_image(self, pixels, exactly=True):
        """To the code of an image that is none of the examples.

        Args:
            pixels: Array of the model's input shape, 0 for the lowest and 1 for the highest value
                of the examples.
            exactly: Boolean, whether the projection itself places it, which may take a second.
        Returns:
            `kerae.analysis.Examination` of this one image.
        """
        low, high = self.map.input_limits
        x = (low + pixels * (high - low)).astype("float32")
        condition = self.condition
        y = None if condition is None else np.asarray(condition)[None]
        examination = examine(self.map.model, x[None], y)
        place = self.map.landing(examination.z)[0] if exactly else None
        self.go_to_code(examination.z[0], place)
        return examination

    def add_attribute(self, strength):
        """From where the code was before an attribute was added to it; 0 takes it away again."""
        if self.direction is not None:
            self.strength = strength
            self._move(latent_space.apply_attribute(self._start[None], self.direction, strength)[0])

    @property
    def direction(self):
        """From the mean code of the examples without the attribute to that of those with it."""
        if len(self.groups) < 2:
            return None
        means = {name: self.map.z[rows].mean(axis=0) for name, rows in self.groups.items()}
        return means["with"] - means["without"]

    @property
    def walk(self):
        """Codes `(9, latent_dim)` from A to B, or `None`."""
        if len(self.ends) < 2:
            return None
        a, b = self.ends["A"][None], self.ends["B"][None]
        return latent_space.interpolate(a, b, STEPS, self.methods[self.method])[0]

    @property
    def attribute_walk(self):
        """Codes `(9, latent_dim)` with less and with more of the attribute, or `None`."""
        if self.direction is None:
            return None
        strengths = np.linspace(-MOST, MOST, STEPS)
        return latent_space.apply_attribute(self._start[None], self.direction, strengths)[0]

    @property
    def condition(self):
        """What the model is conditioned on: the label, or the vector of the nearest example."""
        if self.label is not None or self.map.y is None:
            return self.label
        return self.map.y[self.map.nearest(self.code)[0]]

    def decode(self, codes):
        return self.map.model.decode(np.asarray(codes, "float32"), self.condition)

    def _move(self, code, place=None):
        self.code = code
        self.place = self.map.places_of(code[None])[0] if place is None else np.asarray(place)
