"""How data pass through a model: corrupted, encoded, drawn, decoded."""

from keras import ops

from ..conditions.condition import join
from ..noise.fresh import FreshNoise
from ..noise.repeatable import RepeatableNoise

EVALUATION_SEED = 0


class Propagation:
    """The passes of `kerae.Autoencoder`, as functions of tensors.

    Attributes:
        encoder_is_conditional: Boolean, whether the encoder too is given the condition, if there
            is one; else only the decoder is.
    """

    encoder_is_conditional = True

    def preprocess(self, x, training=False):
        """The data that the model sees, and is compared with."""
        return applied(self.preprocessing, x, training)

    @property
    def label_readers(self):
        """The parts for which `fit` and `evaluate` need labels `y`."""
        parts = (self.condition, self.adversary)
        return [part for part in parts if part is not None and part.reads_labels]

    def embed(self, y):
        """The condition c(y) of shape `(batch, size)`, or `None` where there is none."""
        return None if self.condition is None or y is None else self.condition(y)

    def posterior(self, x, condition=None, training=False):
        """The parameters of q(z|x, c), a dict of tensors, for preprocessed data `x`."""
        if self.encoder_is_conditional:
            x = join(x, condition)
        return self.latent(self.encoder(x, training=training))

    def likelihood_parameters(self, z, condition=None, training=False):
        """The decoder's output for codes `z` of shape `(batch, *event_shape)`."""
        return ops.cast(self.decoder(join(z, condition), training=training), self.variable_dtype)

    def drawn_from_prior(self, noise, y=None):
        """Codes drawn from the prior, of the classes `y` if the adversary gives it classes."""
        labels = y if self.adversary in self.label_readers else None
        return self.prior.sample(noise, labels=labels)

    def log_likelihood_of_codes(self, x, z, condition=None, training=False):
        """log p(x|z, c) in nats for codes `(batch, num_samples, *event_shape)`, for each code."""
        num_samples = z.shape[1]
        if condition is not None:
            condition = ops.repeat(condition, num_samples, axis=0)
        parameters = self.likelihood_parameters(
            ops.reshape(z, (-1, *self.latent.event_shape)), condition, training
        )
        log_prob = self.likelihood.log_prob(ops.repeat(x, num_samples, axis=0), parameters)
        return ops.reshape(log_prob, (-1, num_samples))

    def call(self, inputs, training=False):
        x, y = inputs if self.condition is not None else (inputs, None)
        x, condition = self.preprocess(ops.cast(x, self.variable_dtype)), self.embed(y)
        z = self.latent.mode(self.posterior(x, condition, training))
        return self.likelihood.mean(self.likelihood_parameters(z, condition, training))

    def noise(self, x, training):
        """Where a pass over the batch `x` draws its random numbers from."""
        if training:
            return FreshNoise(self.seed_generator, ops.shape(x)[0])
        return RepeatableNoise(RepeatableNoise.identity_of(x), EVALUATION_SEED)

    def propagate(self, x, y=None, training=False):
        """One stochastic pass over a batch, as training and evaluation do it.

        Returns:
            Dict: the target `x`, the labels `y` and the `condition` made of them (or `None`), the
            `posterior` (a dict of tensors), codes `z` of shape
            `(batch, num_samples, *event_shape)` and their `log_likelihood`, log p(x|z) in nats,
            of shape `(batch, num_samples)`; with an adversary the `fakes` that it is shown, a
            list; beside these tensors the `noise` to draw further random numbers from, and
            whether this is `training`.
        """
        x = ops.cast(x, self.variable_dtype)
        noise = self.noise(x, training)
        target = self.preprocess(x, training)
        condition = self.embed(y)
        corrupted = applied(self.corruption, target, training)
        posterior = self.posterior(corrupted, condition, training)
        z = self.latent.sample(posterior, noise)
        outputs = {
            "x": target,
            "y": y,
            "condition": condition,
            "posterior": posterior,
            "z": z,
            "log_likelihood": self.log_likelihood_of_codes(target, z, condition, training),
            "noise": noise,
            "training": training,
        }
        if self.adversary is not None:
            outputs["fakes"] = self.adversary.fakes(self, outputs)
        return outputs


def applied(layer, x, training=False):
    """What the layer makes of `x`; without a layer (`None`), `x`."""
    return x if layer is None else layer(x, training=training)
