"""The precision of a model: that of what it makes itself, in whatever session it is loaded."""

import keras
import numpy as np
import pytest

import kerae

MODELS = {
    "VAE": lambda **given: kerae.VAE((4,), 2, **given),
    "FactorVAE": lambda **given: kerae.FactorVAE((4,), 2, **given),
    "StackedAE": lambda **given: kerae.StackedAE((4,), 2, widths=(3,), **given),
}


def computed_in(model):
    return {layer.compute_dtype for layer in (*model.encoder.layers, *model.decoder.layers)}


def kept_in(model):
    floats = (v for v in model.variables if "float" in v.dtype and v.name != "seen")
    return {v.dtype for v in floats}


@pytest.mark.once
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("dtype", "computes", "keeps"),
    [
        ("mixed_bfloat16", "bfloat16", "float32"),
        ("float64", "float64", "float64"),
        (keras.DTypePolicy("mixed_float16"), "float16", "float32"),
    ],
    ids=str,
)
def test_networks_and_parts_that_a_model_makes_have_its_precision(
    name, dtype, computes, keeps, tmp_path
):
    before = keras.config.dtype_policy()
    model = MODELS[name](dtype=dtype)
    assert keras.config.dtype_policy() == before
    model.save(tmp_path / "model.keras")
    for each in (model, kerae.load(tmp_path / "model.keras")):
        assert computed_in(each) == {computes} and kept_in(each) == {keeps}


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="it has to be told before it starts")
def test_a_model_of_double_precision_trains():
    x = np.random.default_rng(0).random((6, 4))
    model = kerae.VAE((4,), 2, dtype="float64", encoder=keras.layers.Dense(3, dtype="float64"))
    model.compile()
    assert np.isfinite(model.fit(x, verbose=0).history["loss"]).all()


@pytest.mark.once
def test_a_model_that_cannot_be_made_leaves_the_precision_of_the_session():
    before = keras.config.dtype_policy()
    with pytest.raises(ValueError, match="Expected `latent`"):
        kerae.Autoencoder((4,), 2, dtype="float64")
    assert keras.config.dtype_policy() == before
