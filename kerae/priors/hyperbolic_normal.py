from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops

from ..checks.numbers import check_positive
from ..checks.types import Tensor
from ..geometry import PoincareBall
from ..ops.hyperbolic import FARTHEST, from_center, to_ball
from .prior import Prior, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class HyperbolicNormal(Prior):
    """A normal of the Poincaré ball around its center, of the family and curvature of the latent.

    Args:
        scale: Positive float, sigma. Defaults to 1.
    Raises:
        ValueError: If `scale` is not positive, the latent's codes do not lie in the ball, or most
            draws would be beyond the reach of floats, as with many dimensions or a large curvature.
    Reference:
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033
    """

    space = PoincareBall

    def __init__(self, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_positive("scale", scale)
        self.scale = scale

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents.hyperbolic import Hyperbolic

        if not isinstance(model.latent, Hyperbolic):
            raise ValueError(
                "Expected a latent whose codes lie in the Poincaré ball under a HyperbolicNormal. "
                f"Received: {type(model.latent).__name__}. Use kerae.latents.WrappedNormal or "
                "RiemannianNormal, or another prior."
            )
        super().fit_to(model)
        latent = model.latent
        reach = FARTHEST / ops.sqrt(latent.c)
        largest = latent.family.largest_scale(reach, latent.latent_dim, latent.c)
        largest, c = (float(ops.convert_to_numpy(value)) for value in (largest, latent.c))
        if self.scale > largest:
            raise ValueError(
                f"Expected `scale` of at most {largest:.3g} under a {type(latent).__name__} of "
                f"{latent.latent_dim} dimensions with a curvature of {c:.3g}: with a "
                f"larger one most draws lie farther out than floats reach. Received: {self.scale}. "
                "Take a smaller scale, or a smaller curvature."
            )

    def tried_in(self) -> dict[str, Any]:
        from ..latents import WrappedNormal

        return super().tried_in() | {"latent": WrappedNormal(2)}

    def given(self, model: "Autoencoder", outputs: dict):
        latent = model.latent
        return _AroundCenter(latent.family, latent.event_shape, self.scale, latent.c)


class _AroundCenter(NamedTuple):
    family: Any
    event_shape: tuple
    scale: float
    c: Any

    @property
    def _scale(self):
        scales = self.event_shape[0] if self.family.has_scale_per_dimension else 1
        return ops.full((1, 1, scales), self.scale, self.c.dtype)

    def log_prob(self, z: Tensor) -> Tensor:
        v = from_center(ops.reshape(z, (1, -1, *self.event_shape)), self.c)
        return ops.reshape(self.family.log_prob(v, self._scale, self.c), ops.shape(z)[:-1])

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        v = self.family.sample(noise, 1, *self.event_shape, self._scale, self.c)
        return to_ball(v[:, 0], self.c)
