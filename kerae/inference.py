"""What is asked of a trained model: NumPy in, NumPy out, in batches, nothing in it changes."""

import math
import random
from functools import partial

import numpy as np
from keras import ops
from scipy.special import logsumexp

from . import backend, checks, latent_space
from .noise import RepeatableNoise, int32

BATCH_SIZE = 256
ELEMENTS_AT_ONCE = 2**23


class Inference:
    """Encoding, decoding, sampling and the likelihood of `kerae.Autoencoder`."""

    def encode(self, x, batch_size=BATCH_SIZE):
        """The codes of examples: for a stochastic latent, the mean of the posterior q(z|x).

        Args:
            x: Array `(n, *input_shape)`.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, latent_dim)`.
        Raises:
            ValueError: If the data do not fit the model.
        """
        x = np.asarray(x)
        checks.check_examples(self, x)
        return self._in_batches(self._encode, x, batch_size=batch_size)

    def decode(self, z, batch_size=BATCH_SIZE):
        """The mean of p(x|z) of codes, in data space.

        Args:
            z: Array `(n, latent_dim)`.
            batch_size: Integer, the number of codes computed at once.
        Returns:
            Array `(n, *data_shape)`.
        Raises:
            ValueError: If the codes do not fit the model.
        """
        z = np.asarray(z)
        checks.check_array(z, self.latent.event_shape, "z")
        return self._in_batches(self._decode, z, batch_size=batch_size)

    def reconstruct(self, x, batch_size=BATCH_SIZE):
        """The mean of p(x|z) at the code of each example; the same as `predict`.

        Args:
            x: Array `(n, *input_shape)`, or a data set as `predict` takes it.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n, *data_shape)`.
        Raises:
            ValueError: If the data do not fit the model.
        """
        return self.predict(x, batch_size=batch_size if checks.is_array(x) else None, verbose=0)

    def sample(self, num_samples, seed=None, batch_size=BATCH_SIZE):
        """New examples: the mean of p(x|z) at codes drawn from the model's prior.

        Args:
            num_samples: Integer.
            seed: Integer; the same seed gives the same codes on every backend. `None` draws
                one from Python's generator, which `keras.utils.set_random_seed` sets.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(num_samples, *data_shape)`.
        """
        if num_samples < 1:
            raise ValueError(f"Expected `num_samples` of at least 1. Received: {num_samples}")
        if seed is None:
            seed = random.randrange(2**31)
        numbers = np.arange(num_samples, dtype="int32")
        return self._in_batches(self._sample, numbers, batch_size=batch_size, seed=seed)

    def interpolate(self, x_a, x_b, steps=10, method="linear"):
        """Decoded codes on the way from one example to another.

        Args:
            x_a: Array `(n, *input_shape)`.
            x_b: Array of the same shape.
            steps: Integer of at least 2, the number of images, both ends included.
            method: `"linear"` or `"slerp"`; see `kerae.latent_space.interpolate`.
        Returns:
            Array `(n, steps, *data_shape)`.
        Raises:
            ValueError: If the data do not fit the model or each other.
        """
        z = latent_space.interpolate(self.encode(x_a), self.encode(x_b), steps, method)
        decoded = self.decode(z.reshape(-1, *self.latent.event_shape))
        return decoded.reshape(-1, steps, *decoded.shape[1:])

    def log_likelihood(self, x, num_samples=1000, seed=0, batch_size=64):
        """log p(x) of examples, estimated by importance sampling from the posterior.

            log p(x) = log( 1/K sum over k of  p(x|z_k) p(z_k) / q(z_k|x) ),   z_k ~ q(z|x)

        A lower bound in expectation that gets tighter with K; with K = 1 it is the ELBO.

        Args:
            x: Array `(n, *input_shape)`.
            num_samples: Integer, the number K of codes per example.
            seed: Integer; with it, the estimate of an example depends on nothing but the
                example.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            Array `(n,)`, in nats.
        Raises:
            ValueError: If the data do not fit the model, the latent has no density, or the
                likelihood is none for such data, as Bernoulli for grey pixels.
        Reference:
            Burda et al., 2016, https://arxiv.org/abs/1509.00519
        """
        x = np.asarray(x)
        checks.check_examples(self, x)
        self.likelihood.check_density(checks.preprocessed(self, x))
        size = math.prod(self.data_shape)
        at_once = max(1, min(num_samples, ELEMENTS_AT_ONCE // (batch_size * size)))
        log_sum = np.full(len(x), -np.inf)
        for done in range(0, num_samples, at_once):
            log_weights = self._in_batches(
                partial(self._log_weights, num_samples=at_once),
                x,
                batch_size=batch_size,
                seed=seed,
                skip=done,
            )[:, : num_samples - done]
            log_sum = np.logaddexp(log_sum, logsumexp(log_weights.astype("float64"), axis=1))
        return log_sum - math.log(num_samples)

    def preprocess_in_batches(self, x, batch_size=BATCH_SIZE):
        """The data that the model compares its reconstructions with, as a NumPy array."""
        return self._in_batches(self._preprocessed, x, batch_size=batch_size)

    # What is compiled: functions of tensors that draw no fresh noise.

    def _preprocessed(self, x):
        return self.preprocess(ops.cast(x, self.variable_dtype))

    def _encode(self, x):
        return self.latent.mode(self.posterior(self._preprocessed(x)))

    def _decode(self, z):
        return self.likelihood.mean(self.likelihood_parameters(ops.cast(z, self.variable_dtype)))

    def _sample(self, numbers, seed):
        noise = RepeatableNoise((numbers, ops.zeros_like(numbers)), seed)
        return self._decode(self.prior.sample(noise))

    def _log_weights(self, x, seed, skip, num_samples):
        noise = RepeatableNoise(RepeatableNoise.identity_of(x), seed, skip)
        x = self._preprocessed(x)
        posterior = self.posterior(x)
        z = self.latent.sample(posterior, noise, num_samples)
        return (
            self.log_likelihood_of_codes(x, z)
            + self.prior.log_prob(z)
            - self.latent.log_prob(posterior, z)
        )

    def _in_batches(self, function, array, batch_size, **integers):
        """Calls a compiled `function(batch, **integers)` for batches that are all of one size."""
        method = getattr(function, "func", function)
        key = (method.__name__, *getattr(function, "keywords", {}).items())
        cache = self.__dict__.setdefault("_compiled", {})
        if key not in cache:
            cache[key] = backend.compiled(self, function)
        integers = [ops.convert_to_tensor(int32(i), "int32") for i in integers.values()]
        batch_size = min(batch_size, len(array))
        results = []
        for start in range(0, len(array), batch_size):
            batch = array[start : start + batch_size]
            padding = np.repeat(batch[-1:], batch_size - len(batch), axis=0)
            batch = ops.convert_to_tensor(np.concatenate([batch, padding]))
            results.append(ops.convert_to_numpy(cache[key](batch, *integers)))
        return np.concatenate(results)[: len(array)]
