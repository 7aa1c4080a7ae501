"""Random draws as inputs: what a prior asks for, by name, and what it is then given."""

from keras import ops


class GivenNoise:
    """Gives a prior the tensors that it asks for: `noise` for normal draws, `uniform`.

    A prior that asks more than once for a kind gets `noise_2`, `noise_3`, …

    Args:
        tensors: Dict of tensors `(batch, *shape)`.
    """

    def __init__(self, tensors):
        self.tensors = tensors
        self.names = []

    def normal(self, shape):
        """Standard normal draws of shape `(batch, *shape)`."""
        return self._draw("noise", shape)

    def uniform(self, shape):
        """Uniform draws in (0, 1) of shape `(batch, *shape)`."""
        return self._draw("uniform", shape)

    def _draw(self, kind, shape):
        count = 1 + sum(name.startswith(kind) for name in self.names)
        self.names.append(kind if count == 1 else f"{kind}_{count}")
        return self.given(self.names[-1], shape)

    def given(self, name, shape):
        return self.tensors[name]


class AskedNoise(GivenNoise):
    """Notes what a prior asks for, and gives it one example of the middle of that distribution."""

    def __init__(self):
        super().__init__({})
        self.shapes = {}

    def given(self, name, shape):
        self.shapes[name] = tuple(shape)
        return ops.full((1, *shape), 0.5)
