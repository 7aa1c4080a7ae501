import keras

from ..ops.hyperbolic_normal import Wrapped
from .hyperbolic import Hyperbolic


@keras.saving.register_keras_serializable("kerae.latents")
class WrappedNormal(Hyperbolic):
    """A code in the Poincaré ball: a normal of flat space, wrapped onto it at a mean.

        z = mu(x) (+) exp_0(sigma(x) * epsilon),   epsilon ~ N(0, I)

    with Möbius' addition (+), |z| < 1 / sqrt(c). The KL is estimated from the codes drawn.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        curvature: Positive float, the c of a space of curvature -c. Defaults to 1.
        learn_curvature: Boolean, whether c is trained, from there on. Defaults to `False`.

    Example:

    >>> latent = kerae.latents.WrappedNormal(latent_dim=2, curvature=0.5)
    >>> {name: tuple(each.shape) for name, each in latent(np.ones((5, 8), "float32")).items()}
    {'mean': (5, 2), 'scale': (5, 2)}

    Raises:
        ValueError: If an argument is not positive, or the encoder's features are not of shape
            `(batch, features)`.
    Reference:
        Nagano et al., 2019, https://arxiv.org/abs/1902.02992;
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033
    """

    family = Wrapped
