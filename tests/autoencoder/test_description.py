"""`print(model)`, of whatever networks."""

import keras
import pytest
from keras import ops
from small_models import SMALL_MODELS

import kerae

pytestmark = pytest.mark.once


class WithoutShape(keras.layers.Layer):
    """An encoder as people write them: nothing tells the shape of what it gives."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(5)

    def call(self, x, training=False):
        return self.dense(ops.reshape(x, (-1, 16)))


def test_the_features_of_an_encoder_that_does_not_tell_their_shape():
    model = kerae.AE((4, 4, 1), 2, encoder=WithoutShape())
    assert "WithoutShape" in str(model) and "(4, 4, 1) -> (5,)" in str(model)


@pytest.mark.parametrize("name", SMALL_MODELS)
def test_every_model_has_one(name):
    model = SMALL_MODELS[name]()
    assert str(model.latent.event_shape) in str(model)
