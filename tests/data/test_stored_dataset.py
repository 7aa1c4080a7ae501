import json

import keras
import numpy as np
import pytest

import kerae

pytestmark = pytest.mark.once


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "activations"
    folder.mkdir()
    x = np.random.default_rng(0).normal(size=(2000, 6)).astype("float32")
    x[:, 0] = np.arange(2000) / 2000
    np.save(folder / "a.npy", x[:900])
    np.save(folder / "b.npy", x[900:])
    return folder


def model():
    kerae.set_random_seed(0)
    layers = {"encoder": keras.layers.Dense(4), "decoder": keras.layers.Dense(6)}
    return kerae.AE((6,), 2, likelihood="normal", **layers)


def numbers(x):
    return {round(2000 * float(each)) for each in x[:, 0]}


def test_a_folder_is_loaded_with_rows_held_out(folder):
    data = kerae.data.load(str(folder))
    assert repr(data) == "StoredDataset(name='activations', train=1892, test=100)"
    assert data.input_shape == (6,) and data.digest == kerae.data.load(folder).digest
    rest, validation = data.parts(0.1, seed=0)
    trained = np.concatenate([rest.in_order(number) for number in range(len(rest))])
    parts = [numbers(each) for each in (trained, validation, data.x_test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) > 1900


def test_one_file_too_and_what_is_no_such_file(folder):
    assert kerae.data.load(folder / "b.npy").name == "b"
    with pytest.raises(FileNotFoundError, match="images or activations"):
        kerae.data.load(folder / "c.npy")


@pytest.mark.slow
def test_trains_a_run_and_resumes_it(folder, tmp_path):
    data, out = kerae.data.load(folder), tmp_path / "run"
    kept = np.load(folder / "b.npy")
    settings = {"batch_size": 100, "validation": 0.1}
    kerae.train(model(), data, out, epochs=2, **settings)
    record = json.loads((out / "run.json").read_text())
    assert record["finished"] and record["data"]["digest"] == data.digest
    assert record["data"]["test"] == 100
    with pytest.raises(ValueError, match="digest"):
        np.save(folder / "b.npy", np.ones((1100, 6), "float32"))
        other = kerae.data.load(folder)
        kerae.train(model(), other, out, epochs=3, resume=True, **settings)
    np.save(folder / "b.npy", kept)
    record = kerae.train(model(), data, out, epochs=3, resume=True, **settings)
    assert record["epochs_trained_now"] == 1
