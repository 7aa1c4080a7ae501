import math
from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .prior import Prior


@keras.saving.register_keras_serializable("kerae.priors")
class SwissRoll(Prior):
    """A spiral in the plane that winds out from the origin, about evenly covered.

        z = radius * t * (cos a, sin a),   a = 2 pi * turns * t,   t = sqrt(u),   u ~ U(0, 1)

    Class c is the stretch of u between c / num_classes and (c + 1) / num_classes.

    Args:
        turns: Float, how often it goes round.
        radius: Float, the distance of its end from the origin.
        num_classes: Integer, the number of stretches, one for each class.

    Example:

    >>> from kerae.noise import FreshNoise
    >>> noise = FreshNoise(keras.random.SeedGenerator(0), batch_size=5)
    >>> tuple(kerae.priors.SwissRoll().sample(noise, labels=np.arange(5)).shape)
    (5, 2)

    Raises:
        ValueError: If an argument is not positive.
    Reference:
        Makhzani et al., 2016, https://arxiv.org/abs/1511.05644 (figure 4)
    """

    def __init__(
        self, turns: float = 2.0, radius: float = 3.0, num_classes: int = 10, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if min(turns, radius, num_classes) <= 0:
            raise ValueError(
                "Expected `turns`, `radius` and `num_classes` to be positive. "
                f"Received: turns={turns}, radius={radius}, num_classes={num_classes}"
            )
        self.turns = turns
        self.radius = radius
        self.num_classes = num_classes
        self.event_shape = (2,)

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"terms": None}

    def log_prob(self, z: Tensor) -> Tensor:
        raise ValueError(
            "SwissRoll has no density in the plane, and so codes have no KL from it. Compare "
            "samples instead, as kerae.ops.maximum_mean_discrepancy or an adversary does."
        )

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        u = noise.uniform(())
        if labels is not None:
            stretch = (ops.cast(labels, u.dtype) + u) / self.num_classes
            u = ops.where(ops.cast(labels, "int32") >= 0, stretch, u)
        t = ops.sqrt(u)
        angle = 2 * math.pi * self.turns * t
        direction = ops.stack([ops.cos(angle), ops.sin(angle)], axis=1)
        return self.radius * ops.expand_dims(t, 1) * direction
