"""Priors that are fitted to a trained model: to which codes, and of what they are drawn then."""

import random

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

import kerae
from kerae.priors import Flow, GaussianMixture, Prior, StandardNormal

pytestmark = pytest.mark.mainly("torch")

COUNT, CLASSES = 60, 3
X = np.random.default_rng(0).normal(size=(COUNT, 4)).astype("float32")
Y = np.random.default_rng(1).permutation(np.arange(COUNT) % 2 + np.arange(COUNT) % 4 // 3)


class Noted(Prior):
    """Keeps what it is fitted to, and draws the class that it is asked for, or 9."""

    def __init__(self, option=0, **kwargs):
        super().__init__(**kwargs)
        self.option = option

    def fit(self, z, *labels, seed, steps=1):
        self.noted = z, labels, seed, steps, random.random()
        return self

    def sample(self, noise, labels=None):
        return 0.0 * noise.normal(self.event_shape) + (
            9.0 if labels is None else ops.cast(ops.expand_dims(labels, 1), "float32")
        )


class Conditional(Noted):
    is_conditional = True

    def __init__(self, num_classes=0, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes


def linear(of_class=kerae.VAE, **arguments):
    arguments |= {"encoder": keras.layers.Identity(), "decoder": keras.layers.Dense(4)}
    return of_class((4,), 2, likelihood="normal", **arguments)


def drawn(model, **arguments):
    """The codes that are decoded, by a decoder that is a change of coordinates."""
    decode = model.decode
    z = np.float32([[0, 0], [1, 0], [0, 1]])
    y = arguments.get("y")
    origin, *axes = decode(z, None if model.condition is None else np.full(3, y))
    samples = model.sample(50, seed=0, **arguments) - origin
    return np.linalg.lstsq((np.stack(axes) - origin).T, samples.T, rcond=None)[0].T


def test_a_prior_is_fitted_to_codes_that_are_drawn():
    model, x = linear(), np.repeat(X[:1], 600, axis=0)
    x = np.random.default_rng(0).normal(size=(600, 4)).astype("float32")
    z, labels, seed, steps, _ = Noted.fitted(model, x, seed=3, steps=7).noted
    assert (labels, seed, steps) == ((), 3, 7)
    posterior = model.posterior(ops.convert_to_tensor(x))
    mean, log_variance = (ops.convert_to_numpy(posterior[key]) for key in ("mean", "log_variance"))
    standard = (z - mean) / np.exp(0.5 * log_variance)
    assert stats.kstest(standard.ravel(), "norm").pvalue > 0.01
    np.testing.assert_array_equal(Noted.fitted(model, x, seed=3).noted[0], z)
    assert (Noted.fitted(model, x, seed=4).noted[0] != z).all()
    code = linear(kerae.AE)
    np.testing.assert_allclose(Noted.fitted(code, X).noted[0], code.encode(X), rtol=1e-5)


def test_options_are_those_of_the_constructor_and_of_fit():
    prior = Noted.fitted(linear(), X, option=5, steps=7)
    assert (prior.option, prior.noted[3], prior.event_shape) == (5, 7, (2,))
    with pytest.raises(TypeError, match="unexpected keyword argument 'epochs'"):
        Noted.fitted(linear(), X, epochs=7)
    with pytest.raises(ValueError, match=r"StandardNormal, which has nothing to fit.*Gaussian"):
        StandardNormal.fitted(linear(), X)


def test_with_labels_each_class_has_a_prior_of_its_own():
    model = linear(kerae.AE)
    prior = Noted.fitted(model, X, Y, option=5)
    assert isinstance(prior, kerae.priors.ByClass) and prior.num_classes == CLASSES
    np.testing.assert_allclose(prior.probabilities, np.bincount(Y) / COUNT)
    for label, of_class in enumerate(prior.priors):
        np.testing.assert_allclose(of_class.noted[0], model.encode(X[Y == label]), rtol=1e-5)
        assert of_class.option == 5


def test_a_kind_that_knows_classes_is_given_the_labels():
    prior = Conditional.fitted(linear(), X, Y)
    np.testing.assert_array_equal(prior.noted[1][0], Y)
    assert prior.num_classes == CLASSES and len(prior.noted[0]) == COUNT
    assert Conditional.fitted(linear(), X, Y, num_classes=5).num_classes == 5
    assert Conditional.fitted(linear(), X).num_classes == 0


def test_what_a_model_reads_is_given_to_it_and_classes_are_labels_alone():
    model = linear(kerae.CVAE, condition_shape=(3,))
    vectors = np.random.default_rng(0).normal(size=(COUNT, 3)).astype("float32")
    prior = Noted.fitted(model, X, vectors, seed=2)
    np.testing.assert_array_equal(prior.noted[0], model.draw_codes(X, vectors, seed=2))
    labelled = linear(kerae.CVAE, num_classes=CLASSES)
    of_classes = Noted.fitted(labelled, X, Y, seed=2).priors
    z = labelled.draw_codes(X, Y, seed=2)
    np.testing.assert_array_equal(of_classes[1].noted[0], z[Y == 1])
    latent, target = kerae.latents.Normal(2), kerae.targets.Given((3,))
    transcoder = kerae.Autoencoder((4,), latent, likelihood="normal", target=target)
    assert len(Noted.fitted(transcoder, X, vectors).noted[0]) == COUNT


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Y[:5], r"60 integers from 0 on.*int64 of shape \(5,\)"),
        (Y.astype("float32"), "integers.*float32"),
        (Y - 1, "from -1 on"),
        (Y * 2, r"2 examples of each class from 0 to 4.*fewer of \[1, 3\]"),
        (np.where(np.arange(COUNT) == 7, 3, Y), r"fewer of \[3\]"),
    ],
)
def test_labels_that_are_none_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        Noted.fitted(linear(), X, y)


def test_fitting_depends_on_its_seed_alone_and_leaves_pythons_and_numpys():
    model = linear()
    random.seed(1), np.random.seed(1)
    expected = random.random(), np.random.random()
    found = []
    for seed in (5, 5, 6):
        random.seed(1), np.random.seed(1)
        prior = Flow.fitted(model, X, seed=seed, num_flows=1, epochs=2, batch_size=7)
        assert (random.random(), np.random.random()) == expected
        found.append(model.sample(3, seed=0, prior=prior))
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).all()


def test_samples_are_of_the_classes_asked_for():
    model = linear(kerae.AE)
    prior = Conditional.fitted(model, X, Y)
    labels = np.arange(50) % 4 - 1
    for y in (labels, 2, -1):
        expected = np.broadcast_to(y, 50)[:, None].repeat(2, axis=1)
        np.testing.assert_allclose(drawn(model, prior=prior, y=y), expected, atol=1e-4)
    np.testing.assert_allclose(drawn(model, prior=prior), 9.0, atol=1e-4)
    for y in (3, -2):
        with pytest.raises(ValueError, match=f"3 classes of the Conditional.*Received: {y}"):
            model.sample(4, y=y, prior=prior)
    with pytest.raises(ValueError, match=r"`y` of shape \(4,\)"):
        model.sample(4, y=[1, 2], prior=prior)
    with pytest.raises(ValueError, match="hold int32"):
        model.sample(4, y=1.5, prior=prior)
    for without in (None, StandardNormal()):
        with pytest.raises(ValueError, match="not conditional"):
            model.sample(4, y=1, prior=without)


def test_components_are_no_classes_of_a_conditional_model():
    model = linear(kerae.CVAE, num_classes=CLASSES)
    far = GaussianMixture([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0]], [np.eye(2)] * 3)
    assert (drawn(model, prior=far, y=1).max(axis=1) < 25).any()
    assert (drawn(linear(kerae.AE), prior=far, y=1)[:, 0] > 40).all()
    prior = Conditional.fitted(model, X, Y)
    np.testing.assert_allclose(drawn(model, prior=prior, y=1), 1.0, atol=1e-4)
    with pytest.raises(ValueError, match="needs `y`"):
        model.sample(3, prior=prior)
