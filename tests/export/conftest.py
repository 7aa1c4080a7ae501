"""One small model, trained for a moment on real digits, and its SavedModel."""

import shutil

import keras
import pytest

import kerae
from kerae.export.exporting import Exporting


@pytest.fixture(scope="session")
def vae(digits):
    kerae.set_random_seed(0)
    model = kerae.VAE((8, 8, 1), 2)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(digits.x_train, epochs=2, batch_size=128, verbose=0)
    return model


@pytest.fixture(scope="session")
def exported(vae, digits, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "vae_digits" / "1"
    return kerae.export.saved_model(
        vae, path, digits.x_test, image_bytes=True, warm_up=(1, 3), verify=True
    )


@pytest.fixture
def written(vae, exported, monkeypatch):
    """The model, whose exports take the SavedModel that is there already instead of writing one."""

    def copied(self, path, **job):
        shutil.copytree(exported.path, path)

    monkeypatch.setattr(Exporting, "write_saved_model", copied)
    return vae
