"""Bad input gets one clear line before any training."""

import keras
import numpy as np
import pytest

import kerae
from kerae.checks import arrays


@pytest.fixture(scope="module")
def model():
    model = kerae.VAE(input_shape=(8, 8, 1), latent_dim=2)
    model.compile(optimizer="adam")
    return model


def with_nan(x):
    x = x.copy()
    x[3, 2, 2, 0] = np.nan
    x[7, 0, 0, 0] = np.inf
    return x


BAD = {
    "out of range": (
        lambda x: x * 255,
        r"Bernoulli takes values in \[0, 1\].*to 254\.\d+.*x / 255",
    ),
    "negative": (lambda x: x - 0.5, r"values from -0\.\d+ to 0\.\d+.*likelihood=\"normal\""),
    "NaN and infinity": (with_nan, r"NaN or infinity in 2 of 16 examples of `x`, rows 3, 7"),
    "no channel axis": (lambda x: x[..., 0], r"\('n', 8, 8, 1\).*\(16, 8, 8\).*x\[\.\.\., None\]"),
    "one example": (lambda x: x[0], r"batch of one: shape \(1, 8, 8, 1\)"),
    "other size": (lambda x: x[:, :7], r"Expected `x` of shape .*Received: shape \(16, 7, 8, 1\)"),
    "empty": (lambda x: x[:0], r"at least one example.*\(0, 8, 8, 1\)"),
    "integers": (
        lambda x: (x * 255).astype("uint8"),
        r"floats. Received: uint8.*astype\('float32'\)",
    ),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize(
    "method", ["fit", "evaluate", "predict", "encode", "log_likelihood", "score"]
)
def test_bad_data_are_refused_by_every_method(model, images, method, case):
    spoil, message = BAD[case]
    before = [np.asarray(v) for v in model.variables]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        getattr(model, method)(spoil(images))
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.asarray(variable), value)


@pytest.mark.parametrize("bad_validation", [lambda x: (x * 2,), lambda x: x * 2])
def test_validation_data_are_checked_before_training(model, images, bad_validation):
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        model.fit(images, validation_data=bad_validation(images), verbose=0)
    assert int(np.asarray(model.step)) == 0


def test_tokens_that_the_dtype_of_the_model_does_not_hold_are_refused():
    encoder = keras.Sequential([keras.layers.Embedding(256, 4), keras.layers.Flatten()])
    model = kerae.Autoencoder(
        (5,), kerae.latents.Deterministic(2), "normal", input_dtype="uint8", encoder=encoder
    )
    model.encode(np.full((2, 5), 255))
    for tokens in (np.full((2, 5), 300), np.full((2, 5), -1)):
        message = f"hold uint8, integers from 0 to 255. Received: integers from {tokens[0, 0]}"
        with pytest.raises(ValueError, match=message):
            model.encode(tokens)


def test_the_first_batch_of_a_data_set_is_checked(model, images):
    import torch

    images = torch.from_numpy(images * 3)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images), batch_size=4)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        model.fit(loader, verbose=0)
    with pytest.raises(ValueError, match="TensorDataset"):
        model.fit(torch.utils.data.DataLoader(images, batch_size=4), verbose=0)


def test_lengths_must_agree(model, images):
    with pytest.raises(
        ValueError, match="`sample_weight` to be as long as `x`. Received: 3 and 16"
    ):
        model.fit(images, sample_weight=np.ones(3), verbose=0)


@pytest.mark.parametrize("shape", [(16, 3), (2,), (0, 2)])
def test_codes_of_another_shape_are_refused(model, shape):
    with pytest.raises(ValueError, match="`z`"):
        model.decode(np.zeros(shape, "float32"))


@pytest.mark.parametrize("argument", ["loss", "metrics"])
def test_compile_refuses_what_would_be_ignored(model, argument):
    with pytest.raises(ValueError, match=f"own objective. Received: {argument}="):
        model.compile(**{argument: "mse"})


def test_data_are_checked_as_the_likelihood_sees_them(images):
    model = kerae.VAE((8, 8, 1), 2, preprocessing=kerae.data.Binarize("fixed"))
    model.compile()
    assert np.isfinite(model.evaluate(images, verbose=0, return_dict=True)["loss"])
    # Binary after preprocessing, and so a density: not refused.
    assert np.isfinite(model.log_likelihood(images, num_samples=2)).all()


def test_all_rows_are_looked_at_some_at_a_time(model, monkeypatch):
    monkeypatch.setattr(arrays, "ROWS_AT_ONCE", 2)
    x = np.zeros((5, 8, 8, 1), "float32")
    x[4] = 0.5
    with pytest.raises(ValueError, match=r"20\.0% of the values"):
        model.log_likelihood(x)
    x[4, 0, 0, 0] = np.nan
    with pytest.raises(ValueError, match=r"in 1 of 5 examples of `x`, rows 4"):
        model.encode(x)
