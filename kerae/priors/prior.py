"""What an autoencoder asks of its prior."""

from ..part import Part


class Prior(Part):
    """A density over codes that can be evaluated and sampled.

    It is built with the shape of one code, `event_shape`; a prior that is of one shape only
    sets that attribute in its constructor.

    Attributes:
        event_shape: Tuple, the shape of one code.
        num_classes: Integer, the number of classes whose codes can be drawn; 0 without classes.
    Raises:
        ValueError: When it is built for codes of another shape.
    """

    event_shape = None
    num_classes = 0

    def build(self, event_shape):
        event_shape = tuple(event_shape)
        if self.event_shape not in (None, event_shape):
            raise ValueError(
                f"Expected codes of the shape of this {type(self).__name__}, {self.event_shape}. "
                f"Received: a model with codes of shape {event_shape}. Change its `latent_dim`, "
                "or the prior."
            )
        self.event_shape = event_shape

    def log_prob(self, z):
        """log p(z) in nats, summed over the last axis."""
        raise NotImplementedError

    def sample(self, noise, labels=None):
        """One code for each example that `noise` was made for, `(batch, *event_shape)`.

        Args:
            noise: `kerae.noise.FreshNoise` or `RepeatableNoise`.
            labels: Integer tensor `(batch,)` of classes from 0 on, of which the codes are drawn;
                -1 draws from the whole prior.
        Raises:
            ValueError: If labels are given to a prior without classes.
        """
        raise NotImplementedError


def refuse_labels(prior, labels):
    """Raises a `ValueError` if labels are given to a prior that has no classes."""
    if labels is not None:
        raise ValueError(
            f"{type(prior).__name__} has no classes to draw codes of. Received: labels. Leave "
            "them out, or use kerae.priors.GaussianMixture or kerae.priors.SwissRoll."
        )
