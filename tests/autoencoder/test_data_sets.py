"""What is asked of a data set is what is asked of its arrays, a batch at a time."""

import keras
import numpy as np
import pytest
from kinds_of_data import KINDS_OF_DATA, Batches

import kerae
from kerae.data import Dataset

pytestmark = pytest.mark.mainly("torch")

CLASSES, COUNT, SHAPE = 3, 10, (3, 2, 1)  # the last batch of four is smaller
X = np.random.default_rng(0).integers(0, 2, (COUNT, *SHAPE)).astype("float32")
Y = np.arange(COUNT) % CLASSES
WEIGHT = np.ones(COUNT, "float32")

ASKED = {
    "encode": {},
    "reconstruct": {},
    "log_likelihood": {"num_samples": 3},
    "score": {"num_samples": 3},
}
every_kind_of_data = pytest.mark.parametrize("convert", KINDS_OF_DATA)
whatever_is_asked = pytest.mark.parametrize("method", ASKED)


def new_model(condition=None):
    kerae.set_random_seed(0)
    dense = {"encoder": keras.layers.Flatten(), "condition": condition}
    return kerae.Autoencoder(SHAPE, kerae.latents.Normal(2), **dense)


@pytest.fixture(scope="module")
def model():
    return new_model()


@pytest.fixture(scope="module")
def conditional():
    return new_model(kerae.conditions.Label(CLASSES))


def ask(model, method, *data):
    return getattr(model, method)(*data, **ASKED[method])


def assert_alike(found, expected):
    assert keras.tree.map_structure(np.shape, found) == keras.tree.map_structure(np.shape, expected)
    for one, other in zip(keras.tree.flatten(found), keras.tree.flatten(expected)):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@whatever_is_asked
@every_kind_of_data
def test_every_kind_of_data_is_answered_as_its_arrays_are(model, method, convert):
    expected = ask(model, method, X)
    for arrays in ((X,), (X, Y, WEIGHT)):  # labels that nothing reads, and weights
        assert_alike(ask(model, method, convert(*arrays)), expected)


@whatever_is_asked
@every_kind_of_data
def test_a_conditional_model_reads_the_labels_of_the_data_set(conditional, method, convert):
    found = ask(conditional, method, convert(X, Y))
    assert_alike(found, ask(conditional, method, X, Y))


def test_batches_may_be_arrays_alone(model):
    import tensorflow as tf
    import torch

    expected = ask(model, "encode", X)
    for data in (
        (X[start : start + 4] for start in range(0, COUNT, 4)),
        tf.data.Dataset.from_tensor_slices(X).batch(4),
        torch.utils.data.DataLoader(torch.from_numpy(X), batch_size=4),
    ):
        assert_alike(ask(model, "encode", data), expected)


def test_the_target_that_is_given_is_read_where_it_is_compared():
    target = kerae.targets.Given((2,))
    options = {"encoder": keras.layers.Flatten(), "likelihood": "normal", "target": target}
    model = kerae.Autoencoder(SHAPE, kerae.latents.Normal(2), **options)
    y = X[:, 0, :, 0]
    assert_alike(ask(model, "score", Batches(X, y)), ask(model, "score", X, y))
    assert_alike(ask(model, "reconstruct", Batches(X, y)), ask(model, "reconstruct", X))


def test_a_label_that_the_decoder_alone_reads_is_not_needed_to_encode():
    model = kerae.CAAE(SHAPE, 2, num_classes=CLASSES, encoder=keras.layers.Flatten())
    for data in (Batches(X), Batches(X, Y)):
        assert_alike(ask(model, "encode", data), ask(model, "encode", X))


def test_a_list_is_an_array(model):
    assert_alike(ask(model, "encode", list(X)), ask(model, "encode", X))


# What is refused


def spoiled(value, row=9):
    x = X.copy()
    x[row, 0, 0, 0] = value
    return x


@whatever_is_asked
@every_kind_of_data
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (spoiled(np.nan), r"NaN or infinity in 1 of 2 examples of `x`, rows 1"),
        (spoiled(2.0, row=5), r"takes values in \[0, 1\].*to 2"),
        (X[..., 0], r"Expected `x` of shape .*Received: shape \(4, 3, 2\)"),
    ],
)
def test_each_batch_is_checked(model, method, convert, x, message):
    with pytest.raises(ValueError, match=message):
        ask(model, method, convert(x))


def as_generator(*arrays):
    return (batch for batch in Batches(*arrays))


@pytest.mark.parametrize("convert", [*KINDS_OF_DATA, as_generator])
def test_predict_reads_every_kind_of_data_and_checks_each_batch(model, convert):
    found = model.predict(convert(X), verbose=0)
    np.testing.assert_allclose(found, model.reconstruct(X), rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match=r"^Bernoulli takes values in \[0, 1\].*to 2"):
        model.predict(convert(spoiled(2.0, row=5)), verbose=0)


@whatever_is_asked
def test_labels_are_checked_in_each_batch(conditional, method):
    with pytest.raises(ValueError, match=r"needs `y` of shape \(4,\)"):
        ask(conditional, method, Batches(X))
    unknown = np.where(np.arange(COUNT) == 9, CLASSES, Y)
    with pytest.raises(ValueError, match="Expected labels from 0 to 2. Received: 3"):
        ask(conditional, method, Batches(X, unknown))


def test_gray_pixels_in_any_batch_have_no_likelihood_under_bernoulli(model):
    with pytest.raises(ValueError, match="density of binary data"):
        model.log_likelihood(Batches(spoiled(0.5)))


NOT_DATA = {
    "labels beside": ((Batches(X, Y), Y), r"batches are \(x, y\). Received: `y` beside it"),
    "no batches": ((Batches(X[:0]),), "Received: a data set without batches"),
    "nothing": ((None,), "Expected `x` as an array. Received: None"),
    "train and test": (
        (Dataset(X, Y, X, Y, name="two", class_names=("a", "b", "c")),),
        r"Received: Dataset\(name='two'.*\). Pass a part of it, `data.x_test`.",
    ),
}


@whatever_is_asked
@pytest.mark.parametrize(("data", "message"), NOT_DATA.values(), ids=NOT_DATA.keys())
def test_what_is_no_data_set_of_examples_is_refused(conditional, method, data, message):
    with pytest.raises(ValueError, match=message):
        ask(conditional, method, *data)
