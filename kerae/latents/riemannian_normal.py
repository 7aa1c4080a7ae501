import keras

from ..ops.hyperbolic_normal import Riemannian
from .hyperbolic import Hyperbolic


@keras.saving.register_keras_serializable("kerae.latents")
class RiemannianNormal(Hyperbolic):
    """A code in the Poincaré ball, less likely the farther it is from a mean.

        log q(z|x) = - distance(mu(x), z)^2 / (2 sigma(x)^2) + constant,   |z| < 1 / sqrt(c)

    The distance is drawn by the inverse of its distribution function, and its gradient is that of
    the inverse. The KL is estimated from the codes drawn.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        curvature: Positive float, the c of a space of curvature -c. Defaults to 1.
        learn_curvature: Boolean, whether c is trained, from there on. Defaults to `False`.
    Raises:
        ValueError: If an argument is not positive, or the encoder's features are not of shape
            `(batch, features)`.
    Reference:
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033 (there the radius is drawn by
        rejection)
    """

    family = Riemannian
