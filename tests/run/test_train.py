import csv
import json

import keras
import numpy as np
import pytest
from rising_term import Rising
from runs import train

import kerae
from kerae import run

pytestmark = pytest.mark.slow


@pytest.mark.mainly("torch")
def test_a_run_folder_holds_what_it_promises(small, tmp_path):
    _, record = train(small, tmp_path / "run")
    out = tmp_path / "run"
    assert record == json.loads((out / "run.json").read_text())
    assert record["finished"] and record["data"]["digest"] == small.digest
    assert record["data"] | {"train": 180, "validation": 20, "test": 50} == record["data"]
    assert record["model"]["class"] == "VAE" and record["model"]["latent_dim"] == 2
    assert record["versions"]["keras"] == keras.__version__

    rows = list(csv.DictReader((out / "history.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {"loss", "val_reconstruction", "kl"} <= rows[0].keys()
    pictures = {path.name for path in (out / "figures").iterdir()}
    assert pictures == {
        "loss_curves.png",
        "reconstructions.png",
        "samples.png",
        "latent_scatter.png",
    }
    best = kerae.load(out / "model.keras")
    assert best.evaluate(small.x_test, return_dict=True, verbose=0) == pytest.approx(
        record["metrics"]["test"], rel=1e-5
    )
    validation = [float(row["val_loss"]) for row in rows]
    assert record["metrics"]["validation"]["loss"] == pytest.approx(min(validation), rel=1e-5)


@pytest.mark.mainly("torch")
def test_the_best_epoch_is_kept_unless_a_schedule_changes_the_objective(small, tmp_path):
    def train_with(out, **weight):
        model = kerae.Autoencoder(
            small.input_shape,
            kerae.latents.Normal(2),
            terms=[kerae.Reconstruction(), Rising(**weight)],
            encoder=keras.layers.Flatten(),
        )
        run.train(model, small, out, epochs=3, batch_size=50)
        return int(np.asarray(kerae.load(out / "model.keras").step))

    assert train_with(tmp_path / "best") == 4  # of 12 steps
    scheduled = kerae.schedules.Linear(0.0, 1.0, steps=12)
    assert train_with(tmp_path / "last", weight=scheduled) == 12


@pytest.mark.mainly("torch")
def test_the_test_split_is_read_by_the_last_evaluation_alone(small, tmp_path, monkeypatch):
    seen = []
    fit = keras.Model.fit
    monkeypatch.setattr(
        kerae.VAE,
        "fit",
        lambda self, x, **kwargs: (
            seen.extend([x, *kwargs["validation_data"]]) or super(kerae.VAE, self).fit(x, **kwargs)
        ),
    )
    train(small, tmp_path / "run", epochs=1)
    assert fit is keras.Model.fit and len(seen) == 2
    rows = {row.tobytes() for x in seen for row in x}
    assert rows == {row.tobytes() for row in small.x_train}
    assert not rows & {row.tobytes() for row in small.x_test}


@pytest.mark.mainly("torch")
def test_an_earlier_run_is_not_overwritten_unasked(small, tmp_path):
    train(small, tmp_path, epochs=1)
    before = (tmp_path / "model.keras").read_bytes()
    with pytest.raises(FileExistsError, match=r"already holds a run .*--resume.*--overwrite"):
        train(small, tmp_path, epochs=1)
    assert (tmp_path / "model.keras").read_bytes() == before
    train(small, tmp_path, epochs=2, overwrite=True)
    assert json.loads((tmp_path / "run.json").read_text())["training"]["epochs"] == 2


@pytest.mark.mainly("torch")
def test_files_of_others_are_left_alone(small, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    train(small, tmp_path, epochs=1)
    (tmp_path / "report.html").write_text("about a model that is no longer there")
    train(small, tmp_path, epochs=1, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "report.html").exists()


@pytest.mark.mainly("torch")
def test_an_interrupted_run_is_resumed_to_the_same_result(small, tmp_path):
    through, expected = train(small, tmp_path / "through", epochs=4)

    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    interrupted = kerae.VAE.fit
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(
            kerae.VAE,
            "fit",
            lambda self, *args, callbacks, **kwargs: interrupted(
                self, *args, callbacks=[*callbacks, Interrupt()], **kwargs
            ),
        )
        train(small, tmp_path / "resumed", epochs=4)
    assert not json.loads((tmp_path / "resumed" / "run.json").read_text())["finished"]

    resumed, record = train(small, tmp_path / "resumed", epochs=4, resume=True)
    assert record["metrics"] == expected["metrics"]
    assert record["epochs_trained_now"] == 2
    for a, b in zip(resumed.variables, through.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    table = (tmp_path / "resumed" / "history.csv").read_text()
    assert table == (tmp_path / "through" / "history.csv").read_text()


@pytest.mark.mainly("torch")
def test_resuming_with_other_settings_is_refused(small, tmp_path):
    train(small, tmp_path, epochs=1)
    with pytest.raises(ValueError, match="model latent_dim = 2, but now it is 3"):
        train(small, tmp_path, epochs=2, latent_dim=3, resume=True)


@pytest.mark.mainly("torch")
def test_a_finished_run_is_resumed_to_itself_wherever_its_data_lie(small, tmp_path):
    _, first = train(small, tmp_path, epochs=2, source={"name": "a", "data_dir": None})
    _, again = train(small, tmp_path, epochs=2, source={"name": "b", "data_dir": None}, resume=True)
    assert again["epochs_trained_now"] == 0
    assert again["metrics"] == first["metrics"]


def test_validation_must_leave_examples_on_both_sides(small, tmp_path):
    with pytest.raises(ValueError, match="Received: 200 of 200"):
        train(small, tmp_path, validation=200)


@pytest.mark.mainly("torch")
def test_vectors_are_trained_without_pictures_of_them(small, tmp_path):
    flat = kerae.data.Dataset(
        small.x_train.reshape(200, 64),
        small.y_train,
        small.x_test.reshape(50, 64),
        small.y_test,
        name="vectors",
        class_names=small.class_names,
    )
    train(flat, tmp_path, epochs=1)
    pictures = {path.name for path in (tmp_path / "figures").iterdir()}
    assert pictures == {"loss_curves.png", "latent_scatter.png"}


@pytest.mark.mainly("torch")
def test_a_prior_that_is_trained_with_the_model_stays_as_it_was_trained(
    small, tmp_path, monkeypatch
):
    model = kerae.GMVAE(small.input_shape, 2, num_clusters=3, encoder=keras.layers.Flatten())
    monkeypatch.setattr(kerae.GMVAE, "fit_prior", None)
    assert run.train(model, small, tmp_path / "run", epochs=1, batch_size=50)["finished"]
