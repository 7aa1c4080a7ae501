"""The one model: corrupt, encode, draw a latent, decode; trained on a sum of named terms."""

import keras
from keras import ops

from . import likelihoods
from .configurable import Configurable
from .inference import Inference
from .networks import default_decoder, default_encoder
from .noise import FreshNoise, RepeatableNoise
from .priors import StandardNormal
from .saving import Saving
from .term import Reconstruction
from .training import Training

EVALUATION_SEED = 0


@keras.saving.register_keras_serializable("kerae")
class Autoencoder(Inference, Training, Saving, Configurable, keras.Model):
    """Composes a corruption, encoder, latent, decoder, likelihood, prior and terms.

        x' ~ corruption(x),   h = encoder(x'),   z ~ q(z|h),   p(x|z) = likelihood(decoder(z))
        loss = mean over the batch of  sum over terms of  weight * value        nats per example

    Calling the model gives the reconstruction, deterministically. `fit` and `evaluate` compute
    the terms and log each under its name, beside their weighted sum, `loss`. Evaluation draws
    codes too, but the same ones for the same example at every call, in whatever batch and on
    whatever backend.

    Args:
        input_shape: Tuple, the shape of one example.
        latent: `kerae.latents.Latent`.
        likelihood: `kerae.likelihoods.Likelihood`, or its name: `"bernoulli"`,
            `"continuous_bernoulli"`, `"normal"`, `"laplace"`.
        prior: `kerae.priors.Prior`. Defaults to a standard normal.
        terms: List of `kerae.Term`. Defaults to the reconstruction alone.
        encoder: Keras model or layer from data to features `(batch, features)`. Defaults to a
            network that suits `input_shape`; see `kerae.networks`.
        decoder: Keras model or layer from codes to the parameters of the likelihood, without
            an activation at its end. Defaults to the encoder's mirror image.
        corruption: Layer that spoils the encoder's input in training, such as
            `keras.layers.GaussianNoise`; the target stays clean.
        preprocessing: Layer applied to input and target alike, such as `kerae.data.Binarize`.

    Example:

    >>> model = kerae.Autoencoder(input_shape=(8, 8, 1), latent=kerae.latents.Normal(2))
    >>> model.encode(np.zeros((3, 8, 8, 1), "float32")).shape
    (3, 2)

    Raises:
        ValueError: If the encoder does not fit the latent, or the decoder not the likelihood.
    """

    def __init__(
        self,
        input_shape,
        latent,
        likelihood="bernoulli",
        prior=None,
        terms=None,
        encoder=None,
        decoder=None,
        corruption=None,
        preprocessing=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        # The networks cast their own inputs; data and densities keep full precision.
        self.autocast = False
        self.input_shape = tuple(input_shape)
        self.preprocessing = preprocessing
        self.corruption = corruption
        self.data_shape = self.preprocess(self._placeholder(self.input_shape)).shape[1:]
        self.encoder = encoder or default_encoder(self.data_shape)
        self.latent = latent
        self.likelihood = likelihoods.get(likelihood)
        self.parameter_shape = self.likelihood.parameter_shape(self.data_shape)
        self.decoder = decoder or default_decoder(latent.event_shape, self.parameter_shape)
        self.prior = prior or StandardNormal()
        self.terms = list(terms) if terms is not None else [Reconstruction()]

        self.seed_generator = keras.random.SeedGenerator()
        self.step = self._counter("step", ())
        self.first_non_finite = self._counter("first_non_finite", (len(self.terms),), start=-1)
        labels = ["loss", *(term.label for term in self.terms)]
        self.trackers = [keras.metrics.Mean(name=label) for label in labels]
        self.build((None, *self.input_shape))

    def _placeholder(self, shape):
        return keras.KerasTensor((None, *shape), dtype=self.variable_dtype)

    def _counter(self, name, shape, start=0):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=keras.initializers.Constant(start),
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",
        )

    def build(self, input_shape):
        if self.built:
            return
        x = _apply(self.corruption, self._placeholder(self.data_shape), training=False)
        self.latent(self.encoder(x))
        parameters = self.decoder(self._placeholder(self.latent.event_shape))
        if tuple(parameters.shape[1:]) != self.parameter_shape:
            raise ValueError(
                f"Expected a decoder that gives shape {('batch', *self.parameter_shape)}, the "
                f"parameters of {type(self.likelihood).__name__} for data of shape "
                f"{self.data_shape}. Received: {('batch', *parameters.shape[1:])}. "
                "Change the decoder's last layer, or pass no `decoder` to get one that fits."
            )
        self.likelihood.check_decoder(self.decoder)
        for part, shape in (
            (self.likelihood, parameters.shape),
            (self.prior, self.latent.event_shape),
            *((term, (None, *self.latent.event_shape)) for term in self.terms),
        ):
            if not part.built:
                part.build(shape)

    def build_from_config(self, config):
        """Does nothing: the constructor has built the model."""

    def preprocess(self, x, training=False):
        """The data that the model sees, and is compared with."""
        return _apply(self.preprocessing, x, training)

    def posterior(self, x, training=False):
        """The parameters of q(z|x), a dict of tensors, for preprocessed data `x`."""
        return self.latent(self.encoder(x, training=training))

    def likelihood_parameters(self, z, training=False):
        """The decoder's output for codes `z` of shape `(batch, *event_shape)`."""
        return ops.cast(self.decoder(z, training=training), self.variable_dtype)

    def log_likelihood_of_codes(self, x, z, training=False):
        """log p(x|z) in nats for codes `(batch, num_samples, *event_shape)`, one for each code."""
        num_samples = z.shape[1]
        parameters = self.likelihood_parameters(
            ops.reshape(z, (-1, *self.latent.event_shape)), training
        )
        log_prob = self.likelihood.log_prob(ops.repeat(x, num_samples, axis=0), parameters)
        return ops.reshape(log_prob, (-1, num_samples))

    def call(self, x, training=False):
        x = self.preprocess(ops.cast(x, self.variable_dtype))
        z = self.latent.mode(self.posterior(x, training))
        return self.likelihood.mean(self.likelihood_parameters(z, training))

    def noise(self, x, training):
        """Where a pass over the batch `x` draws its random numbers from."""
        if training:
            return FreshNoise(self.seed_generator, ops.shape(x)[0])
        return RepeatableNoise(RepeatableNoise.identity_of(x), EVALUATION_SEED)

    def propagate(self, x, training=False):
        """One stochastic pass over a batch, as training and evaluation do it.

        Returns:
            Dict of tensors: the target `x`, the `posterior` (itself a dict), codes `z` of shape
            `(batch, num_samples, *event_shape)` and their `log_likelihood`, log p(x|z) in nats,
            of shape `(batch, num_samples)`.
        """
        x = ops.cast(x, self.variable_dtype)
        noise = self.noise(x, training)
        target = self.preprocess(x, training)
        corrupted = _apply(self.corruption, target, training)
        posterior = self.posterior(corrupted, training)
        z = self.latent.sample(posterior, noise)
        return {
            "x": target,
            "posterior": posterior,
            "z": z,
            "log_likelihood": self.log_likelihood_of_codes(target, z, training),
        }


def _apply(layer, x, training):
    return x if layer is None else layer(x, training=training)
