import keras
import numpy as np
import pytest

import kerae
from kerae.data import Activations


@pytest.fixture
def folder(tmp_path):
    x = np.random.default_rng(0).normal(size=(3009, 16)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    return tmp_path


def opened(folder):
    return Activations(folder, batch_size=64, memory=4 * 4 * 16 * 500)


def models():
    made = []
    for latent_dim in (2, 3):
        kerae.set_random_seed(latent_dim)
        layers = {"encoder": keras.layers.Dense(8), "decoder": keras.layers.Dense(16)}
        made.append(kerae.AE((16,), latent_dim, likelihood="normal", **layers))
        made[-1].compile()
    return made


@pytest.mark.slow
def test_each_becomes_what_it_becomes_alone_and_every_chunk_is_read_once(folder, monkeypatch):
    alone, together, x = models(), models(), opened(folder)
    for model in alone:
        model.fit(opened(folder), epochs=2, verbose=0)
    read, chunks = [], x._order._chunks
    original = chunks._read
    monkeypatch.setattr(chunks, "_read", lambda key: (read.append(key), original(key))[1])
    logs = kerae.fit_together(together, x, epochs=2, verbose=0)
    assert len(set(read)) == len(read) >= 14
    for one, other, log in zip(alone, together, logs):
        assert int(other.step) == 2 * (3009 // 64)
        for expected, weights in zip(one.get_weights(), other.get_weights()):
            np.testing.assert_allclose(weights, expected, rtol=1e-5, atol=1e-6)
        assert len(log["loss"]) > 10 and np.isfinite(log["loss"]).all()


@pytest.mark.once
def test_refuses_what_it_cannot_train(folder):
    with pytest.raises(ValueError, match="kerae.data.Activations. Received: a ndarray"):
        kerae.fit_together(models(), np.zeros((3, 16)))
    with pytest.raises(ValueError, match="of kerae.Autoencoder"):
        kerae.fit_together([keras.Sequential()], opened(folder))
    with pytest.raises(ValueError, match="of each of 2 models. Received: 1"):
        kerae.fit_together(models(), opened(folder), callbacks=[[]])
