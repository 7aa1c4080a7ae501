import keras
from keras import ops

from ..checks.types import Tensor
from .spherical import Spherical


@keras.saving.register_keras_serializable("kerae.latents")
class VonMisesFisher(Spherical):
    """A code on the sphere, drawn from a von Mises-Fisher distribution.

        q(z|x) = C(kappa(x)) exp(kappa(x) * mu(x) . z),   |z| = |mu| = 1

    Direction mu and concentration kappa are linear in the encoder's features; mu is brought to
    length 1, kappa is the softplus, limited to [1e-3, 1e4], and starts near 5 latent_dim (in the
    paper's code near 2, from where training is slower). The KL from
    `kerae.priors.UniformSphere` is exact. There is no Bessel function: C(kappa), the KL, and the
    inverse by which angles are drawn, are integrals over the angle between z and mu, on 129
    points.

    Args:
        latent_dim: Integer of at least 2, the number of coordinates of a code; the sphere has one
            dimension less.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Example:

    >>> latent = kerae.latents.VonMisesFisher(latent_dim=3)
    >>> posterior = latent(np.ones((5, 8), "float32"))
    >>> z = latent.mode(posterior)
    >>> z.shape[1], np.round(np.linalg.norm(keras.ops.convert_to_numpy(z), axis=1), 4).tolist()
    (3, [1.0, 1.0, 1.0, 1.0, 1.0])

    Raises:
        ValueError: If an argument is too small, or the encoder's features are not of shape
            `(batch, features)`.
    Reference:
        Davidson et al., 2018, https://arxiv.org/abs/1804.00891 (there by rejection; the gradient
        here includes what rejection leaves out, as in Figurnov et al., 2018,
        https://arxiv.org/abs/1805.08498)
    """

    def tilt(self, phi: Tensor, reference: Tensor) -> Tensor:
        return -2.0 * ops.sin(0.5 * (phi + reference)) * ops.sin(0.5 * (phi - reference))

    def tilt_of_cosine(self, cosine: Tensor, reference: Tensor) -> Tensor:
        return cosine - ops.cos(reference)

    def angle(self, concentration: Tensor) -> tuple[Tensor, Tensor]:
        power = self.latent_dim - 2
        root = ops.sqrt(power**2 + 4.0 * ops.square(concentration))
        cosine = 2.0 * concentration / (power + root)
        sine_squared = ops.maximum(1.0 - ops.square(cosine), 1e-12)
        return ops.arccos(cosine), concentration * cosine + power / sine_squared
