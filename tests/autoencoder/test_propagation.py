"""What a pass tells its parts, and what they may do with it."""

import math

import keras
import numpy as np
import pytest
from gradients import gradient, loss_gradients
from keras import ops
from scipy import special, stats
from small_models import SMALL_MODELS

import kerae
from kerae import latents, priors, targets, terms
from kerae.noise import RepeatableNoise
from kerae.ops import frozen_in

pytestmark = pytest.mark.mainly("torch", "jax")
X = np.random.default_rng(0).random((6, 4), dtype="float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def autoencoder(latent=None, **arguments):
    networks = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(4)}
    return kerae.Autoencoder((4,), latent or latents.Normal(2), **networks | arguments)


def noise():
    x = ops.convert_to_tensor(X)
    return RepeatableNoise("pass", RepeatableNoise.identity_of(x), seed=3)


class OneCode(latents.Normal):
    """It forgets how many codes it was asked for."""

    def sample(self, posterior, noise, num_samples=None):
        return super().sample(posterior, noise, 1)


class WithoutAxis(latents.Normal):
    """It forgets the axis of codes of one example."""

    def sample(self, posterior, noise, num_samples=None):
        return super().sample(posterior, noise, 1)[:, 0]


class WiderCodes(latents.Normal):
    """It draws codes of another shape than it says."""

    def __init__(self, latent_dim, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.event_shape = (latent_dim + 1,)


def test_codes_of_another_shape_than_asked_for_are_refused():
    message = r"OneCode to draw codes of shape \(batch, 5, 2\). Received: \(batch, 1, 2\)"
    with pytest.raises(ValueError, match=message):
        autoencoder(OneCode(2)).score(X, num_samples=5)
    autoencoder(OneCode(2)).score(X, num_samples=1)
    for latent in (WithoutAxis(2), WiderCodes(2)):
        with pytest.raises(ValueError, match=r"codes of shape \(batch, num_samples, [23]\)"):
            autoencoder(latent).propagate(ops.convert_to_tensor(X))


@keras.saving.register_keras_serializable("tests")
class Told(terms.Term):
    """Keeps what it was told."""

    label = "told"

    def value(self, model, outputs):
        self.outputs = outputs
        return ops.zeros_like(outputs["log_likelihood"][:, 0])


def test_a_pass_tells_its_terms_what_its_parts_have_made():
    model = autoencoder(terms=[kerae.Reconstruction(), Told()])
    model.step.assign(7)
    model.objective((ops.convert_to_tensor(X),), training=False)
    outputs = model.terms[1].outputs
    assert outputs["prior"] is model.prior and outputs["training"] is False
    assert int(numpy(outputs["step"])) == 7
    np.testing.assert_array_equal(numpy(outputs["target"]), X)
    expected = model.likelihood_parameters(outputs["z"][:, 0])
    np.testing.assert_allclose(numpy(outputs["parameters"]), numpy(expected), rtol=1e-6)


def test_the_noise_and_the_number_of_codes_can_be_given():
    model = autoencoder()
    first, again = (model.propagate(X, noise=noise(), num_samples=5) for _ in range(2))
    assert tuple(first["z"].shape) == (6, 5, 2)
    np.testing.assert_array_equal(numpy(first["z"]), numpy(again["z"]))
    posterior = model.posterior(ops.convert_to_tensor(X))
    drawn = model.latent.sample(posterior, noise(), 5)
    np.testing.assert_allclose(numpy(first["z"]), numpy(drawn), rtol=1e-6)


def test_several_codes_of_an_example_are_decoded_with_its_condition_and_compared_with_it():
    networks = {"encoder": keras.layers.Dense(5), "decoder": keras.layers.Dense(4)}
    latent, condition = latents.Normal(2), kerae.conditions.Label(6)
    model = kerae.Autoencoder((4,), latent, "normal", condition=condition, **networks)
    y = ops.arange(6, dtype="int32")
    outputs = model.propagate(ops.convert_to_tensor(X), y, num_samples=3)
    parameters = numpy(outputs["parameters"]).reshape(6, 3, 4)
    for row in range(6):
        for sample in range(3):
            z = outputs["z"][row : row + 1, sample]
            expected = numpy(model.likelihood_parameters(z, model.embed(y[row : row + 1])))[0]
            np.testing.assert_allclose(parameters[row, sample], expected, rtol=1e-4, atol=1e-6)
            log_likelihood = stats.norm.logpdf(X[row], expected).sum()
            found = numpy(outputs["log_likelihood"])[row, sample]
            np.testing.assert_allclose(found, log_likelihood, rtol=1e-4)


def test_log_weights_are_those_of_scipy():
    model = autoencoder(likelihood="normal")
    outputs = model.propagate(X, num_samples=3)
    z, mean = (numpy(outputs[name]) for name in ("z", "parameters"))
    q = {name: numpy(value)[:, None] for name, value in outputs["posterior"].items()}
    expected = (
        stats.norm.logpdf(np.repeat(X, 3, axis=0), mean).sum(axis=-1).reshape(6, 3)
        + stats.norm.logpdf(z).sum(axis=-1)
        - stats.norm.logpdf(z, q["mean"], np.exp(0.5 * q["log_variance"])).sum(axis=-1)
    )
    np.testing.assert_allclose(numpy(model.log_weights(outputs)), expected, rtol=1e-4, atol=1e-5)


def test_log_likelihood_is_the_mean_of_the_weights_of_the_same_codes():
    model = autoencoder(likelihood="normal")
    given = RepeatableNoise("pass", RepeatableNoise.identity_of(ops.convert_to_tensor(X)), 0)
    weights = numpy(model.log_weights(model.propagate(X, noise=given, num_samples=20)))
    expected = special.logsumexp(weights, axis=1) - math.log(20)
    np.testing.assert_allclose(model.log_likelihood(X, num_samples=20), expected, rtol=1e-5)


@keras.saving.register_keras_serializable("tests")
class Infinite(terms.Term):
    label = "infinite"

    def value(self, model, outputs):
        return ops.log(0.0 * outputs["log_likelihood"][:, 0])


def test_a_watched_term_is_logged_and_nothing_is_trained_on_it():
    model = autoencoder(terms=[kerae.Reconstruction(), Infinite(0.0)])
    slopes = loss_gradients(model, (X,))
    assert all(np.isfinite(slope).all() for slope in slopes)
    model.compile()
    logs = model.fit(X, epochs=1, verbose=0).history
    assert np.isfinite(logs["loss"][0]) and logs["infinite"] == [-math.inf]
    logs = model.evaluate(X, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"])


def test_an_infinite_term_that_is_trained_on_still_ends_training():
    model = autoencoder(terms=[kerae.Reconstruction(), Infinite(1.0)])
    model.compile()
    with pytest.raises(FloatingPointError, match="'infinite'"):
        model.fit(X, epochs=1, verbose=0)


@pytest.mark.once
def test_a_model_without_a_term_to_train_on_is_refused():
    with pytest.raises(ValueError, match="Expected a term to train on. Received: .*weight 0"):
        autoencoder(terms=[kerae.Reconstruction(0.0)])


def test_a_prior_is_asked_for_its_density_in_each_pass_and_for_samples():
    asked = []

    @keras.saving.register_keras_serializable("tests")
    class OfThePass(priors.Prior):
        def given(self, model, outputs):
            asked.append(outputs["training"])
            return priors.StandardNormal() if not outputs["training"] else Shifted()

        def sample(self, noise, labels=None):
            raise AssertionError

    class Shifted:
        def log_prob(self, z):
            return priors.StandardNormal().log_prob(z - 1.0)

    model = autoencoder(prior=OfThePass(), terms=[kerae.Reconstruction(), terms.KLDivergence()])
    model.objective((ops.convert_to_tensor(X),), training=False)
    with keras.StatelessScope():
        model.objective((ops.convert_to_tensor(X),), training=True)
    assert asked[-2:] == [False, True]


def test_new_examples_can_be_drawn_from_another_prior():
    model = autoencoder()
    far = priors.GaussianMixture([[50.0, 0.0]], [1e-6 * np.eye(2)])
    found = model.sample(3, seed=0, prior=far)
    expected = model.decode(np.float32([[50.0, 0.0]]))
    np.testing.assert_allclose(found, np.repeat(expected, 3, axis=0), atol=1e-3)
    # What has been compiled reads the prior as it is now.
    far.location.assign([[-50.0, 0.0]])
    expected = model.decode(np.float32([[-50.0, 0.0]]))
    found = model.sample(3, seed=0, prior=far)
    np.testing.assert_allclose(found, np.repeat(expected, 3, axis=0), atol=1e-3)
    assert (model.sample(3, seed=0) != found).any()
    with pytest.raises(ValueError, match=r"Expected codes of the shape"):
        model.sample(3, prior=priors.GaussianMixture([[0.0]], [[[1.0]]]))


def test_a_target_of_its_own_is_what_the_reconstruction_is_compared_with():
    y = np.random.default_rng(1).normal(size=(6, 3)).astype("float32")
    model = autoencoder(
        likelihood="normal", target=targets.Given((3,)), decoder=keras.layers.Dense(3)
    )
    model.compile()
    logs = model.evaluate(X, y, verbose=0, return_dict=True)
    outputs = model.propagate(X, y)
    mean = numpy(outputs["parameters"])
    expected = -stats.norm.logpdf(y, mean).sum(axis=1).mean()
    assert logs["reconstruction"] == pytest.approx(expected, rel=1e-5)
    assert model.reconstruct(X).shape == model.predict(X, verbose=0).shape == (6, 3)
    assert np.isfinite(model.log_likelihood(X, y, num_samples=5)).all()
    model.start_at_mean(X, y)
    np.testing.assert_allclose(numpy(model.decoder.bias), y.mean(axis=0), rtol=1e-5)


@pytest.mark.once
def test_what_a_target_refuses():
    model = autoencoder(target=targets.Given((4,)))
    model.compile()
    with pytest.raises(ValueError, match=r"needs `y` of shape \(6, 4\)"):
        model.evaluate(X, verbose=0)
    with pytest.raises(ValueError, match=r"values in \[0, 1\]"):
        model.evaluate(X, X + 5, verbose=0)
    with pytest.raises(ValueError, match="NaN or infinity in 6 of 6"):
        model.evaluate(X, X * np.nan, verbose=0)
    with pytest.raises(ValueError, match="condition, target and adversary to read the same `y`"):
        autoencoder(target=targets.Given((4,)), condition=kerae.conditions.Label(3))


def test_tokens_stay_integers():
    encoder = keras.Sequential([keras.layers.Embedding(11, 3), keras.layers.Flatten()])
    seen = []

    class Tokens(keras.layers.Layer):
        def call(self, x):
            seen.append(keras.backend.standardize_dtype(x.dtype))
            return encoder(x)

    model = autoencoder(
        likelihood="normal", encoder=Tokens(), decoder=keras.layers.Dense(4), input_dtype="int32"
    )
    tokens = np.arange(24).reshape(6, 4) % 11
    model.compile()
    model.fit(tokens, epochs=1, verbose=0)
    assert set(seen) == {"int32"}
    assert model.encode(tokens).shape == (6, 2)
    with pytest.raises(ValueError, match="Expected `x` to hold int32. Received: float32"):
        model.encode(X)


@keras.saving.register_keras_serializable("tests")
class Tokens(kerae.likelihoods.Likelihood):
    """Counts, around what the decoder gives."""

    def elementwise_log_prob(self, x, parameters):
        return -ops.square(x - parameters)

    def mean(self, parameters):
        return parameters


@keras.saving.register_keras_serializable("tests")
class Longest(terms.Term):
    """A quantity that is an integer."""

    label = "longest"

    def value(self, model, outputs):
        return ops.argmax(outputs["target"], axis=-1)


def of_tokens(**arguments):
    encoder = keras.Sequential([keras.layers.Embedding(11, 3), keras.layers.Flatten()])
    given = {"encoder": encoder, "likelihood": Tokens(), "input_dtype": "int32"}
    return autoencoder(**given | arguments)


TOKENS = np.int32(np.arange(24).reshape(6, 4) % 11)


def test_integers_are_scored_by_their_distance_from_the_reconstruction():
    model = of_tokens()
    found = model.score(TOKENS, num_samples=2)["reconstruction_error"]
    expected = np.square(TOKENS - model.reconstruct(TOKENS)).mean(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_term_may_be_an_integer():
    model = of_tokens(terms=[kerae.Reconstruction(), Longest(0.5)])
    model.compile()
    logs = model.evaluate(TOKENS, verbose=0, return_dict=True)
    assert logs["longest"] == pytest.approx(TOKENS.argmax(axis=1).mean())
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.5 * logs["longest"])


def test_a_term_may_be_of_another_precision():
    class Half(terms.L1):
        label = "half"

        def value(self, model, outputs):
            return ops.cast(super().value(model, outputs), "float16")

    model = autoencoder(terms=[kerae.Reconstruction(), Half(2.0)])
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 2 * logs["half"], rel=1e-3)


@pytest.mark.once
@pytest.mark.parametrize(
    "condition",
    [kerae.conditions.Vector((2,)), kerae.conditions.Label(3, embedding_dim=2)],
    ids=lambda each: type(each).__name__,
)
def test_a_condition_of_floats_that_an_encoder_of_integers_would_not_see_is_refused(condition):
    with pytest.raises(ValueError, match="Expected data of floats.*int32.*for_encoder=False"):
        of_tokens(condition=condition)


@pytest.mark.once
def test_conditions_that_fit_an_encoder_of_integers():
    of_tokens(condition=kerae.conditions.Label(3))
    of_tokens(condition=kerae.conditions.Vector((2,), for_encoder=False))


def test_two_closures_of_one_name_are_two_compiled_functions():
    from kerae.autoencoder.in_batches import in_batches

    def multiplied(factor):
        def function(x):
            return factor * x

        return function

    model = autoencoder()
    for factor in (2.0, 3.0):
        np.testing.assert_allclose(in_batches(model, multiplied(factor), (X,)), factor * X)


def test_frozen_in_stops_the_gradient_of_one_part_and_of_no_other():
    model = autoencoder(likelihood="normal")

    def slopes(decode):
        def of_code(scale):
            return ops.sum(decode(scale * ops.ones((1, 2))))

        return gradient(of_code, 1.0)

    frozen = frozen_in(model, model.decoder, model.likelihood_parameters)
    assert slopes(frozen) == pytest.approx(slopes(model.likelihood_parameters), rel=1e-5)

    @keras.saving.register_keras_serializable("tests")
    class ThroughFrozen(terms.Term):
        label = "through_frozen"

        def value(self, of, outputs):
            def pass_through(x):
                z = of.latent.mode(of.posterior(x))
                return of.likelihood_parameters(z)

            made = frozen_in(of, of.decoder, pass_through)(outputs["x"])
            return ops.sum(ops.square(made - outputs["x"]), axis=1)

    model = autoencoder(terms=[kerae.Reconstruction(0.0), ThroughFrozen()], likelihood="normal")
    decoder = {id(variable) for variable in model.decoder.trainable_variables}
    variance = {id(variable) for variable in model.latent.log_variance_head.variables}
    for variable, slope in zip(model.trainable_variables, loss_gradients(model, (X,))):
        if id(variable) not in variance:
            assert slope.any() != (id(variable) in decoder), variable.path


def test_a_latent_of_maps_tells_its_shape_before_the_default_decoder_is_made():
    model = SMALL_MODELS["quantized"]()
    assert model.latent.event_shape == (4, 4, 3)
    assert model.decoder.input_shape == (None, 4, 4, 3)
    z = np.zeros((2, 3, 4, 4, 3), "float32")
    log_prob = numpy(model.prior.log_prob(z))
    assert log_prob.shape == (2, 3)
    np.testing.assert_allclose(log_prob, stats.norm.logpdf(np.zeros(48)).sum(), rtol=1e-5)
