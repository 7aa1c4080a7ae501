"""What an autoencoder asks of its prior."""

from ..part import Part


class Prior(Part):
    """A density over codes that can be evaluated and sampled.

    It is built with the shape of one code, `event_shape`.
    """

    def build(self, event_shape):
        self.event_shape = tuple(event_shape)

    def log_prob(self, z):
        """log p(z) in nats, summed over the last axis."""
        raise NotImplementedError

    def sample(self, noise):
        """One code for each example that `noise` was made for, `(batch, *event_shape)`."""
        raise NotImplementedError
