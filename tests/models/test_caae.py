import keras
import numpy as np
import pytest
from routing import moved_by

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

CLASSES = 10


def small(**arguments):
    arguments = {"num_classes": CLASSES} | arguments
    return kerae.CAAE(
        (4,),
        2,
        **arguments,
        critic=keras.layers.Dense(1),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(4),
    )


def data(model):
    x = np.random.default_rng(0).random((6, 4), dtype="float32")
    y = np.arange(6 * np.prod(model.condition.y_shape, dtype=int)).reshape(
        6, *model.condition.y_shape
    )
    return x, y.astype(model.condition.y_dtype)


@pytest.mark.parametrize("arguments", [{}, {"num_classes": None, "condition_shape": (3,)}], ids=str)
@pytest.mark.parametrize("training", [False, True], ids=["evaluate", "train"])
def test_each_loss_moves_its_own_networks(arguments, training):
    model = small(**arguments)
    by = lambda label: moved_by(model, data(model), label, training)  # noqa: E731
    assert by("reconstruction") == {"latent", "decoder"}
    assert by("adversarial") == {"latent"}
    assert by("critic") == {"critic"}


def test_the_decoder_sees_the_label_and_neither_encoder_nor_critic_does():
    model = small()
    assert model.critic.kernel.shape == (2, 1)
    assert model.latent.head.kernel.shape == (4, 2)
    assert model.decoder.kernel.shape == (2 + CLASSES, 4)


def test_codes_need_no_label_and_reconstructions_do():
    model = small()
    x, y = data(model)
    np.testing.assert_array_equal(model.encode(x), model.encode(x, y))
    assert np.abs(model.reconstruct(x, y) - model.reconstruct(x, y[::-1])).max() > 1e-3
    with pytest.raises(ValueError, match="needs `y`"):
        model.reconstruct(x)


def test_the_same_draws_of_the_prior_are_decoded_for_every_label():
    model = small(likelihood="normal")
    kernel, _ = model.decoder.get_weights()
    difference = model.sample(5, y=7, seed=0) - model.sample(5, y=2, seed=0)
    expected = np.tile(kernel[2 + 7] - kernel[2 + 2], (5, 1))
    np.testing.assert_allclose(difference, expected, rtol=1e-4, atol=1e-5)


def test_needs_either_classes_or_the_shape_of_vectors():
    with pytest.raises(ValueError, match="either `num_classes` or `condition_shape`"):
        kerae.CAAE((4,), 2)


@pytest.mark.nightly
@pytest.mark.once
def test_codes_of_two_dimensions_say_less_of_the_class_than_those_of_an_autoencoder(digits):
    from sklearn.linear_model import LogisticRegression

    shape = digits.x_train.shape[1:]
    accuracy = {}
    for model in (kerae.CAAE(shape, 2, num_classes=CLASSES), kerae.AE(shape, 2)):
        kerae.set_random_seed(0)
        model.compile(keras.optimizers.Adam(1e-3))
        model.fit(digits.x_train, digits.y_train, batch_size=64, epochs=30, verbose=0)
        train, test = (model.encode(x) for x in (digits.x_train, digits.x_test))
        probe = LogisticRegression(max_iter=1000).fit(train, digits.y_train)
        accuracy[type(model)] = probe.score(test, digits.y_test)
    assert accuracy[kerae.AE] > 0.45 and accuracy[kerae.CAAE] < 0.8 * accuracy[kerae.AE]
