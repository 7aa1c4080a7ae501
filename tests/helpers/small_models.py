"""A small model of each kind that a pass has to carry: parts as a user would write them."""

import math

import keras
from keras import ops

import kerae
from kerae.latents import Deterministic, Latent, Normal
from kerae.ops import batch_mean
from kerae.priors import Prior, StandardNormal
from kerae.terms import KLDivergence
from kerae.terms.term import of_each_example

SHAPE = (8, 8, 1)
registered = keras.saving.register_keras_serializable("tests")


# A term of the weights of all codes of an example, and terms that are only watched.


@registered
class ImportanceWeightedBound(kerae.Term):
    """value = - log( 1/K sum over k of  p(x|z_k) p(z_k) / q(z_k|x) )"""

    label = "bound"

    def value(self, model, outputs):
        log_weights = model.log_weights(outputs)
        return math.log(log_weights.shape[1]) - ops.logsumexp(log_weights, axis=1)


def importance_weighted():
    terms = [ImportanceWeightedBound(), kerae.Reconstruction(0.0), KLDivergence(0.0)]
    return kerae.Autoencoder(SHAPE, Normal(2, num_samples=5), terms=terms, **networks())


# A posterior whose density is known only along the way that codes were drawn.


@registered
class Planar(kerae.Part):
    """f(z) = z + u tanh(w^T z + b), with u such that f can be inverted."""

    def __init__(self, latent_dim, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        shapes = {"u": (latent_dim,), "w": (latent_dim,), "b": ()}
        self.u, self.w, self.b = (
            self.add_weight(shape=shape, name=name, initializer="random_normal")
            for name, shape in shapes.items()
        )

    def forward_and_log_det(self, z):
        product = ops.sum(self.w * self.u)
        along = (ops.softplus(product) - 1 - product) * self.w / ops.sum(ops.square(self.w))
        u = self.u + along
        t = ops.tanh(ops.sum(z * self.w, axis=-1, keepdims=True) + self.b)
        slope = (1 - ops.square(t[..., 0])) * ops.sum(u * self.w)
        return z + u * t, ops.log1p(slope)


@registered
class PlanarPosterior(Normal):
    def __init__(self, latent_dim, num_flows, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.num_flows = num_flows
        self.flows = [Planar(latent_dim) for _ in range(num_flows)]

    def mode(self, posterior):
        return self._through(posterior["mean"])[0]

    def draw(self, model, outputs, num_samples=None):
        start = super().draw(model, outputs, num_samples)["z"]
        z, log_det = self._through(start)
        return {"z": z, "log_q": self.log_prob(outputs["posterior"], start) - log_det}

    def log_posterior(self, outputs):
        return outputs["log_q"]

    def _through(self, z):
        log_dets = []
        for flow in self.flows:
            z, log_det = flow.forward_and_log_det(z)
            log_dets.append(log_det)
        return z, sum(log_dets)


def planar():
    terms = [kerae.Reconstruction(), KLDivergence()]
    return kerae.Autoencoder(SHAPE, PlanarPosterior(2, num_flows=2), terms=terms, **networks())


# A prior that shares the encoder.


@registered
class Vamp(Prior):
    """p(z) = mean over k of q(z|u_k), with trained inputs u_k."""

    def __init__(self, num_components, **kwargs):
        super().__init__(**kwargs)
        self.num_components = num_components
        self.inputs = None

    def fit_to(self, model):
        super().fit_to(model)
        if self.inputs is None:
            shape = (self.num_components, *model.data_shape)
            uniform = keras.initializers.RandomUniform(0, 1)
            self.inputs = self.add_weight(shape=shape, name="inputs", initializer=uniform)

    def given(self, model, outputs):
        inputs = ops.convert_to_tensor(self.inputs)
        return OfInputs(model.posterior(inputs, training=outputs["training"]))


class OfInputs:
    def __init__(self, posterior):
        self.mean, self.log_variance = posterior["mean"], posterior["log_variance"]

    def log_prob(self, z):
        squared = ops.square(ops.expand_dims(z, -2) - self.mean) * ops.exp(-self.log_variance)
        elements = squared + self.log_variance + math.log(2 * math.pi)
        log_probs = -0.5 * ops.sum(elements, axis=-1)
        return ops.logsumexp(log_probs, axis=-1) - math.log(self.mean.shape[0])

    def sample(self, noise, labels=None):
        count = self.mean.shape[0]
        component = ops.cast(ops.floor(noise.uniform(()) * count), "int32")
        mean, log_variance = (
            ops.take(each, component, axis=0) for each in (self.mean, self.log_variance)
        )
        return mean + ops.exp(0.5 * log_variance) * noise.normal(self.mean.shape[1:])


def vamp():
    terms = [kerae.Reconstruction(), KLDivergence()]
    return kerae.Autoencoder(SHAPE, Normal(2), prior=Vamp(5), terms=terms, **networks())


# Maps of codes from a book that follows them without a gradient.


@registered
class Quantizer(Latent):
    def __init__(self, num_codes, code_dim, decay=0.9, **kwargs):
        super().__init__(**kwargs)
        self.num_codes = num_codes
        self.code_dim = code_dim
        self.decay = decay
        self.head = keras.layers.Conv2D(code_dim, 1, dtype=self.dtype_policy)
        self.book, self.size, self.sums = (
            self.add_weight(shape=shape, name=name, trainable=False, initializer=initializer)
            for name, shape, initializer in (
                ("book", (num_codes, code_dim), "random_normal"),
                ("size", (num_codes,), "ones"),
                ("sums", (num_codes, code_dim), "zeros"),
            )
        )
        # As an array: on JAX steps could not take over the memory of two variables that share one.
        self.sums.assign(ops.convert_to_numpy(self.book))

    def build(self, features_shape):
        self.event_shape = (*features_shape[1:-1], self.code_dim)
        self.head.build(features_shape)

    def call(self, features):
        return {"before": self.head(features)}

    def mode(self, posterior):
        return ops.take(ops.convert_to_tensor(self.book), self._nearest(posterior), axis=0)

    def _nearest(self, posterior):
        book = ops.convert_to_tensor(self.book)
        products = ops.matmul(ops.stop_gradient(posterior["before"]), ops.transpose(book))
        return ops.argmin(ops.sum(ops.square(book), axis=-1) - 2 * products, axis=-1)

    def draw(self, model, outputs, num_samples=None):
        before = outputs["posterior"]["before"]
        indices, quantized = self._nearest(outputs["posterior"]), self.mode(outputs["posterior"])
        if outputs["training"]:
            self._follow(before, indices)
        z = before + ops.stop_gradient(quantized - before)
        return {"z": ops.expand_dims(z, 1), "quantized": quantized, "indices": indices}

    def _follow(self, before, indices):
        places = math.prod(self.event_shape[:-1])
        flat = ops.reshape(ops.stop_gradient(before), (-1, places, self.code_dim))
        is_used = ops.equal(
            ops.reshape(indices, (-1, places, 1)), ops.arange(self.num_codes, dtype=indices.dtype)
        )
        is_used = ops.cast(is_used, flat.dtype)
        size = batch_mean(ops.sum(is_used, axis=1))
        sums = batch_mean(ops.einsum("bnk,bnd->bkd", is_used, flat))
        self.size.assign(self.decay * self.size + (1 - self.decay) * size)
        self.sums.assign(self.decay * self.sums + (1 - self.decay) * sums)
        self.book.assign(self.sums / ops.expand_dims(self.size + 1e-5, 1))


@registered
class Commitment(kerae.Term):
    label = "commitment"

    def value(self, model, outputs):
        quantized = ops.stop_gradient(outputs["quantized"])
        squared = ops.square(outputs["posterior"]["before"] - quantized)
        return ops.sum(squared, axis=(1, 2, 3))


@registered
class Perplexity(kerae.Term):
    label = "perplexity"

    def value(self, model, outputs):
        codes = ops.arange(model.latent.num_codes, dtype=outputs["indices"].dtype)
        is_used = ops.cast(ops.equal(ops.expand_dims(outputs["indices"], -1), codes), "float32")
        p = batch_mean(ops.mean(is_used, axis=(1, 2)))
        return of_each_example(ops.exp(-ops.sum(p * ops.log(p + 1e-9))), outputs)


def quantized():
    encoder = keras.Sequential([keras.layers.Conv2D(8, 4, 2, "same", activation="relu")])
    terms = [kerae.Reconstruction(), Commitment(0.25), Perplexity(0.0)]
    return kerae.Autoencoder(SHAPE, Quantizer(8, 3), encoder=encoder, terms=terms)


# Two levels, of which the prior of the lower one depends on the upper one.


@registered
class Ladder(Latent):
    has_density = True

    def __init__(self, upper, lower, **kwargs):
        super().__init__(**kwargs)
        self.upper = upper
        self.lower = lower
        self.event_shape = (upper + lower,)
        self.q_upper, self.q_lower, self.p_lower = (
            keras.layers.Dense(2 * units, dtype=self.dtype_policy)
            for units in (upper, lower, lower)
        )
        self.p_lower.build((None, upper))

    def build(self, features_shape):
        self.q_upper.build(features_shape)
        self.q_lower.build((None, features_shape[-1] + self.upper))

    def call(self, features):
        return {"features": features}

    def mode(self, posterior):
        features = posterior["features"]
        upper = split(self.q_upper(features))[0]
        lower = split(self.q_lower(ops.concatenate([features, upper], axis=-1)))[0]
        return ops.concatenate([upper, lower], axis=-1)

    def draw(self, model, outputs, num_samples=None):
        num_samples = num_samples or 1
        features = ops.expand_dims(outputs["posterior"]["features"], 1)
        q_upper = split(self.q_upper(features))
        upper = drawn(q_upper, outputs["noise"], (num_samples, self.upper))
        features = ops.repeat(features, num_samples, axis=1)
        q_lower = split(self.q_lower(ops.concatenate([features, upper], axis=-1)))
        lower = drawn(q_lower, outputs["noise"], (num_samples, self.lower))
        log_q = log_normal(upper, q_upper) + log_normal(lower, q_lower)
        return {"z": ops.concatenate([upper, lower], axis=-1), "log_q": log_q}

    def log_posterior(self, outputs):
        return outputs["log_q"]


def split(parameters):
    mean, log_variance = ops.split(parameters, 2, axis=-1)
    return mean, ops.clip(log_variance, -10, 10)


def drawn(normal, noise, shape):
    mean, log_variance = normal
    return mean + ops.exp(0.5 * log_variance) * noise.normal(shape)


def log_normal(z, normal):
    mean, log_variance = normal
    squared = ops.square(z - mean) * ops.exp(-log_variance)
    return -0.5 * ops.sum(squared + log_variance + math.log(2 * math.pi), axis=-1)


@registered
class LadderPrior(Prior):
    def given(self, model, outputs):
        return OfLevels(model.latent)


class OfLevels:
    def __init__(self, latent):
        self.latent = latent

    def log_prob(self, z):
        upper, lower = ops.split(z, [self.latent.upper], axis=-1)
        log_p_lower = log_normal(lower, split(self.latent.p_lower(upper)))
        return StandardNormal().log_prob(upper) + log_p_lower

    def sample(self, noise, labels=None):
        upper = noise.normal((self.latent.upper,))
        lower = drawn(split(self.latent.p_lower(upper)), noise, (self.latent.lower,))
        return ops.concatenate([upper, lower], axis=-1)


def ladder():
    terms = [kerae.Reconstruction(), KLDivergence()]
    return kerae.Autoencoder(SHAPE, Ladder(2, 3), prior=LadderPrior(), terms=terms, **networks())


# A sparse code that counts what is silent, and a decoder of unit norm.


@registered
class TopK(Deterministic):
    def __init__(self, latent_dim, k, dead_after=5, **kwargs):
        super().__init__(latent_dim, activation="relu", **kwargs)
        self.k = k
        self.dead_after = dead_after
        self.silent = self.add_weight(
            shape=(latent_dim,), name="silent", initializer="zeros", trainable=False
        )

    def largest(self, z):
        return ops.where(z >= ops.top_k(z, self.k)[0][:, -1:], z, 0.0)

    def mode(self, posterior):
        return self.largest(posterior["z"])

    def draw(self, model, outputs, num_samples=None):
        z = self.mode(outputs["posterior"])
        if outputs["training"]:
            fired = batch_mean(ops.cast(z > 0, z.dtype)) > 0
            self.silent.assign(ops.where(fired, 0.0, self.silent + 1))
        return {"z": ops.expand_dims(z, 1)}


@registered
class AuxiliaryReconstruction(kerae.Term):
    """The squared error of what the dead units make of the error of the others."""

    label = "auxiliary"

    def value(self, model, outputs):
        latent = model.latent
        is_dead = ops.cast(ops.convert_to_tensor(latent.silent) > latent.dead_after, "float32")
        error = ops.stop_gradient(outputs["target"] - model.likelihood.mean(outputs["parameters"]))
        z = latent.largest(outputs["posterior"]["z"] * is_dead)
        made = model.likelihood_parameters(z, outputs["condition"], outputs["training"])
        return ops.sum(ops.square(made - error), axis=(1, 2, 3)) * ops.max(is_dead)


@registered
class L0(kerae.Term):
    label = "l0"

    def value(self, model, outputs):
        return ops.sum(ops.cast(outputs["z"][:, 0] > 0, "float32"), axis=-1)


def sparse():
    norm = keras.constraints.UnitNorm(axis=1)
    decoder = [keras.layers.Dense(64, kernel_constraint=norm), keras.layers.Reshape(SHAPE)]
    return kerae.Autoencoder(
        SHAPE,
        TopK(24, k=3, dead_after=3),
        likelihood="normal",
        terms=[kerae.Reconstruction(), AuxiliaryReconstruction(1 / 32), L0(0.0)],
        encoder=keras.layers.Flatten(),
        decoder=keras.Sequential(decoder),
    )


# What comes back is not what went in.


def transcoder():
    target = kerae.targets.Given((5,))
    return kerae.Autoencoder(
        SHAPE, Deterministic(4), likelihood="normal", target=target, encoder=keras.layers.Flatten()
    )


def networks():
    return {"encoder": keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8, "tanh")])}


SMALL_MODELS = {
    "importance weighted": importance_weighted,
    "planar": planar,
    "vamp": vamp,
    "quantized": quantized,
    "ladder": ladder,
    "sparse": sparse,
    "transcoder": transcoder,
}
