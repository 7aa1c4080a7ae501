import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops
from keras.optimizers import Adam
from routing import moved_by, slopes_of

import kerae
from kerae.noise.repeatable import RepeatableNoise
from kerae.ops.divergences import maximum_mean_discrepancy
from kerae.priors import GaussianMixture, SwissRoll
from kerae.schedules import Linear

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

CLASSES = 10


def dense(shape, latent_dim, width=128):
    """Networks that train in seconds."""
    encoder = kerae.networks.dense_encoder(shape, widths=(width,))
    decoder = kerae.networks.dense_decoder((latent_dim,), shape, widths=(width,))
    return {"encoder": encoder, "decoder": decoder}


def small(shape=(8, 8, 1), **arguments):
    critic = keras.Sequential([keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    return kerae.AAE(shape, 2, critic=critic, **dense(shape, 2, width=8), **arguments)


def labeled(**arguments):
    return small(prior=GaussianMixture.ring(CLASSES), num_classes=CLASSES, **arguments)


CASES = {
    "without labels": lambda images: (small(), (images,)),
    "with labels": lambda images: (labeled(), (images, np.arange(16) % 11 - 1)),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request, images):
    return request.param(images)


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_each_loss_moves_its_own_networks(case, training):
    model, data = case
    by = lambda label: moved_by(model, data, label, training)  # noqa: E731
    assert by("reconstruction") == {"encoder", "latent", "decoder"}
    assert by("adversarial") == {"encoder", "latent"}
    assert by("critic") == {"critic"}


def test_the_one_backward_pass_gives_each_network_the_gradient_of_its_loss(case):
    model, data = case
    parts = [slopes_of(model, data, name) for name in ("reconstruction", "adversarial", "critic")]
    for found, *expected in zip(loss_gradients(model, data), *parts, strict=True):
        np.testing.assert_allclose(found, sum(expected), rtol=1e-4, atol=1e-6)


def test_its_terms_are_those_of_the_paper():
    schedule = Linear(0.0, 1.0, 10)
    reconstruction, adversarial = small(adversarial_weight=schedule).terms
    assert (reconstruction.label, reconstruction.weight) == ("reconstruction", 1.0)
    assert (adversarial.label, adversarial.weight) == ("adversarial", schedule)
    assert small().adversarial_weight == 1.0


@pytest.mark.parametrize(
    "prior", [GaussianMixture.ring(CLASSES), SwissRoll()], ids=["ring", "roll"]
)
@pytest.mark.parametrize("num_classes", [None, CLASSES])
def test_it_trains_with_the_priors_of_the_paper(images, prior, num_classes):
    model = small(prior=prior, num_classes=num_classes)
    model.compile()
    y = None if num_classes is None else np.arange(16) % CLASSES
    history = model.fit(images, y, epochs=2, verbose=0).history
    assert np.isfinite([history[name] for name in history]).all()
    assert model.sample(3, y=num_classes and 7, seed=0).shape == (3, 8, 8, 1)


@pytest.mark.once
def test_a_class_that_another_prior_does_not_have_is_refused(images):
    model = small(prior=GaussianMixture.ring(CLASSES), num_classes=CLASSES)
    other = GaussianMixture.ring(3)
    assert np.isfinite(model.sample(2, y=2, prior=other)).all()
    with pytest.raises(ValueError, match=r"of the 3 classes of the GaussianMixture.*Received: 7"):
        model.sample(2, y=7, prior=other)


def discrepancy(codes, prior):
    """MMD^2 of codes from as many draws of the prior."""
    identity = RepeatableNoise.identity_of(np.random.default_rng(0).random((len(codes), 1)))
    draws = prior.sample(RepeatableNoise("pass", identity, seed=0))
    return float(maximum_mean_discrepancy(ops.convert_to_tensor(codes), draws))


def trained(model, *data, learning_rate=1e-3, epochs=40):
    critics = None if model.adversary is None else Adam(learning_rate, beta_1=0.5)
    model.compile(Adam(learning_rate), critics)
    model.fit(*data, batch_size=64, epochs=epochs, verbose=0)
    return model


@pytest.mark.nightly
@pytest.mark.once
@pytest.mark.slow
def test_codes_pass_for_draws_of_the_prior_as_those_of_an_autoencoder_do_not(digits):
    shape = digits.x_train.shape[1:]
    aae = trained(kerae.AAE(shape, 2, **dense(shape, 2)), digits.x_train)
    ae = trained(kerae.AE(shape, 2, **dense(shape, 2)), digits.x_train)
    ours, plain = (discrepancy(model.encode(digits.x_test), aae.prior) for model in (aae, ae))
    assert ours < 0.2 * plain


@pytest.mark.nightly
@pytest.mark.once
def test_with_labels_each_class_has_its_own_part_of_the_prior(digits):
    shape = digits.x_train.shape[1:]
    ring = GaussianMixture.ring(CLASSES, radial=0.5)
    model = kerae.AAE(
        shape, 2, prior=ring, num_classes=CLASSES, adversarial_weight=10.0, **dense(shape, 2)
    )
    trained(model, digits.x_train, digits.y_train, learning_rate=2e-3, epochs=60)
    codes = model.encode(digits.x_test)
    distances = np.linalg.norm(codes[:, None] - np.array(ring.means), axis=2)
    assert np.mean(distances.argmin(axis=1) == digits.y_test) > 0.6
