"""What an autoencoder asks of its code."""

from keras import ops

from ..part import Part


class Latent(Part):
    """Turns the encoder's features into a code.

    `latent(features)` gives the parameters of q(z|x) as a dict of tensors, its *posterior*;
    the other methods take that dict. Subclasses define `call`, `mode` and `sample`, and those
    with a density also `log_prob`.

    Attributes:
        event_shape: Tuple, the shape of one code.
        served: Dict, what an exported encoder gives: `mean`, the deterministic code, and tensors
            of the posterior, each with what it is.
    """

    event_shape: tuple
    served = {"mean": "The code."}

    @property
    def has_density(self):
        """Whether codes are drawn from a density q(z|x), without which there is no KL."""
        return type(self).log_prob is not Latent.log_prob

    def mode(self, posterior):
        """The deterministic code, of shape `(batch, *event_shape)`."""
        raise NotImplementedError

    def sample(self, posterior, noise, num_samples=None):
        """Codes drawn from q(z|x), of shape `(batch, num_samples, *event_shape)`."""
        raise NotImplementedError

    def log_prob(self, posterior, z):
        """log q(z|x) in nats, of shape `(batch, num_samples)`."""
        raise ValueError(
            f"{type(self).__name__} codes have no density, and so the model has no likelihood "
            "bound. Use a stochastic latent such as kerae.latents.Normal."
        )

    def kl_divergence(self, posterior, z, prior):
        """KL(q(z|x) || p(z)) in nats, of shape `(batch, groups)`: its sum over groups is the KL.

        By default one group, estimated from the codes `z` that were drawn:

            KL = mean over samples of log q(z|x) - log p(z)
        """
        log_ratio = self.log_prob(posterior, z) - prior.log_prob(z)
        return ops.mean(log_ratio, axis=1, keepdims=True)
