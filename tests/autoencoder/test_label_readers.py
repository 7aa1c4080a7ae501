"""How labels travel: through `fit`, every kind of data, weights and splits; and what is refused."""

import keras
import numpy as np
import pytest
from kinds_of_data import KINDS_OF_DATA, as_data_loader

import kerae

pytestmark = pytest.mark.mainly("torch")

CLASSES, COUNT, FEATURES = 3, 16, 4
X = np.random.default_rng(0).random((COUNT, FEATURES), dtype="float32")
Y = np.arange(COUNT) % CLASSES


def compiled(model, learning_rate=1e-2):
    model.compile(keras.optimizers.SGD(learning_rate))
    return model


def networks():
    return {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(FEATURES)}


def conditional(learning_rate=1e-2, **arguments):
    """A deterministic conditional model, so that runs on the same data are the same."""
    kerae.set_random_seed(1)
    model = kerae.Autoencoder(
        (FEATURES,),
        kerae.latents.Deterministic(2),
        condition=kerae.conditions.Label(CLASSES),
        **networks() | arguments,
    )
    return compiled(model, learning_rate)


def with_labeled_critic():
    ring = kerae.priors.GaussianMixture.ring(CLASSES)
    critic = keras.layers.Dense(1)
    return compiled(
        kerae.AAE((FEATURES,), 2, prior=ring, num_classes=CLASSES, critic=critic, **networks())
    )


def unconditional():
    kerae.set_random_seed(1)
    return compiled(kerae.AE((FEATURES,), 2, **networks()))


def weights(model):
    return np.concatenate([np.ravel(w) for w in model.get_weights()])


every_kind_of_data = pytest.mark.parametrize("convert", KINDS_OF_DATA)


@every_kind_of_data
def test_every_kind_of_labeled_data_trains_and_evaluates_alike(convert):
    expected, model = conditional(), conditional()
    before = weights(model)
    expected.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    model.fit(convert(X, Y), shuffle=False, verbose=0)
    assert (weights(model) != before).any()
    np.testing.assert_allclose(weights(model), weights(expected), rtol=1e-5, atol=1e-7)
    loss = expected.evaluate(X, Y, verbose=0)[0]
    assert model.evaluate(convert(X, Y), verbose=0)[0] == pytest.approx(loss, rel=1e-5)


@every_kind_of_data
@pytest.mark.parametrize("make", [conditional, with_labeled_critic])
def test_the_first_batch_of_a_data_set_is_checked(make, convert):
    model = make()
    for method in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=r"needs `y` of shape \(4,\), one for each example"):
            method(convert(X), verbose=0)
        with pytest.raises(ValueError, match=r"Expected labels from -?\d to 2. Received: 3"):
            method(convert(X, Y + 1), verbose=0)


def test_a_fit_on_shuffled_data_keeps_each_example_with_its_label():
    blind = keras.layers.Dense(1, kernel_initializer="zeros", trainable=False)
    model = conditional(encoder=blind)
    model.compile(keras.optimizers.Adam(0.1))
    images = np.eye(CLASSES, FEATURES, dtype="float32")
    model.fit(images[Y], Y, batch_size=5, epochs=40, verbose=0)
    # All that it knows of an image it has from the label.
    found = model.reconstruct(np.zeros_like(images), np.arange(CLASSES))
    np.testing.assert_allclose(found, images, atol=0.1)


def test_validation_data_and_split_take_labels():
    split, given = conditional(), conditional()
    a = split.fit(X, Y, validation_split=0.25, batch_size=4, verbose=0).history
    validation_data = (X[12:], Y[12:])
    b = given.fit(X[:12], Y[:12], validation_data=validation_data, batch_size=4, verbose=0).history
    assert a == b and "val_reconstruction" in a
    with pytest.raises(ValueError, match="needs `y`"):
        given.fit(X, Y, validation_data=(X,), verbose=0)


@pytest.mark.parametrize("make", [conditional, with_labeled_critic])
def test_a_weight_of_zero_removes_an_example_with_its_label(make):
    weight = np.float32(Y == 1)
    kept = weight == 1
    model = make()
    logs = model.evaluate(X, Y, sample_weight=weight, verbose=0, return_dict=True)
    of_kept = model.evaluate(X[kept], Y[kept], verbose=0, return_dict=True)
    expected = {name: value * kept.mean() for name, value in of_kept.items()}
    assert logs == pytest.approx(expected, rel=1e-5)


def test_weights_and_labels_are_shuffled_together():
    # With SGD and one batch: a gradient that is a mean over all examples, kept or not.
    weight = np.float32(Y == 1)
    kept = weight == 1
    weighted, alone = conditional(1e-2), conditional(1e-2 * kept.mean())
    weighted.fit(X, Y, sample_weight=weight, batch_size=COUNT, verbose=0)
    alone.fit(X[kept], Y[kept], batch_size=COUNT, verbose=0)
    np.testing.assert_allclose(weights(weighted), weights(alone), rtol=1e-4, atol=1e-6)


def test_a_model_that_reads_no_labels_trains_as_without_them():
    expected, model = unconditional(), unconditional()
    expected.fit(X, batch_size=4, verbose=0)
    model.fit(X, Y, batch_size=4, verbose=0)
    np.testing.assert_array_equal(weights(model), weights(expected))
    assert model.evaluate(X, Y, verbose=0) == expected.evaluate(X, verbose=0)


BAD = {
    "missing": (None, r"needs `y` of shape \(16,\), one for each example. Received: none"),
    "too few": (Y[:5], r"`y` of shape \(16,\), one for each example. Received: shape \(5,\)"),
    "unknown": (Y + 1, r"Expected labels from 0 to 2. Received: 3"),
    "negative": (Y - 1, r"Expected labels from 0 to 2. Received: -1"),
    "floats": (Y.astype("float32"), r"Expected `y` to hold int32. Received: float32"),
    "one-hot": (np.eye(CLASSES)[Y], r"shape \(16,\).*Received: shape \(16, 3\)"),
}
ASKED = {
    "fit": lambda model, y: model.fit(X, y, verbose=0),
    "evaluate": lambda model, y: model.evaluate(X, y, verbose=0),
    "encode": lambda model, y: model.encode(X, y),
    "decode": lambda model, y: model.decode(X[:, :2], y),
    "reconstruct": lambda model, y: model.reconstruct(X, y),
    "predict": lambda model, y: model.predict([X, y], verbose=0),
    "sample": lambda model, y: model.sample(COUNT, y),
    "interpolate": lambda model, y: model.interpolate(X, X, y, steps=2),
    "log_likelihood": lambda model, y: model.log_likelihood(X, y, num_samples=2),
    "score": lambda model, y: model.score(X, y, num_samples=2),
}
whatever_is_asked = pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())


@pytest.fixture(scope="module")
def model():
    return conditional()


@whatever_is_asked
@pytest.mark.parametrize(("y", "message"), BAD.values(), ids=BAD.keys())
def test_bad_labels_are_refused_by_every_method(model, asked, y, message):
    with pytest.raises(ValueError, match=message):
        asked(model, y)
    assert int(np.asarray(model.step)) == 0


@whatever_is_asked
@pytest.mark.parametrize("y", [np.zeros((16, 3)), np.zeros(16), np.full((16, 2), "a")])
def test_vectors_of_another_shape_or_kind_are_refused(asked, y):
    arguments = {"condition_shape": (2,), **networks()}
    model = compiled(kerae.CVAE((FEATURES,), 2, likelihood="normal", **arguments))
    message = "to hold real numbers" if y.shape == (16, 2) else r"`y` of shape \(16, 2\)"
    with pytest.raises(ValueError, match=message):
        asked(model, y)


@pytest.mark.parametrize(
    "asked", [ASKED[n] for n in ASKED if n not in ("fit", "evaluate", "predict")]
)
def test_labels_for_a_model_that_is_not_conditional_are_refused(asked):
    with pytest.raises(
        ValueError, match=r"This AE is not conditional. Received: `y`, .*Leave it out"
    ):
        asked(unconditional(), Y)


def test_predict_of_a_conditional_model_takes_two_arrays(model):
    for given in (X, [X], as_data_loader(X, Y)):
        with pytest.raises(ValueError, match=r"conditional: expected the two arrays \[x, y\]"):
            model.predict(given, verbose=0)


@pytest.mark.parametrize("y", [3, -1, 1.5])
def test_one_label_for_all_samples_is_checked_too(model, y):
    with pytest.raises(ValueError, match=r"labels from 0 to 2|to hold int32"):
        model.sample(4, y)


def test_only_a_labeled_critic_takes_minus_one_for_unknown():
    model = with_labeled_critic()
    assert np.isfinite(model.fit(X, Y - 1, verbose=0).history["loss"]).all()
    with pytest.raises(ValueError, match="Expected labels from -1 to 2. Received: -2"):
        model.fit(X, Y - 2, verbose=0)
    with pytest.raises(ValueError, match="Expected labels from -1 to 2. Received: 3"):
        model.evaluate(X, Y + 1, verbose=0)


def test_labels_of_any_integer_type_are_taken(model):
    expected = model.encode(X, Y)
    for dtype in ("uint8", "int32", "int64"):
        np.testing.assert_array_equal(model.encode(X, Y.astype(dtype)), expected)
    np.testing.assert_array_equal(model.encode(X, Y.tolist()), expected)
