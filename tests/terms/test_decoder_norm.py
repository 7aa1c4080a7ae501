import keras
import numpy as np
import pytest
from routing import slopes_of

import kerae

X = np.random.default_rng(0).random((6, 4), dtype="float32")


def model():
    made = kerae.Autoencoder(
        (4,),
        kerae.latents.Deterministic(2),
        terms=[kerae.Reconstruction(), kerae.terms.DecoderNorm(0.5)],
        encoder=keras.layers.Flatten(),
        decoder=keras.Sequential(
            [keras.layers.Dense(3), keras.layers.BatchNormalization(), keras.layers.Dense(4)]
        ),
    )
    for variable in made.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    made.compile()
    return made


def test_it_is_the_sum_of_squares_of_all_trainable_variables_of_the_decoder():
    made = model()
    first, normalization, last = (layer.get_weights() for layer in made.decoder.layers)
    expected = sum(np.square(each).sum() for each in (*first, *normalization[:2], *last))
    logs = made.evaluate(X, return_dict=True, verbose=0)
    assert logs["decoder_norm"] == pytest.approx(expected, rel=1e-5)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.5 * expected, rel=1e-5)


def test_it_pulls_the_decoders_variables_to_0_and_no_other():
    made = model()
    own = {id(variable) for variable in made.decoder.trainable_variables}
    slopes = slopes_of(made, (X,), "decoder_norm")
    for variable, slope in zip(made.trainable_variables, slopes, strict=True):
        expected = np.asarray(keras.ops.convert_to_numpy(variable)) if id(variable) in own else 0.0
        np.testing.assert_allclose(slope, np.broadcast_to(expected, slope.shape), rtol=1e-5)
