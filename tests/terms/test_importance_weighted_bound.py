"""The bound by its equation and by what is known of its limits; its gradients by their means."""

from importlib import import_module
from itertools import pairwise

import keras
import numpy as np
import pytest
from given_noise import GivenNoise, give_noise
from gradients import gradient, loss_gradients
from keras import ops
from scipy import special
from shifted_normal import ShiftedNormal
from small_models import PlanarPosterior
from test_probabilistic_pca import FEATURES, LATENT_DIM, SCALE, X, exact, with_known_weights

import kerae
from kerae.autoencoder.recomposed import recomposed
from kerae.latents import Deterministic
from kerae.likelihoods import Normal as NormalLikelihood
from kerae.terms import ImportanceWeightedBound

GRADIENTS = ("reparameterized", "doubly_reparameterized", "sticking_the_landing")
mathematics = pytest.mark.mainly("torch")


@keras.saving.register_keras_serializable("tests")
class TrainedNormal(kerae.priors.StandardNormal):
    """N(mean, I) with a mean that is trained."""

    def fit_to(self, model):
        super().fit_to(model)
        self.mean = self.add_weight(shape=self.event_shape, name="mean", initializer="ones")

    def log_prob(self, z):
        return super().log_prob(z - self.mean)


def bounded(num_samples, scale=SCALE, known=(1.5, 0.2), **arguments):
    """Probabilistic PCA under the bound, with a posterior that is wider and shifted."""
    parts = {"prior": arguments.pop("prior", None), "decoder": arguments.pop("decoder", None)}
    model = kerae.Autoencoder(
        (FEATURES,),
        kerae.latents.Normal(LATENT_DIM, num_samples),
        likelihood=NormalLikelihood(scale),
        terms=[ImportanceWeightedBound(**arguments)],
        encoder=keras.layers.Flatten(),
        **parts | {"decoder": parts["decoder"] or keras.layers.Dense(FEATURES)},
    )
    return with_known_weights(*known, model=model) if parts["decoder"] is None else model


def noise(num_samples, count):
    return np.random.default_rng(1).normal(size=(count, num_samples, LATENT_DIM))


def value(model, x, num_samples, training=False):
    drawn = GivenNoise(noise(num_samples, len(x)))
    outputs = model.propagate(ops.convert_to_tensor(x), training=training, noise=drawn)
    log_weights = ops.convert_to_numpy(model.log_weights(outputs))
    return ops.convert_to_numpy(model.terms[0].value(model, outputs)), log_weights


@pytest.mark.parametrize("num_groups", [1, 2, 6])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("given", GRADIENTS)
@mathematics
def test_the_value_is_that_of_the_equation_whatever_the_gradient(num_groups, training, given):
    model = bounded(6, num_groups=num_groups, gradient=given, encoder_groups=3)
    found, log_weights = value(model, X[:20], 6, training)
    groups = log_weights.reshape(20, num_groups, -1)
    expected = -(special.logsumexp(groups, axis=2) - np.log(6 // num_groups)).mean(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("num_samples", [1, 6])
@mathematics
def test_in_groups_of_one_code_it_is_the_elbo_estimated_from_them(num_samples):
    model = bounded(num_samples, num_groups=num_samples, prior=ShiftedNormal(0.0))
    elbo = recomposed(model, [kerae.Reconstruction(), kerae.terms.KLDivergence()])
    for each in (model, elbo):
        each.compile()
    found, expected = (each.evaluate(X[:50], verbose=0, return_dict=True) for each in (model, elbo))
    assert found["negative_bound"] == pytest.approx(expected["loss"], rel=1e-5)


def negative_bounds(num_samples, count):
    model = bounded(num_samples)
    return model.score(X[:count], num_samples=1)["negative_bound"]


@mathematics
def test_many_codes_give_the_exact_likelihood():
    found = negative_bounds(2000, 50)
    assert -found.mean() == pytest.approx(exact(X[:50]).mean(), abs=0.01)


@pytest.mark.once
def test_it_gets_tighter_with_codes(digits):
    x = digits.x_train[:500]
    binary = kerae.data.Binarize("dynamic")
    models = [kerae.IWAE((8, 8, 1), 4, k, preprocessing=binary) for k in (1, 5, 50)]
    models[0].compile(keras.optimizers.Adam(1e-2))
    models[0].fit(x, epochs=5, batch_size=100, verbose=0)
    for model in models:
        model.set_weights(models[0].get_weights())
    scores = [model.score(x, num_samples=1)["negative_bound"] for model in models]
    for fewer, more in pairwise(scores):
        gain = fewer - more
        assert gain.mean() > 3 * gain.std() / np.sqrt(len(gain))


def per_example_gradients(model, parameters, num_samples):
    """Those of the value by mean and log-variance of q(z|x), `(n, 2 * latent_dim)`."""
    x = ops.convert_to_tensor(np.repeat(X[:1], len(parameters), axis=0))
    drawn = GivenNoise(noise(num_samples, len(x)))

    def loss(given):
        mean, log_variance = ops.split(given, 2, axis=1)
        model.posterior = lambda *_: {"mean": mean, "log_variance": log_variance}
        return ops.sum(model.terms[0].value(model, model.propagate(x, training=True, noise=drawn)))

    return gradient(loss, parameters)


def of_a_posterior(spread, shift, count):
    """Mean and log-variance for one example, `count` times."""
    posterior = with_known_weights(spread, shift).posterior(X[:1])
    found = np.concatenate([ops.convert_to_numpy(posterior[k]) for k in sorted(posterior)[::-1]], 1)
    return np.repeat(found, count, axis=0)


@mathematics
@pytest.mark.parametrize(("num_samples", "num_groups"), [(64, 1), (8, 2)])
def test_the_doubly_reparameterized_gradient_has_the_same_mean_and_less_noise(
    num_samples, num_groups
):
    parameters = of_a_posterior(1.5, 0.3, 10_000)
    plain, doubly = (
        per_example_gradients(
            bounded(num_samples, num_groups=num_groups, gradient=each), parameters, num_samples
        )
        for each in GRADIENTS[:2]
    )
    difference = plain - doubly
    error = difference.std(axis=0) / np.sqrt(len(difference))
    assert (abs(difference.mean(axis=0)) < 4 * error).all()
    assert (abs(plain.mean(axis=0)) > 8 * error).any()  # which a wrong mean could differ from
    assert (doubly.var(axis=0) < 0.5 * plain.var(axis=0)).all()


@mathematics
@pytest.mark.parametrize("given", GRADIENTS)
def test_no_noise_is_left_at_the_exact_posterior_by_those_that_stick_the_landing(given):
    parameters = of_a_posterior(1.0, 0.0, 50)
    found = per_example_gradients(bounded(1, gradient=given), parameters, 1)
    if given == "reparameterized":
        assert found.std(axis=0).min() > 0.1
    else:
        np.testing.assert_allclose(found, 0, atol=1e-4)


@mathematics
def test_the_latents_own_variables_in_its_density_stick_the_landing_too():
    @keras.saving.register_keras_serializable("tests")
    class Scaled(kerae.latents.Normal):
        """A posterior of one width that is trained, for all examples."""

        def __init__(self, latent_dim, **kwargs):
            super().__init__(latent_dim, **kwargs)
            self.log_scale = self.add_weight(shape=(), name="log_scale", initializer="zeros")

        def _wide(self, posterior):
            wide = ops.zeros_like(posterior["mean"]) + 2 * self.log_scale
            return posterior | {"log_variance": wide}

        def sample(self, posterior, noise, num_samples=None):
            return super().sample(self._wide(posterior), noise, num_samples)

        def log_prob(self, posterior, z):
            return super().log_prob(self._wide(posterior), z)

    # Where the decoder says nothing of codes, the posterior N(0, I) is the exact one.
    term = ImportanceWeightedBound(gradient="sticking_the_landing")
    model = kerae.Autoencoder((FEATURES,), Scaled(LATENT_DIM), terms=[term])
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    slopes = loss_gradients(model, (X[:5] > 0).astype("float32"), training=True)
    place = [v is model.latent.log_scale for v in model.trainable_variables].index(True)
    np.testing.assert_allclose(slopes[place], 0, atol=1e-6)


def gradients_by_network(monkeypatch, num_samples, x=X[:20], **arguments):
    """The gradients by the variables of the encoder's side, and by those of the decoder's."""
    model = bounded(num_samples, prior=TrainedNormal(), **arguments)
    give_noise(monkeypatch, model, noise(num_samples, len(x)))
    of_encoder = {id(variable) for variable in model.latent.trainable_variables}
    sides = [], []
    for v, slope in zip(model.trainable_variables, loss_gradients(model, x, training=True)):
        sides[id(v) not in of_encoder].append(slope)
    assert len(sides[0]) == 4 and len(sides[1]) == 3
    return sides


def assert_close(found, expected, rtol=1e-5):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-6 * abs(other).max())


# Of log-weights that are near each other, and of such that are hundreds apart.
@pytest.mark.parametrize("scale", [pytest.param(SCALE, marks=mathematics), 0.02])
def test_encoder_and_decoder_with_the_prior_are_moved_each_by_its_own_bound(monkeypatch, scale):
    both = {"num_samples": 6, "scale": scale}
    encoder, decoder = gradients_by_network(monkeypatch, **both, encoder_groups=3)
    one, of_one = gradients_by_network(monkeypatch, **both)
    three, of_three = gradients_by_network(monkeypatch, **both, num_groups=3)
    assert_close(encoder, three)
    assert_close(decoder, of_one)
    for slopes, others in ((one, three), (of_one, of_three)):
        assert max(abs(a - b).max() / abs(b).max() for a, b in zip(slopes, others)) > 0.01


@mathematics
def test_in_half_precision_too(monkeypatch):
    far = {"num_samples": 6, "scale": 0.02}
    expected, _ = gradients_by_network(monkeypatch, **far, num_groups=3)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        found, _ = gradients_by_network(monkeypatch, **far, encoder_groups=3)
    finally:
        keras.config.set_dtype_policy("float32")
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0.05, atol=0.05 * abs(other).max())


@mathematics
def test_the_decoder_is_moved_alike_by_all_gradients_of_one_bound(monkeypatch):
    plain, *others = (
        gradients_by_network(monkeypatch, 6, num_groups=2, gradient=each) for each in GRADIENTS
    )
    for encoder, decoder in others:
        assert_close(decoder, plain[1])
        assert not np.allclose(encoder[0], plain[0][0], rtol=0.01)


@mathematics
def test_what_is_decoded_twice_changes_the_decoder_once():
    means = []
    for each in GRADIENTS[:2]:
        kerae.set_random_seed(0)
        layers = [keras.layers.BatchNormalization(), keras.layers.Dense(FEATURES)]
        model = bounded(3, decoder=keras.Sequential(layers), gradient=each)
        model.compile(keras.optimizers.SGD(0.0))
        model.train_on_batch(X[:20])
        means.append(ops.convert_to_numpy(layers[0].moving_mean))
    np.testing.assert_allclose(*means, rtol=1e-5)
    assert means[0].any()


def composed():
    """A bound of all that it has beside another latent, prior and condition."""
    return kerae.CVAE(
        (FEATURES,),
        2,
        num_classes=3,
        latent=kerae.latents.Normal(2, num_samples=4),
        prior=kerae.priors.GaussianMixture([[-1.0, 0.0], [1.0, 0.0]], [np.eye(2).tolist()] * 2),
        likelihood="normal",
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
        terms=[ImportanceWeightedBound(2, "doubly_reparameterized", encoder_groups=4)],
    )


@pytest.mark.mainly("jax", "torch")
@pytest.mark.slow
def test_many_steps_in_a_call_train_as_one_by_one_on_a_mixture_with_classes(monkeypatch):
    backend = keras.backend.backend()
    least = {"tensorflow": "STEPS_WORTH_XLA", "torch": "STEPS_WORTH_CAPTURE"}
    if backend in least:
        monkeypatch.setattr(import_module(f"kerae.backend.{backend}_loop"), least[backend], 0)
    watching = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    weights = []
    for options in ({}, {"callbacks": [watching]}):
        kerae.set_random_seed(0)
        model = composed()
        model.compile(keras.optimizers.SGD(1e-3))
        model.fit(X[:200], np.arange(200) % 3, batch_size=50, verbose=0, **options)
        weights.append([ops.convert_to_numpy(variable) for variable in model.variables])
    for many, single in zip(*weights, strict=True):
        np.testing.assert_allclose(many, single, rtol=1e-4, atol=1e-6)


# Of codes whose density is known on the way alone, the bound of the value has its gradient.


def planar(**arguments):
    latent = PlanarPosterior(2, num_flows=1, num_samples=4)
    return kerae.Autoencoder((4,), latent, terms=[ImportanceWeightedBound(**arguments)])


@mathematics
def test_a_posterior_that_is_known_by_its_draws_can_be_in_groups():
    slopes = loss_gradients(planar(num_groups=2, encoder_groups=4), X[:6, :4] > 0, training=True)
    assert all(np.isfinite(slope).all() and slope.any() for slope in slopes)


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: kerae.VAE((4,), 2, latent=Deterministic(2), terms=[ImportanceWeightedBound()]),
            r"density q\(z\|x\), of which.*Received: Deterministic. Use .*latents.Normal",
        ),
        (
            lambda: planar(gradient="doubly_reparameterized"),
            r'for gradient=.doubly.*Received: PlanarPosterior, which.*Take gradient="reparam',
        ),
        (lambda: planar(gradient="sticking_the_landing"), "for gradient='sticking.*PlanarPost"),
        (lambda: bounded(6, num_groups=4), "same size, of which there are 4. Received: 6 codes"),
        (lambda: bounded(6, num_groups=2, encoder_groups=4), "there are 2 and 4. Received: 6"),
        (lambda: kerae.PIWAE((4,), 2, num_samples=5), "there are 1 and 4. Received: 5 codes"),
        (lambda: ImportanceWeightedBound(0), "`num_groups` of at least 1. Received: 0"),
        (lambda: ImportanceWeightedBound(encoder_groups=0), "`encoder_groups` of at least 1"),
        (lambda: ImportanceWeightedBound(gradient="plain"), "one of .*Received: 'plain'"),
        (
            lambda: bounded(
                2,
                gradient="doubly_reparameterized",
                decoder=kerae.networks.dense_decoder((2,), (6,), dropout=0.1),
            ),
            "decodes a code alike twice.*Received: one with noise .* by Dropout. Leave it out",
        ),
    ],
    ids=[
        "deterministic",
        "known by draws",
        "landing",
        "groups",
        "both",
        "PIWAE",
        "none",
        "none of the encoder",
        "gradient",
        "dropout",
    ],
)
def test_refuses_what_has_no_bound_or_no_such_gradient(make, message):
    with pytest.raises(ValueError, match=message):
        make()
