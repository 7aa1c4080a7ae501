"""The command line as its users run it: a fresh process each."""

import json
import os
import signal
import subprocess
import time

import keras
import numpy as np
import pandas as pd
import pytest
from command_line import INTERRUPTIBLE, kerae_command
from python_program import BACKEND, FRESH, python

import kerae
from kerae.cli import runs
from kerae.cli.main import app

pytestmark = pytest.mark.slow
FASTEST = "jax"  # to import


def test_train_writes_a_run_with_the_models_own_options(run):
    out, printed = run
    record = json.loads((out / "run.json").read_text())
    assert record["model"] | {"latent_dim": 3, "beta": 0.5} == record["model"]
    assert record["training"] | {"epochs": 2, "seed": 1, "backend": BACKEND} == record["training"]
    assert "Epoch 2/2" in printed  # Keras' own progress
    for said in (f"{record['metrics']['test']['loss']:.2f}", "model.keras", f"kerae sample {out}"):
        assert said in printed


def test_an_existing_run_is_refused_with_exit_code_2(run):
    out, _ = run
    result = kerae_command("train", "vae", "--data", "digits", "--latent-dim", 3, "--out", out)
    assert result.returncode == 2
    assert "already holds a run" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.mainly("torch")
def test_evaluate_reads_the_data_that_the_run_names(run):
    out, _ = run
    result = kerae_command("evaluate", out)
    loss = json.loads((out / "run.json").read_text())["metrics"]["test"]["loss"]
    assert result.returncode == 0, result.stderr
    assert f"{loss:.2f}" in result.stdout


@pytest.mark.once
def test_evaluate_reads_the_runs_data_set_from_another_folder(run, shared_data, tmp_path):
    record = json.loads((run[0] / "run.json").read_text())
    record["data"]["source"] = {"name": "mnist", "data_dir": str(tmp_path)}
    (tmp_path / "run.json").write_text(json.dumps(record))
    (tmp_path / "model.keras").write_bytes((run[0] / "model.keras").read_bytes())
    result = kerae_command("evaluate", tmp_path, "--data-dir", shared_data / "mnist")
    # MNIST was found there; that its images are larger than the model's is then told.
    assert result.returncode == 2
    assert "Received: shape (10000, 28, 28, 1)" in result.stderr


@pytest.mark.mainly("torch")
def test_report_tells_of_the_run_and_of_the_command(run):
    out, _ = run
    result = kerae_command("report", out, "--method", "pca", "--clusters", "auto")
    assert result.returncode == 0, result.stderr
    assert all(f"{out / 'report'}{kind}" in result.stdout for kind in (".html", ".json"))
    numbers = json.loads((out / "report.json").read_text())
    assert numbers["command"] == f"kerae report {out} --method pca --clusters auto"
    assert numbers["examples"] == 359 and numbers["projection"]["method"] == "pca"
    assert len(numbers["clusters"]["curve"]) == 19
    assert "Training" in (out / "report.html").read_text()  # the curves, from the run's history


@pytest.mark.mainly("torch")
def test_evaluate_gives_a_conditional_model_the_labels(conditional, digits, capsys):
    model, file = conditional
    runs.evaluate(file, data="digits")
    loss = model.evaluate(digits.x_test, digits.y_test, return_dict=True, verbose=0)["loss"]
    assert f"{loss:.2f}" in capsys.readouterr().out


@pytest.mark.mainly("torch")
def test_evaluate_refuses_the_likelihood_of_gray_pixels(run):
    result = kerae_command("evaluate", run[0], "--log-likelihood", 10)
    assert result.returncode == 2
    assert "Binarize the data" in result.stderr


@pytest.mark.mainly("torch")
def test_score_writes_a_row_for_each_test_example(run, digits):
    out, _ = run
    result = kerae_command("score", out, "--num-samples", 3, "--seed", 2)
    assert result.returncode == 0, result.stderr
    assert f"359 examples: {out / 'scores.parquet'}" in result.stdout
    table = pd.read_parquet(out / "scores.parquet")
    scores = kerae.load(out / "model.keras").score(digits.x_test, num_samples=3, seed=2)
    assert list(table.columns) == ["label", *scores]
    for name, values in scores.items():
        np.testing.assert_allclose(table[name], values, rtol=1e-4, err_msg=name)
    assert (table["label"] == digits.y_test.astype(str)).all()


@pytest.fixture
def conditional(tmp_path):
    """A conditional model of digits, and its file."""
    model = kerae.CVAE((8, 8, 1), 2, num_classes=10)
    model.compile()
    model.save(tmp_path / "model.keras")
    return model, tmp_path / "model.keras"


@pytest.mark.mainly("torch")
def test_score_gives_a_conditional_model_the_labels(conditional, digits, tmp_path):
    model, file = conditional
    runs.score(file, data="digits", out=tmp_path / "scores.csv", num_samples=2)
    expected = model.score(digits.x_test, digits.y_test, num_samples=2)["negative_elbo"]
    found = pd.read_csv(tmp_path / "scores.csv")["negative_elbo"]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.once
def test_scores_of_unlabeled_data_have_no_column_of_labels(tmp_path):
    kerae.AE((4,), 2).save(tmp_path / "model.keras")
    np.savez(tmp_path / "data.npz", x=np.eye(10, 4, dtype="float32"))
    runs.score(tmp_path, data=str(tmp_path / "data.npz"), num_samples=2)
    columns = pd.read_parquet(tmp_path / "scores.parquet").columns
    assert list(columns) == ["reconstruction_error", "reconstruction"]


@pytest.mark.once
def test_scores_are_written_whole_or_not_at_all(conditional, tmp_path, monkeypatch):
    def cut_short(table, path, index):
        path.write_text("half")
        raise OSError("no room")

    monkeypatch.setattr(pd.DataFrame, "to_csv", cut_short)
    (tmp_path / "scores.csv").write_text("before")
    with pytest.raises(OSError, match="no room"):
        runs.score(conditional[1], data="digits", out=tmp_path / "scores.csv", num_samples=1)
    assert (tmp_path / "scores.csv").read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"model.keras", "scores.csv"}


def test_sample_writes_an_array_or_a_picture(run, tmp_path):
    out, _ = run
    array = kerae_command("sample", out, "-n", 5, "--out", tmp_path / "x.npy")
    assert array.returncode == 0, array.stderr
    images = np.load(tmp_path / "x.npy")
    assert images.shape == (5, 8, 8, 1) and 0 <= images.min() < images.max() <= 1
    picture = kerae_command("sample", out)
    assert picture.returncode == 0 and (out / "samples.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.once
def test_samples_are_of_the_class_that_is_asked_for(conditional, tmp_path):
    model, file = conditional
    runs.sample(file, num_samples=3, out=tmp_path / "x.npy", label="7", seed=2)
    expected = model.sample(3, y=7, seed=2)
    np.testing.assert_allclose(np.load(tmp_path / "x.npy"), expected, atol=1e-6)
    with pytest.raises(ValueError, match=r"Expected --label for a CVAE.* Pass .* as --label 7"):
        runs.sample(file, num_samples=3, out=tmp_path / "x.npy")


@pytest.mark.once
def test_samples_are_of_the_vector_that_is_asked_for(tmp_path):
    model = kerae.CVAE((4,), 2, condition_shape=(2,), likelihood="normal")
    model.save(tmp_path / "model.keras")
    runs.sample(tmp_path, num_samples=3, out=tmp_path / "x.npy", label="0.5,-1")
    expected = model.sample(3, y=[0.5, -1.0], seed=0)
    np.testing.assert_allclose(np.load(tmp_path / "x.npy"), expected, atol=1e-6)


@pytest.mark.mainly("torch")
def test_samples_of_a_prior_that_is_fitted_and_kept(run, tmp_path, digits):
    out, _ = run
    for said in ("Fitting gmm to the codes of 1438 examples", "as it was kept"):
        result = kerae_command(
            "sample", out, "--prior", "gmm", "-n", 5, "--out", tmp_path / "x.npy"
        )
        assert result.returncode == 0, result.stderr
        assert said in result.stdout and "GaussianMixture" in result.stdout
    under = kerae.load(out / "priors" / "gmm.keras")
    np.testing.assert_allclose(np.load(tmp_path / "x.npy"), under.sample(5, seed=0), atol=1e-6)
    runs.sample(out, num_samples=4, out=tmp_path / "x.npz", label="7", prior="kde")
    model, prior = kerae.load(out / "model.keras"), kerae.priors.fitted
    expected = prior("kde", model, digits.x_train, digits.y_train)
    with np.load(tmp_path / "x.npz") as file:
        assert file["y"].tolist() == [7] * 4
        of_class = model.sample(4, y=7, seed=0, prior=expected)
        np.testing.assert_allclose(file["x"], of_class, atol=1e-5)


@pytest.mark.once
def test_the_names_of_priors_are_those_of_the_package():
    from kerae.cli.options import FittedPrior
    from kerae.priors.named import NAMED

    assert set(FittedPrior) == set(NAMED)


@pytest.mark.once
@pytest.mark.parametrize(("name", "num_classes"), [("CVAE", 10), ("caae", 10), ("aae", None)])
def test_a_model_is_named_by_its_class_too_and_its_classes_are_those_of_the_data(
    monkeypatch, tmp_path, name, num_classes
):
    models = []
    monkeypatch.setattr("kerae.run.train", lambda model, *_, **__: models.append(model))
    monkeypatch.setattr("kerae.cli.report.report", lambda *_, **__: None)
    options = ["--data", "digits", "--latent-dim", "2", "--out", str(tmp_path)]
    app(["train", name, *options], standalone_mode=False)
    assert models[0].num_classes == num_classes


@pytest.mark.once
@pytest.mark.parametrize(("text", "scale"), [("0.1", 0.1), ("learned", "learned"), (None, 1.0)])
def test_the_scale_of_a_normal_likelihood_is_an_option(monkeypatch, tmp_path, text, scale):
    models = []
    monkeypatch.setattr("kerae.run.train", lambda model, *_, **__: models.append(model))
    monkeypatch.setattr("kerae.cli.report.report", lambda *_, **__: None)
    options = ["--data", "digits", "--latent-dim", "2", "--likelihood", "normal"]
    options += ["--out", str(tmp_path)] + (["--scale", text] if text else [])
    app(["train", "ae", *options], standalone_mode=False)
    assert models[0].likelihood.scale == scale


@pytest.mark.once
def test_an_interrupted_run_says_how_to_go_on_and_does(tmp_path):
    out = tmp_path / "run"
    train = ["train", "ae", "--data", "digits", "--latent-dim", "2", "--out", str(out)]
    with subprocess.Popen(
        [*python(FASTEST), "-u", "-c", INTERRUPTIBLE, *train, "--epochs", "500"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"KERAS_BACKEND": FASTEST},
    ) as process:
        printed = ""
        for line in process.stdout:
            printed += line
            if "Epoch 3/" in line:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert "Interrupted. With --resume" in printed and "Epoch 100/" not in printed
    done = json.loads((out / "run.json").read_text())
    assert not done["finished"] and (out / "model.keras").is_file()
    resumed = kerae_command(*train, "--epochs", 9, "--resume", backend=FASTEST)
    assert resumed.returncode == 0, resumed.stderr
    assert "Epoch 9/9" in resumed.stdout and "Epoch 1/9" not in resumed.stdout


@pytest.mark.once
def test_help_is_fast():
    times = []
    for _ in range(3):
        started = time.perf_counter()
        result = kerae_command("--help", fresh=True)
        times.append(time.perf_counter() - started)
    assert result.returncode == 0 and "train" in result.stdout
    # Keras alone takes seconds to import; the goal is half a second on a quiet machine.
    probe = "import kerae.cli.main, sys; print('keras' in sys.modules, 'numpy' in sys.modules)"
    modules = subprocess.run([*FRESH, "-c", probe], capture_output=True, text=True)
    assert modules.stdout.split() == ["False", "False"]


@pytest.mark.once
def test_help_of_a_model_comes_from_its_docstring():
    result = kerae_command("train", "vae", "--help", "--backend", "jax")
    assert result.returncode == 0, result.stderr
    for text in ("--free-bits", "nats of KL that cost nothing", "--latent-dim", "--resume"):
        assert text in result.stdout


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["train", "vee", "--data", "digits"], 2, "vee"),
        (["train", "vae", "--data", "digits"], 2, "--latent-dim"),
        (["train", "vae", "--data", "digits", "--latent-dim", "two"], 2, "--latent-dim"),
        (["train", "vae", "--data", "digits", "--latent-dim", "2", "--beta", "-1"], 2, "weight=-1"),
        (["train", "vae", "--data", "./none.npz", "--latent-dim", "2"], 2, "none.npz"),
        (["train", "vae", "--data", "digits", "--latent-dim", "2", "--out", "file/x"], 1, "file/x"),
        (["train", "vae", "--data", "digits", "--backend", "theano"], 2, "theano"),
        (["evaluate", "nothing.keras"], 2, "no file nothing.keras"),
        (["report", "nothing.keras", "--data", "digits"], 2, "no file nothing.keras"),
        (["sample", "file"], 2, "file is no complete `.keras` file"),
    ],
)
def test_mistakes_are_told_in_a_paragraph(tmp_path, arguments, code, said):
    (tmp_path / "file").write_text("")
    result = kerae_command(*arguments, cwd=tmp_path, backend=FASTEST)
    assert result.returncode == code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.once
def test_debug_shows_the_traceback(tmp_path):
    result = kerae_command("evaluate", "nothing.keras", "--debug", cwd=tmp_path, backend=FASTEST)
    assert result.returncode == 2 and "Traceback" in result.stderr


@pytest.mark.nightly
def test_doctor_names_backend_and_devices():
    result = kerae_command("doctor", "--backend", BACKEND, fresh=True)
    assert result.returncode == 0, result.stderr
    assert f"on {BACKEND}" in result.stdout and "devices: " in result.stdout
    assert keras.__version__ in result.stdout


@pytest.mark.once
def test_models_lists_every_model():
    result = kerae_command("models", "--backend", "jax")
    assert result.returncode == 0, result.stderr
    assert "kerae.AE" in result.stdout and "kerae.VAE" in result.stdout
