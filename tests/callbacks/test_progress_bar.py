"""What is printed while a model trains: a bar that ends where the epoch ends."""

import re

import keras
import numpy as np
import pytest

import kerae

BATCHES = 5
BACKEND = keras.backend.backend()


@pytest.fixture
def new_model():
    def make(**options):
        model = kerae.AE((8, 8, 1), 2, encoder=keras.layers.Flatten())
        model.compile("sgd", **options)
        return model

    return make


@pytest.fixture(autouse=True)
def _every_update(monkeypatch):
    """Is printed, not only those of a twentieth of a second."""
    monkeypatch.setattr(
        "keras.src.callbacks.progbar_logger.Progbar",
        lambda **options: keras.utils.Progbar(interval=0, **options),
    )


@pytest.fixture
def bars(capsys):
    """The pairs `(seen, in all)` that have been printed since it was asked last; `None` for ?."""

    def printed():
        text = capsys.readouterr().out
        assert "m-" not in text, f"a time below zero: {text}"
        return [(int(a), int(b)) for a, b in re.findall(r"(\d+)/(\d+)\x1b", text)]

    return printed


class Watch(keras.callbacks.Callback):
    """So that a call is a step."""

    def on_train_batch_end(self, batch, logs=None):
        pass


def assert_ends_at(bars, batches, epochs=1):
    assert all(seen <= batches for seen, _ in bars)
    assert {of for _, of in bars} == {batches}
    assert bars.count((batches, batches)) >= epochs


ARRAYS = {
    "calls of two steps": lambda model, x: model.fit(x, batch_size=3, epochs=2),
    "a step a call": lambda model, x: model.fit(x, batch_size=3, epochs=2, callbacks=[Watch()]),
    "weights": lambda model, x: model.fit(x, batch_size=3, epochs=2, sample_weight=np.ones(len(x))),
}


@pytest.mark.parametrize("way", ARRAYS)
def test_an_epoch_of_arrays(images, new_model, bars, monkeypatch, way):
    monkeypatch.setattr("kerae.autoencoder.many_steps.AUTO", 2)  # steps a call
    ARRAYS[way](new_model(), images[:13])
    assert_ends_at(bars(), BATCHES, epochs=2)


class Images(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return BATCHES

    def __getitem__(self, index):
        return (self.x[3 * index : 3 * index + 3],)


several_steps_a_call = pytest.mark.skipif(BACKEND == "torch", reason="a call is one step there")


@several_steps_a_call
def test_a_data_set(images, new_model, bars):
    new_model(steps_per_execution=2).fit(Images(images[:13]), epochs=2)
    assert_ends_at(bars(), BATCHES, epochs=2)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_data_set_of_unknown_length(images, new_model, bars):
    steps = 1 if BACKEND == "torch" else 2
    batches = Images(images[:13])
    new_model(steps_per_execution=steps).fit(batches[i] for i in range(BATCHES))
    assert_ends_at(bars(), BATCHES)


@several_steps_a_call
def test_an_evaluation_by_several_steps_a_call(images, new_model, bars):
    model = new_model(steps_per_execution=2)
    model.evaluate(images[:13], batch_size=3)
    assert_ends_at(bars(), BATCHES)
    model.evaluate(images[:13], None, 3, 0)
    assert not bars()


def test_a_bar_is_printed_once_or_not_at_all(images, new_model, bars, capsys):
    new_model().fit(images, batch_size=16, verbose=0)
    assert not bars()
    new_model().fit(images, batch_size=16, callbacks=[keras.callbacks.ProgbarLogger()])
    assert set(bars()) == {(1, 1)}
    new_model().fit(images, batch_size=16, verbose=2)
    assert len(capsys.readouterr().out.splitlines()) == 1
