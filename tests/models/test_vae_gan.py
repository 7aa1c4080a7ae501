import keras
import numpy as np
import pytest
from gradients import loss_gradients
from routing import moved_by, slopes_of

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

LABELS = ("reconstruction", "kl", "feature_reconstruction", "adversarial")


def small(**arguments):
    shape = (8, 8, 1)
    return kerae.VAEGAN(
        shape,
        2,
        critic=keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8, "tanh")]),
        encoder=kerae.networks.dense_encoder(shape, widths=(8,)),
        decoder=kerae.networks.dense_decoder((2,), shape, widths=(8,)),
        **arguments,
    )


@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_each_loss_moves_its_own_networks(images, training):
    by = lambda label: moved_by(small(), (images,), label, training)  # noqa: E731
    assert by("kl") == {"encoder", "latent"}
    assert by("feature_reconstruction") == {"encoder", "latent", "decoder"}
    assert by("adversarial") == {"decoder"}
    assert by("critic") == {"critic"}
    assert by("reconstruction") == set()


def test_the_one_backward_pass_gives_each_network_the_gradient_of_its_loss(images):
    model = small(adversarial_weight=0.5)
    parts = [slopes_of(model, (images,), label) for label in (*LABELS, "critic")]
    for found, *expected in zip(loss_gradients(model, images), *parts, strict=True):
        np.testing.assert_allclose(found, sum(expected), rtol=1e-4, atol=1e-5)


def test_the_loss_is_the_sum_without_the_pixels(images):
    model = small(adversarial_weight=0.5)
    model.compile()
    logs = model.evaluate(images, verbose=0, return_dict=True)
    assert set(logs) == {"loss", "critic", *LABELS}
    expected = logs["kl"] + logs["feature_reconstruction"] + 0.5 * logs["adversarial"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)
    assert logs["reconstruction"] > 0


@pytest.mark.nightly
@pytest.mark.once
def test_digits_are_reconstructed_by_their_features_and_samples_are_digits(digits):
    from sklearn.svm import SVC

    model = kerae.VAEGAN(digits.x_train.shape[1:], latent_dim=8)
    model.compile(keras.optimizers.Adam(1e-3))
    before = model.evaluate(digits.x_test, verbose=0, return_dict=True)
    model.fit(digits.x_train, batch_size=64, epochs=20, verbose=0)
    after = model.evaluate(digits.x_test, verbose=0, return_dict=True)
    constant = 512 / 2 * np.log(2 * np.pi)  # of as many features
    error = lambda logs: logs["feature_reconstruction"] - constant  # noqa: E731
    assert error(after) < 0.5 * error(before)
    # Pixels follow, though they are not trained.
    assert after["reconstruction"] < 0.6 * before["reconstruction"]
    flat = lambda x: x.reshape(len(x), -1)  # noqa: E731
    judge = SVC(gamma=0.02, C=10).fit(flat(digits.x_train), digits.y_train)
    reconstructed = judge.predict(flat(model.reconstruct(digits.x_test)))
    assert np.mean(reconstructed == digits.y_test) > 0.85
    samples = model.sample(500, seed=0)
    counts = np.bincount(judge.predict(flat(samples)), minlength=10)
    assert counts.min() > 5
    assert samples.std(axis=0).mean() > 0.5 * digits.x_train.std(axis=0).mean()
