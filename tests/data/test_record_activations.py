import json

import keras
import numpy as np
import pytest

import kerae
from kerae.data import Activations, record_activations

L = keras.layers
X = np.random.default_rng(0).normal(size=(50, 6, 6, 1)).astype("float32")


@pytest.fixture(scope="module")
def convolutional():
    kerae.set_random_seed(0)
    layers = [L.Conv2D(4, 3, activation="relu", name="maps"), L.Dropout(0.5), L.Flatten()]
    return keras.Sequential([keras.Input((6, 6, 1)), *layers, L.Dense(5, name="hidden")])


def whole(activations):
    return np.concatenate([activations.in_order(number) for number in range(len(activations))])


def record(model, layer, x, folder, **arguments):
    return record_activations(model, layer, x, folder, verbose=False, **arguments)


def test_places_of_maps_are_rows_with_their_origin(convolutional, tmp_path):
    recorded = record(convolutional, "maps", X, tmp_path, batch_size=20, shard_rows=400)
    expected = keras.Model(convolutional.inputs, convolutional.get_layer("maps").output)
    expected = expected.predict(X, verbose=0)
    np.testing.assert_allclose(whole(recorded), expected.reshape(-1, 4), rtol=1e-4, atol=1e-5)
    example, place = recorded.origin([16 * 21 + 6])
    assert (example, np.unravel_index(place, recorded.places)) == (21, (1, 2))
    shards = sorted(path.name for path in tmp_path.glob("*.npy"))
    assert shards == [f"activations-0000{number}.npy" for number in range(2)]
    np.testing.assert_allclose(np.load(tmp_path / shards[1]), expected[40:], rtol=1e-4, atol=1e-5)
    about = json.loads((tmp_path / "activations.json").read_text())
    assert (
        about.items()
        >= {
            "layer": "maps",
            "dtype": "float32",
            "shape": [4, 4, 4],
            "examples": 50,
            "rows": 800,
            "kerae": kerae.__version__,
            "finished": True,
        }.items()
    )


def test_nothing_is_dropped(convolutional, tmp_path):
    recorded = record(convolutional, "hidden", X, tmp_path)
    expected = convolutional.predict(X, verbose=0)
    np.testing.assert_allclose(whole(recorded), expected, rtol=1e-4, atol=1e-5)


def test_a_layer_inside_of_a_model_of_kerae(tmp_path):
    model = kerae.AE((6, 6, 1), 2, likelihood="normal")
    layer = model.encoder.layers[-1]
    recorded = record(model, f"encoder/{layer.name}", X, tmp_path)
    np.testing.assert_allclose(
        whole(recorded), model.encoder.predict(X, verbose=0), rtol=1e-4, atol=1e-5
    )
    assert "call" not in vars(layer)


class Blocks(keras.Model):
    """Not made of a graph of layers."""

    def __init__(self):
        super().__init__()
        self.first = L.Dense(3, name="block")
        self.inner = keras.Sequential([L.Dense(3, name="block")], name="inner")

    def call(self, x, training=False):
        return self.inner(self.first(x)) + (1.0 if training else 0.0)


def test_a_model_of_any_class_and_half_precision(tmp_path):
    model, x = Blocks(), X.reshape(50, 36)
    with pytest.raises(ValueError, match="a model that is built"):
        record(model, "block", x, tmp_path / "none")
    model(x[:1])
    recorded = record(model, model.first, x, tmp_path / "object", dtype="float16")
    kernel, bias = model.first.get_weights()
    np.testing.assert_allclose(whole(recorded), x @ kernel + bias, rtol=2e-3, atol=2e-3)
    assert np.load(tmp_path / "object" / "activations-00000.npy").dtype == np.float16
    recorded = record(model, "inner/block", x, tmp_path / "path")
    np.testing.assert_allclose(whole(recorded), model.predict(x, verbose=0), rtol=1e-4, atol=1e-5)
    model.first.set_weights([kernel * 1e6, bias])
    with pytest.raises(ValueError, match="too large"):
        record(model, model.first, x, tmp_path / "large", dtype="float16")


@pytest.mark.mainly("torch", "jax")
def test_a_module_of_pytorch_on_any_backend(tmp_path):
    import torch

    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(1, 3, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Dropout(0.9)]
    module, x = torch.nn.Sequential(*layers), np.moveaxis(X, -1, 1)
    recorded = record(module, "1", x, tmp_path / "maps", channel_axis=1, batch_size=20)
    with torch.no_grad():
        expected = module[:2](torch.tensor(x)).numpy()
    expected = np.moveaxis(expected, 1, -1).reshape(-1, 3)
    np.testing.assert_allclose(whole(recorded), expected, rtol=1e-5, atol=1e-6)
    assert module.training
    module[3].eval()
    flat = record(module, layers[3], x, tmp_path / "flat")
    np.testing.assert_allclose(
        whole(flat), module[:3](torch.tensor(x)).detach(), rtol=1e-5, atol=1e-6
    )
    assert [each.training for each in module] == [True, True, True, False]
    first_of_two = record(giving_two(module[0]), "pair", x, tmp_path / "two", channel_axis=1)
    np.testing.assert_allclose(np.maximum(whole(first_of_two), 0), whole(recorded), atol=1e-6)
    with pytest.raises(ValueError, match="submodule of Sequential: 0, 1, 2, 3"):
        record(module, "conv", x, tmp_path / "none")


def giving_two(layer):
    """A module with a submodule `pair` that gives two arrays."""
    import torch

    class Pair(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x), None

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.pair = Pair()

        def forward(self, x):
            return self.pair(x)[0]

    return Whole()


class Stop(Exception):
    pass


class Stopping(keras.utils.PyDataset):
    """Batches of which one is never given."""

    def __init__(self, stop):
        super().__init__()
        self.stop = stop

    def __len__(self):
        return 5

    def __getitem__(self, index):
        if index == self.stop:
            raise Stop
        return (X[index * 10 : index * 10 + 10],)


def test_goes_on_after_the_last_whole_shard(convolutional, tmp_path):
    arguments = {"shard_rows": 300, "batch_size": 10}
    with pytest.raises(Stop):
        record(convolutional, "maps", Stopping(3), tmp_path / "stopped", **arguments)
    first = tmp_path / "stopped" / "activations-00000.npy"
    assert [path.name for path in sorted((tmp_path / "stopped").iterdir())] == [
        first.name,
        "activations.json",
    ]
    with pytest.raises(ValueError, match="a whole recording"):
        Activations(tmp_path / "stopped")
    before = first.stat().st_mtime_ns
    resumed = record(convolutional, "maps", Stopping(None), tmp_path / "stopped", **arguments)
    through = record(convolutional, "maps", X, tmp_path / "through", **arguments)
    np.testing.assert_array_equal(whole(resumed), whole(through))
    assert first.stat().st_mtime_ns == before
    again = record(convolutional, "maps", Stopping(1), tmp_path / "stopped", **arguments)
    assert again.rows == 800  # without computing more than the first examples


def test_refuses_to_go_on_with_another_recording(convolutional, tmp_path):
    with pytest.raises(Stop):
        record(convolutional, "maps", Stopping(3), tmp_path, batch_size=10, shard_rows=100)
    with pytest.raises(FileExistsError, match="layer = 'maps', but now it is 'hidden'"):
        record(convolutional, "hidden", X, tmp_path, batch_size=10, shard_rows=100)
    with pytest.raises(FileExistsError, match="come out otherwise"):
        record(convolutional, "maps", -X, tmp_path, batch_size=10, shard_rows=100)
    record(convolutional, "maps", X, tmp_path, batch_size=10, shard_rows=100)
    with pytest.raises(FileExistsError, match="come out otherwise"):
        record(convolutional, "maps", -X, tmp_path, batch_size=10, shard_rows=100)
    with pytest.raises(FileExistsError, match="7 examples in the place of 50"):
        record(convolutional, "maps", X[:7], tmp_path, batch_size=10, shard_rows=100)
    replaced = record(convolutional, "hidden", X, tmp_path, overwrite=True)
    assert (replaced.rows, replaced.input_shape) == (50, (5,))
    (tmp_path / "activations.json").unlink()
    with pytest.raises(FileExistsError, match="without other arrays"):
        record(convolutional, "hidden", X, tmp_path)


@pytest.mark.once
def test_refuses_layers(convolutional, tmp_path):
    with pytest.raises(ValueError, match="maps, dropout.*Received: 'map'"):
        record(convolutional, "map", X, tmp_path)
    shared = L.Dense(2, name="shared")
    inputs = keras.Input((2,))
    twice = keras.Model(inputs, shared(shared(inputs)))
    with pytest.raises(ValueError, match="called 2 times"):
        record(twice, "shared", np.zeros((3, 2), "float32"), tmp_path / "twice")
    with pytest.raises(ValueError, match="a Keras model or a torch.nn.Module"):
        record("model", "layer", X, tmp_path)
