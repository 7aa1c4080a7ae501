"""A decoder that ends in a sigmoid is refused where logits are expected."""

import keras
import pytest

import kerae

TAILS = {
    "dense": [keras.layers.Dense(64, activation="sigmoid"), keras.layers.Reshape((8, 8, 1))],
    "layer": [
        keras.layers.Dense(64),
        keras.layers.Reshape((8, 8, 1)),
        keras.layers.Activation("sigmoid"),
    ],
}


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous_bernoulli"])
def test_a_sigmoid_at_the_end_of_the_decoder_is_refused(likelihood, tail):
    with pytest.raises(
        ValueError, match="takes logits. Received: a decoder that ends in a sigmoid"
    ):
        kerae.AE((8, 8, 1), 2, likelihood=likelihood, decoder=keras.Sequential(TAILS[tail]))


def test_a_sigmoid_elsewhere_is_not(images):
    hidden = [keras.layers.Dense(8, activation="sigmoid"), keras.layers.Dense(64)]
    kerae.AE((8, 8, 1), 2, decoder=keras.Sequential([*hidden, keras.layers.Reshape((8, 8, 1))]))
    kerae.AE((8, 8, 1), 2, likelihood="normal", decoder=keras.Sequential(TAILS["dense"]))
