import copy
import zipfile

import keras
import numpy as np
import pytest

import kerae


@pytest.fixture
def trained(images):
    model = kerae.VAE(
        (8, 8, 1),
        latent_dim=2,
        beta=kerae.schedules.Linear(0.0, 1.0, 10),
        likelihood=kerae.likelihoods.Normal("learned"),
        encoder=keras.Sequential([keras.layers.Flatten(), keras.layers.Dropout(0.1)]),
    )
    model.compile(keras.optimizers.Adam(1e-2))
    model.fit(images, epochs=2, batch_size=4, verbose=0)
    return model


def test_a_loaded_model_predicts_and_goes_on_like_the_saved_one(trained, images, tmp_path):
    path = tmp_path / "folders" / "vae.keras"
    trained.save(path)
    loaded = kerae.load(path)
    assert isinstance(loaded, kerae.VAE)
    np.testing.assert_array_equal(loaded.encode(images), trained.encode(images))
    np.testing.assert_array_equal(loaded.reconstruct(images), trained.reconstruct(images))
    for model in (trained, loaded):
        kerae.set_random_seed(5)
        model.fit(images, epochs=2, batch_size=4, verbose=0)
    for a, b in zip(loaded.variables, trained.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=a.path)
    assert int(np.asarray(loaded.step)) == 16


def test_seeds_are_saved(trained, tmp_path):
    trained.save(tmp_path / "vae.keras")
    loaded = kerae.load(tmp_path / "vae.keras")
    states = [np.asarray(state) for state in trained._seed_states()]
    assert len(states) == 2  # the model's and the dropout layer's
    for state, saved in zip(loaded._seed_states(), states, strict=True):
        np.testing.assert_array_equal(np.asarray(state), saved)


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_deep_copy_goes_on_like_its_original(epochs, images):
    model = kerae.VAE((8, 8, 1), latent_dim=2)
    model.compile(keras.optimizers.Adam(1e-2))
    if epochs:
        model.fit(images, epochs=epochs, verbose=0)
    copied = copy.deepcopy(model)
    for each in (model, copied):
        each.fit(images, epochs=2, batch_size=4, verbose=0)
    for a, b in zip(copied.variables, model.variables, strict=True):
        assert a is not b
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=a.path)


def test_no_pickle_and_no_code_in_the_file(trained, tmp_path):
    trained.save(tmp_path / "vae.keras")
    with zipfile.ZipFile(tmp_path / "vae.keras") as archive:
        assert set(archive.namelist()) == {"metadata.json", "config.json", "model.weights.h5"}


@pytest.mark.once
@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_truncated_files_are_refused(trained, tmp_path, kept):
    path = tmp_path / "vae.keras"
    trained.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if 0 < kept < 1 else kept])
    with pytest.raises(ValueError, match=r"vae\.keras is no complete `.keras` file.*earlier"):
        kerae.load(path)


def test_damage_inside_the_file_is_refused(trained, tmp_path):
    path = tmp_path / "vae.keras"
    trained.save(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"vae\.keras"):
        kerae.load(path)


def test_foreign_files_are_refused(tmp_path):
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    other.save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match="written by a kerae model. Received: .*Sequential"):
        kerae.load(tmp_path / "other.keras")
    with zipfile.ZipFile(tmp_path / "zip.keras", "w") as archive:
        archive.writestr("a.txt", "b")
    with pytest.raises(ValueError, match=r"Cannot read .*zip\.keras"):
        kerae.load(tmp_path / "zip.keras")
    with pytest.raises(FileNotFoundError, match=r"none\.keras"):
        kerae.load(tmp_path / "none.keras")


def test_code_in_a_file_is_not_run(tmp_path, images):
    model = kerae.AE(
        (8, 8, 1),
        2,
        encoder=keras.Sequential([keras.layers.Flatten(), keras.layers.Lambda(lambda x: 2 * x)]),
    )
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ValueError, match="(?i)lambda"):
        kerae.load(tmp_path / "lambda.keras")


def test_only_keras_files_are_written_and_none_is_lost(trained, tmp_path):
    with pytest.raises(ValueError, match="`path` to end in .keras"):
        trained.save(tmp_path / "vae.h5")
    path = tmp_path / "vae.keras"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        trained.save(path, overwrite=False)
    assert path.read_bytes() == b"old"


def test_a_save_that_fails_keeps_the_old_file(trained, tmp_path, monkeypatch):
    path = tmp_path / "vae.keras"
    trained.save(path)
    before = path.read_bytes()

    def fail(self, store):
        raise OSError("No space left on device")

    monkeypatch.setattr(keras.layers.Dense, "save_own_variables", fail)
    with pytest.raises(OSError, match="Cannot write .*No space left"):
        trained.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_export_of_keras_names_that_of_kerae(tmp_path):
    with pytest.raises(NotImplementedError, match="kerae.export.saved_model"):
        kerae.VAE((4,), 2).export(tmp_path / "folder")


FREEZES = {
    "latent": lambda model: [model.latent],
    "of the latent": lambda model: [model.latent.mean_head],
    "critic": lambda model: [model.adversary],
    "encoder": lambda model: [model.encoder],
    "all": lambda model: [model],
}


@pytest.mark.once
@pytest.mark.parametrize("given", [False, True], ids=["default", "given"])
@pytest.mark.parametrize("name", FREEZES)
def test_what_is_frozen_is_frozen_in_the_file(name, given, tmp_path):
    parts = {"latent": kerae.latents.Normal(2)} if given else {}
    model = kerae.FactorVAE((4,), 2, **parts)
    for layer in FREEZES[name](model):
        layer.trainable = False
    model.compile()
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    shapes, same = ([v.shape for v in each.trainable_variables] for each in (model, again))
    assert same == shapes != [v.shape for v in kerae.FactorVAE((4,), 2).trainable_variables]
    assert not any(layer.trainable for layer in FREEZES[name](again))
    if name != "all":
        again.fit(np.zeros((4, 4), "float32"), verbose=0)
    for layer in FREEZES[name](again):
        layer.trainable = True
    assert len(again.trainable_variables) == len(kerae.FactorVAE((4,), 2).trainable_variables)
