"""Random draws as inputs: what a function asks for, by name, and what it is then given."""

from typing import Any

from keras import ops

from ..checks.types import Shape, Tensor


class GivenNoise:
    """Gives the tensors that are asked for: `noise` for normal draws, `uniform` for uniform ones.

    Who asks more than once for a kind gets `noise_2`, `noise_3`, …

    Args:
        tensors: Dict of tensors `(batch, *shape)`.
    """

    def __init__(self, tensors: dict) -> None:
        self.tensors = tensors
        self.names = []

    def normal(self, shape: Shape) -> Tensor:
        """Standard normal draws of shape `(batch, *shape)`."""
        return self._draw("noise", shape)

    def uniform(self, shape: Shape) -> Tensor:
        """Uniform draws in (0, 1) of shape `(batch, *shape)`."""
        return self._draw("uniform", shape)

    def _draw(self, kind, shape):
        count = 1 + sum(name.startswith(kind) for name in self.names)
        self.names.append(kind if count == 1 else f"{kind}_{count}")
        return self.given(self.names[-1], shape)

    def given(self, name, shape: Shape):
        return self.tensors[name]


class AskedNoise(GivenNoise):
    """Notes what is asked for, and gives the middle of that distribution.

    Args:
        count: Integer, the number of examples that it gives.

    Attributes:
        shapes: Dict of the shapes of one example by name, in the order in which they were asked
            for.
    """

    def __init__(self, count: int = 1) -> None:
        super().__init__({})
        self.count = count
        self.shapes = {}

    def drawn_from(self, noise: Any):
        """The tensors that `noise` draws in this order, by name."""
        return {
            name: (noise.uniform if name.startswith("uniform") else noise.normal)(shape)
            for name, shape in self.shapes.items()
        }

    def given(self, name, shape: Shape):
        self.shapes[name] = tuple(shape)
        return ops.full((self.count, *shape), 0.5)
