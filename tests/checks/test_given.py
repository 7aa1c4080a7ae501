"""Arrays of every kind are what they hold; what cannot be one is refused in one line."""

import keras
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import kerae
from kerae.checks.given import as_array

X = np.random.default_rng(0).random((16, 4)).astype("float32")


def as_memory_map(x, folder):
    np.save(folder / "x.npy", x)
    return np.load(folder / "x.npy", mmap_mode="r")


def as_torch(x):
    import torch

    return torch.from_numpy(x.copy()).requires_grad_()


def as_tensorflow(x):
    import tensorflow as tf

    return tf.constant(x)


def as_jax(x):
    import jax

    return jax.numpy.asarray(x)


def read_only(x):
    """As a frame of polars gives its columns."""
    x = np.asfortranarray(x)
    x.flags.writeable = False
    return x


GIVEN = {
    "frame": pd.DataFrame,
    "backwards": lambda x: x[:, ::-1].copy()[:, ::-1],
    "big-endian": lambda x: x.astype(">f4"),
    "list": list,
    "nested list": lambda x: x.tolist(),
    "tuple": tuple,
    "object": lambda x: x.astype(object),
    "masked": lambda x: np.ma.masked_array(x, np.zeros(x.shape, bool)),
    "float64": lambda x: x.astype("float64"),
    "longdouble": lambda x: x.astype("longdouble"),
    "Fortran": np.asfortranarray,
    "read-only Fortran": read_only,
    "torch": as_torch,
    "tensorflow": as_tensorflow,
    "jax": as_jax,
    "keras": keras.ops.convert_to_tensor,
}


@pytest.fixture(scope="module")
def model():
    kerae.set_random_seed(0)
    model = kerae.VAE((4,), 2, encoder=keras.layers.Dense(3))
    model.compile(keras.optimizers.SGD(1e-3))
    return model


@pytest.mark.slow
@pytest.mark.mainly("torch")
@pytest.mark.parametrize("kind", GIVEN)
def test_every_kind_of_array_is_answered_as_numpy_is(model, kind):
    given = GIVEN[kind](X)
    expected, found = (
        [
            model.encode(x),
            model.reconstruct(x),
            model.predict(x, verbose=0),
            np.float64(model.evaluate(x, verbose=0)),
            *model.score(x, num_samples=2).values(),
            model.interpolate(x, x),
        ]
        for x in (X, given)
    )
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    history = model.fit(given, validation_data=(given,), batch_size=4, verbose=0).history
    assert np.isfinite(history["loss"] + history["val_loss"]).all()
    codes = GIVEN[kind](X[:, :2])
    np.testing.assert_allclose(model.decode(codes), model.decode(X[:, :2]), rtol=1e-5)
    np.testing.assert_array_equal(
        kerae.data.binarize(GIVEN[kind](X), threshold=0.5), X > np.float32(0.5)
    )


def test_half_precision_and_memory_maps(model, tmp_path):
    np.testing.assert_allclose(model.encode(X.astype("float16")), model.encode(X), atol=1e-2)
    model.fit(X.astype("float16"), verbose=0)
    mapped = as_memory_map(X, tmp_path)
    np.testing.assert_array_equal(model.encode(mapped), model.encode(X))
    model.fit(mapped, verbose=0)
    assert np.shares_memory(as_array(mapped, "x"), mapped)


def test_what_is_an_array_already_is_not_copied():
    for x in (X, X.astype("float16"), (X * 255).astype("uint8"), X[::2]):
        assert as_array(x, "x") is x


REFUSED = {
    "sparse": (scipy.sparse.csr_matrix(X), "dense array. Received: a sparse csr_matrix.*toarray"),
    "masked": (np.ma.masked_array(X, X > 0.9), "masked array, .* of its 64 elements masked"),
    "strings": (X.astype(str), "to hold real numbers. Received: <U"),
    "words": ("x", "as an array. Received: 'x'"),
    "nothing": (None, "as an array. Received: None"),
    "a number": (3, "as an array. Received: 3"),
    "a dict": ({"x": X}, "as an array. Received: a dict"),
    "complex": (X.astype("complex64"), "to hold real numbers. Received: complex64"),
    "objects": (np.array([object()] * 16), "to hold real numbers. Received: other objects"),
    "dates": (np.zeros((16, 4), "datetime64[s]"), "to hold real numbers. Received: datetime64"),
    "several inputs": ([X, X[:, :2]], r"2 arrays of shapes \(16, 2\), \(16, 4\)"),
    "ragged": ([[1.0], [1.0, 2.0]], "of which NumPy makes none"),
    "mixed frame": (pd.DataFrame({"a": ["u", "v"], "b": [1.0, 2.0]}), "other objects"),
    "empty": (X[:0], "at least one example"),
    "scalar": (np.float32(1), r"shape \('n', 4\). Received: shape \(\)"),
    "boolean": (X > 0.5, r"floats. Received: bool. Convert it by `x.astype\('float32'\)`"),
    "zeros and ones": ((X > 0.5).astype(int), r"int64. Convert it by `x.astype\('float32'\)`"),
    "bytes": ((X * 255).astype("uint8"), r"uint8. .*astype\('float32'\) / 255"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "encode", "score"])
def test_what_is_no_array_of_examples_is_refused_in_one_line(model, method, kind):
    x, message = REFUSED[kind]
    with pytest.raises(ValueError, match=message) as raised:
        getattr(model, method)(x)
    assert "\n" not in str(raised.value)


def test_weights_are_one_finite_number_an_example(model):
    with pytest.raises(ValueError, match="one number an example.*Received: shape"):
        model.fit(X, sample_weight=np.ones((16, 4)), verbose=0)
    with pytest.raises(ValueError, match="NaN or infinity in 1 of 16 examples of `sample_weight`"):
        model.evaluate(X, sample_weight=np.where(np.arange(16) == 3, np.nan, 1.0), verbose=0)
    model.fit(X, sample_weight=pd.Series(np.ones(16)), verbose=0)


def test_a_rounding_error_beyond_one_is_taken_and_a_larger_excess_is_shown(model):
    x = X.copy()
    x[0, 0] = np.nextafter(np.float32(1), np.float32(2))
    assert np.isfinite(model.evaluate(x, verbose=0, return_dict=True)["loss"])
    x[0, 0] = 1.00001
    with pytest.raises(ValueError, match="to 1.00001"):
        model.evaluate(x, verbose=0)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", ">i2"])
def test_integers_are_taken_where_preprocessing_makes_floats_of_them(dtype):
    kerae.set_random_seed(0)
    rescaled = {"preprocessing": keras.layers.Rescaling(1 / 255)}
    model = kerae.VAE((4,), 2, encoder=keras.layers.Dense(3), **rescaled)
    model.compile(keras.optimizers.SGD(1e-3))
    pixels = (X * 255).astype(dtype)
    floats = pixels.astype("float32")
    model.fit(pixels, validation_data=(pixels,), batch_size=4, verbose=0)
    for ask in (model.encode, model.predict, model.evaluate, lambda x: model.score(x)["kl"]):
        np.testing.assert_allclose(ask(pixels), ask(floats), rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match=r"\[0, 1\].*to 2"):
        model.fit(np.full((16, 4), 600, "int64"), verbose=0)


def test_binarize_takes_no_bytes_as_gray_values():
    model = kerae.VAE((4,), 2, preprocessing=kerae.data.Binarize("threshold"))
    model.compile()
    with pytest.raises(ValueError, match="from 0 to 1. Received: .*Divide 8-bit pixels by 255"):
        model.fit((X * 255).astype("uint8"), verbose=0)


def test_networks_are_of_images_with_channels_last_whatever_keras_is_set_to():
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        model = kerae.VAE((17, 16, 1), 2)
        model.compile()
        model.fit(np.zeros((4, 17, 16, 1), "float32"), verbose=0)
        kerae.VAEGAN((16, 16, 3), 2)
    finally:
        keras.config.set_image_data_format(before)
