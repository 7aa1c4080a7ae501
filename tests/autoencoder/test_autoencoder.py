"""The objective, against NumPy and SciPy with noise that is known; and how its parts are used."""

import keras
import numpy as np
import pytest
from given_noise import give_noise
from gradients import gradient, loss_gradients
from keras import ops
from scipy import stats
from shifted_normal import ShiftedNormal

import kerae
from kerae.likelihoods import Normal
from kerae.schedules import Linear, Schedule
from kerae.terms import KLDivergence

pytestmark = pytest.mark.mainly("torch", "jax")
EXAMPLES, FEATURES, LATENT_DIM = 7, 3, 2
SCALE = 0.5

generator = np.random.default_rng(0)
X = generator.normal(size=(EXAMPLES, FEATURES)).astype("float32")
W = {
    "mean": generator.normal(size=(FEATURES, LATENT_DIM)),
    "mean_bias": generator.normal(size=LATENT_DIM),
    "log_variance": 0.3 * generator.normal(size=(FEATURES, LATENT_DIM)),
    "log_variance_bias": generator.normal(size=LATENT_DIM),
    "decoder": generator.normal(size=(LATENT_DIM, FEATURES)),
    "decoder_bias": generator.normal(size=FEATURES),
}


def linear_vae(**arguments):
    """A VAE whose every layer is linear, with the weights above."""
    model = kerae.VAE(
        (FEATURES,),
        LATENT_DIM,
        likelihood=Normal(SCALE),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
        **arguments,
    )
    model.latent.mean_head.set_weights([W["mean"], W["mean_bias"]])
    model.latent.log_variance_head.set_weights([W["log_variance"], W["log_variance_bias"]])
    model.decoder.set_weights([W["decoder"], W["decoder_bias"]])
    model.compile(keras.optimizers.SGD(0.0))
    return model


def by_hand(epsilon):
    """Reconstruction error and KL of each example in NumPy, for noise (examples, L, dim)."""
    mean = X @ W["mean"] + W["mean_bias"]
    log_variance = X @ W["log_variance"] + W["log_variance_bias"]
    z = mean[:, None] + np.exp(log_variance / 2)[:, None] * epsilon
    location = z @ W["decoder"] + W["decoder_bias"]
    log_prob = stats.norm.logpdf(X[:, None], location, SCALE).sum(axis=-1)
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=-1)
    return -log_prob.mean(axis=1), kl


def noise(num_samples=1):
    return np.random.default_rng(1).normal(size=(EXAMPLES, num_samples, LATENT_DIM))


def evaluate(model, x=X, **arguments):
    arguments.setdefault("batch_size", len(x))
    return model.evaluate(x, verbose=0, return_dict=True, **arguments)


def scalar(tensor):
    return float(ops.convert_to_numpy(tensor))


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
@pytest.mark.parametrize("num_samples", [1, 4])
@pytest.mark.parametrize("beta", [1.0, 3.0])
def test_terms_and_loss_are_sums_over_features_and_means_over_samples_and_batch(
    monkeypatch, beta, num_samples, training
):
    model = linear_vae(beta=beta, num_samples=num_samples)
    give_noise(monkeypatch, model, noise(num_samples))
    logs = model.train_on_batch(X, return_dict=True) if training else evaluate(model)
    reconstruction, kl = by_hand(noise(num_samples))
    assert logs["reconstruction"] == pytest.approx(reconstruction.mean(), rel=1e-5)
    assert logs["kl"] == pytest.approx(kl.mean(), rel=1e-5)
    assert logs["loss"] == pytest.approx((reconstruction + beta * kl).mean(), rel=1e-5)


def test_the_loss_that_is_descended_is_the_loss_that_is_logged(monkeypatch):
    model = linear_vae(beta=2.0)
    give_noise(monkeypatch, model, noise())
    reconstruction, kl = by_hand(noise())
    for training in (False, True):
        loss = scalar(model.objective(X, training))
        assert loss == pytest.approx((reconstruction + 2 * kl).mean(), rel=1e-5)


class Given(Schedule):
    """A weight that a test differentiates by."""

    def __init__(self):
        self.now = 1.0

    def __call__(self, step):
        return self.now


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_the_derivative_of_the_loss_by_beta_is_the_kl(monkeypatch, training):
    model = linear_vae(beta=Given())
    give_noise(monkeypatch, model, noise())

    def loss(beta):
        model.terms[1].weight.now = beta
        with keras.StatelessScope():
            return model.objective(X, training)

    assert gradient(loss, 1.7) == pytest.approx(by_hand(noise())[1].mean(), rel=1e-5)


def test_a_schedule_moves_with_the_training_steps_and_evaluation_reads_where_it_stands():
    model = linear_vae(beta=Linear(0.0, 1.0, steps=10))
    for step in range(3):
        model.reset_metrics()
        logs = model.train_on_batch(X, return_dict=True)
        expected = logs["reconstruction"] + step / 10 * logs["kl"]
        assert logs["loss"] == pytest.approx(expected, rel=1e-5)
    for _ in range(2):
        logs = evaluate(model)
        expected = logs["reconstruction"] + 0.3 * logs["kl"]
        assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_evaluation_does_not_depend_on_the_batch_size_nor_on_the_order():
    model = linear_vae()
    whole = evaluate(model)
    # Batches of 3, 3 and 1: the mean over examples, not over batches.
    for logs in (evaluate(model, batch_size=3), evaluate(model, X[::-1])):
        assert logs == pytest.approx(whole, rel=1e-5)
    one_by_one = evaluate(model, batch_size=1)
    assert one_by_one == pytest.approx(whole, rel=1e-5)


def test_training_logs_the_mean_over_examples_of_uneven_batches(monkeypatch):
    model = linear_vae()
    monkeypatch.setattr(model, "noise", NoNoise)
    reconstruction, kl = by_hand(np.zeros((EXAMPLES, 1, LATENT_DIM)))
    history = model.fit(X, batch_size=3, verbose=0).history
    assert history["loss"][0] == pytest.approx((reconstruction + kl).mean(), rel=1e-5)
    assert history["kl"][0] == pytest.approx(kl.mean(), rel=1e-5)


class NoNoise:
    def __init__(self, x, training):
        self.batch_size = ops.shape(x)[0]

    def normal(self, shape):
        return ops.zeros((self.batch_size, *shape))


def propagate(model, x=X, training=False):
    """What a pass gives, as NumPy; compiled where it changes no state."""

    def function(x):
        outputs = model.propagate(x, training=training)
        return {name: outputs[name] for name in ("x", "posterior", "z", "log_likelihood")}

    if not training:
        function = kerae.backend.compiled(model, function)
    outputs = function(ops.convert_to_tensor(x.copy()))
    return keras.tree.map_structure(ops.convert_to_numpy, outputs)


def codes(model, x=X, training=False):
    return propagate(model, x, training)["z"]


def test_evaluation_draws_the_same_code_for_an_example_in_any_batch():
    model = linear_vae(num_samples=2)
    together = codes(model)
    assert np.abs(together - codes(model, X + 1e-3)).min() > 0
    np.testing.assert_allclose(codes(model), together)
    np.testing.assert_allclose(codes(model, X[::-1]), together[::-1], rtol=1e-5)
    np.testing.assert_allclose(codes(model, X[4:5]), together[4:5], rtol=1e-5)


def test_training_draws_new_codes_at_every_call_and_for_equal_rows():
    model = linear_vae()
    equal = np.repeat(X[:1], 4, axis=0)
    drawn = np.concatenate([codes(model, equal, training=True) for _ in range(2)])
    assert len(np.unique(drawn)) == drawn.size


def test_a_compiled_training_step_draws_new_codes_at_every_call():
    model = linear_vae()
    losses = []
    for _ in range(3):
        model.reset_metrics()
        losses.append(model.train_on_batch(X, return_dict=True)["reconstruction"])
    assert len(set(losses)) == 3


def test_a_sample_weight_of_two_doubles_everything(monkeypatch):
    model = linear_vae()
    once = evaluate(model)
    doubled = evaluate(model, sample_weight=np.full(EXAMPLES, 2.0))
    assert doubled == pytest.approx({name: 2 * value for name, value in once.items()}, rel=1e-5)


def test_a_sample_weight_of_zero_removes_an_example():
    model = linear_vae()
    weight = np.float32([1, 0, 1, 1, 0, 0, 1])
    kept = X[weight == 1]
    logs, of_kept = evaluate(model, sample_weight=weight), evaluate(model, kept)
    expected = {name: value * len(kept) / EXAMPLES for name, value in of_kept.items()}
    assert logs == pytest.approx(expected, rel=1e-5)
    slopes, of_kept = loss_gradients(model, (X, None, weight)), loss_gradients(model, kept)
    for slope, expected in zip(slopes, of_kept):
        np.testing.assert_allclose(slope, expected * len(kept) / EXAMPLES, rtol=1e-4, atol=1e-5)


def test_the_number_of_latent_dimensions_scales_the_kl():
    sizes = [evaluate(_constant_posterior(latent_dim))["kl"] for latent_dim in (1, 4)]
    # KL of N(1, e) from N(0, 1) is (1 + e - 1 - 1) / 2 in each dimension.
    assert sizes == pytest.approx([(np.e - 1) / 2, 4 * (np.e - 1) / 2], rel=1e-5)


def _constant_posterior(latent_dim):
    model = kerae.VAE((FEATURES,), latent_dim, likelihood="normal", encoder=keras.layers.Flatten())
    for head in (model.latent.mean_head, model.latent.log_variance_head):
        head.set_weights([np.zeros((FEATURES, latent_dim)), np.ones(latent_dim)])
    model.compile()
    return model


def test_another_prior_is_used_by_the_kl():
    prior = ShiftedNormal(2.0, 0.5)
    model = kerae.Autoencoder(
        (FEATURES,),
        kerae.latents.Normal(LATENT_DIM, num_samples=3),
        Normal(SCALE),
        prior=prior,
        terms=[kerae.Reconstruction(), KLDivergence()],
    )
    model.compile()
    outputs = propagate(model)
    z, posterior = outputs["z"], outputs["posterior"]
    q = stats.norm(posterior["mean"][:, None], np.exp(posterior["log_variance"] / 2)[:, None])
    expected = (q.logpdf(z) - stats.norm.logpdf(z, 2.0, 0.5)).sum(axis=-1).mean()
    assert evaluate(model)["kl"] == pytest.approx(expected, rel=1e-4)


class CodeSize(kerae.Term):
    """The mean squared length of the codes drawn."""

    label = "code_size"

    def value(self, model, outputs):
        return ops.mean(ops.sum(ops.square(outputs["z"]), axis=-1), axis=1)


def test_an_own_term_is_logged_under_its_name_and_added_with_its_weight():
    model = kerae.Autoencoder(
        (FEATURES,),
        kerae.latents.Normal(LATENT_DIM),
        "normal",
        terms=[kerae.Reconstruction(weight=0.5), CodeSize(weight=3.0)],
    )
    model.compile()
    logs = evaluate(model)
    assert set(logs) == {"loss", "reconstruction", "code_size"}
    size = np.square(codes(model)).sum(axis=(1, 2)).mean()
    assert logs["code_size"] == pytest.approx(size, rel=1e-5)
    assert logs["loss"] == pytest.approx(0.5 * logs["reconstruction"] + 3 * size, rel=1e-5)


def test_the_corruption_spoils_the_encoders_input_in_training_and_nothing_else():
    model = linear_vae(corruption=keras.layers.GaussianNoise(1.0))
    clean = linear_vae()
    trained, evaluated = propagate(model, training=True), propagate(model)
    np.testing.assert_array_equal(trained["x"], X)
    posterior = ops.convert_to_numpy(clean.posterior(X)["mean"])
    assert np.abs(trained["posterior"]["mean"] - posterior).min() > 1e-3
    np.testing.assert_allclose(evaluated["posterior"]["mean"], posterior, rtol=1e-5)
    np.testing.assert_allclose(model.encode(X), posterior, rtol=1e-5)
    np.testing.assert_allclose(model.predict(X, verbose=0), clean.predict(X, verbose=0))


def test_the_preprocessing_applies_to_input_and_target(images):
    model = kerae.AE(images.shape[1:], 2, preprocessing=kerae.data.Binarize("threshold"))
    binary = (images > 0.5).astype("float32")
    p = model.reconstruct(binary)
    log_prob = stats.bernoulli.logpmf(binary, p).sum(axis=(1, 2, 3))
    for training in (False, True):
        outputs = propagate(model, images, training)
        np.testing.assert_array_equal(outputs["x"], binary)
        np.testing.assert_allclose(outputs["log_likelihood"][:, 0], log_prob, rtol=1e-5)
    np.testing.assert_allclose(model.encode(images), model.encode(binary), rtol=1e-5)


def test_batch_statistics_move_in_training_and_nowhere_else():
    encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.BatchNormalization()])
    model = kerae.VAE((FEATURES,), LATENT_DIM, likelihood="normal", encoder=encoder)
    model.compile()
    statistics = lambda: np.concatenate(encoder.layers[1].get_weights()[2:])  # noqa: E731
    before = statistics()
    evaluate(model)
    model.predict(X, verbose=0)
    np.testing.assert_array_equal(statistics(), before)
    model.train_on_batch(X)
    assert (statistics() != before).all()


def test_a_decoder_that_does_not_fit_is_refused_with_the_shape_it_should_have():
    with pytest.raises(ValueError, match=r"\('batch', 6\).*Normal.*\('batch', 3\).*last layer"):
        kerae.VAE(
            (FEATURES,),
            LATENT_DIM,
            likelihood=Normal("predicted"),
            decoder=keras.layers.Dense(FEATURES),
        )


def test_an_encoder_that_gives_no_vectors_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"\('batch', 6, 6, 4\).*keras.layers.Flatten"):
        kerae.AE((8, 8, 1), LATENT_DIM, encoder=keras.layers.Conv2D(4, 3))
