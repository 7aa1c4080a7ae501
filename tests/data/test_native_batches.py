"""Arrays as users' data sets give them are trained on as plain ones are, on every backend."""

import keras
import numpy as np
import pytest
from kinds_of_data import Batches

import kerae

X = np.random.default_rng(0).random((8, 4)).astype("float32")
ODD = {
    "backwards": lambda x: x[:, ::-1],
    "the other order of bytes": lambda x: x.astype(">f4"),
    "extended precision": lambda x: x.astype("longdouble"),
}


def as_generator(*arrays):
    while True:
        yield from Batches(*arrays)


def trained(x, batches):
    """What a new model says of examples after an epoch on them, and its loss."""
    kerae.set_random_seed(0)
    model = kerae.AE((4,), 2, encoder=keras.layers.Dense(3))
    model.compile("sgd")
    steps = {"steps_per_epoch": 2, "shuffle": False, "verbose": 0}
    model.fit(batches(x), validation_data=Batches(x), **steps)
    evaluated = model.evaluate(Batches(x), verbose=0, return_dict=True)["loss"]
    return model.encode(Batches(x)), model.predict(Batches(x), verbose=0), evaluated


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("batches", [Batches, as_generator])
@pytest.mark.parametrize("odd", ODD)
def test_batches_of_any_layout(odd, batches):
    x = ODD[odd](X)
    for found, expected in zip(trained(x, batches), trained(np.array(x, "float32"), batches)):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


def test_a_data_set_is_told_of_epochs_and_says_how_many_batches_it_has():
    told = []

    class Telling(Batches):
        def on_epoch_begin(self):
            told.append("begin")

        def on_epoch_end(self):
            told.append("end")

    model = kerae.AE((4,), 2, encoder=keras.layers.Dense(3))
    model.compile("sgd")
    history = model.fit(Telling(X), epochs=2, verbose=0)
    assert [each for each in told if each == "begin"] == 2 * ["begin"]
    assert told[-1] == "end"
    assert history.params["steps"] == 2
