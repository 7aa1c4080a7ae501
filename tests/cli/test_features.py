"""`kerae features` as its users run it."""

import json

import numpy as np
import pytest
from command_line import kerae_command

import kerae
from kerae.cli import features

pytestmark = pytest.mark.once


@pytest.fixture
def model(tmp_path):
    model = kerae.SparseAE((8, 8, 1), latent_dim=20, penalty="l1")
    model.save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def test_it_writes_the_pages_beside_the_model(model):
    result = kerae_command("features", model, "--data", "digits", "--no-browser", "--top", 3)
    assert result.returncode == 0, result.stderr
    page = model.parent / "features" / "index.html"
    assert result.stdout.strip() == str(page)
    assert "SparseAE on digits: 20 features" in page.read_text()
    assert (page.parent / "data" / "examples_0.png").exists()


def test_activations_are_shown_by_the_images_that_they_are_of(tmp_path):
    kerae.SparseAE((5,), latent_dim=20, penalty="l1").save(tmp_path / "model.keras")
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "activations.npz",
        x_train=rng.random((9, 5), dtype="float32"),
        x_test=rng.random((359, 5), dtype="float32"),
    )
    out = tmp_path / "pages"
    result = kerae_command(
        *("features", tmp_path / "model.keras", "--data", tmp_path / "activations.npz"),
        *("--examples", "digits", "--to", out, "--no-browser"),
    )
    assert result.returncode == 0, result.stderr
    names = {each.name for each in (out / "data").iterdir()}
    assert names == {"table.js", "features_0.js", "examples_0.png"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of a dictionary on activations of texts of 10 tokens, and what it printed."""
    folder = tmp_path_factory.mktemp("sae")
    x = np.random.default_rng(0).normal(size=(200, 10, 6)).astype("float32") + 2
    np.save(folder / "x.npy", x)
    result = kerae_command(
        *("train", "sae", "--data", folder / "x.npy", "--latent-dim", 30, "--epochs", 2),
        *("--activation", "batchtopk", "--k", 3, "--out", folder / "run"),
    )
    assert result.returncode == 0, result.stderr
    return folder, result.stdout


def test_a_dictionary_is_calibrated_on_what_is_held_out_and_sent_to_its_features(trained):
    folder, printed = trained
    metrics = json.loads((folder / "run" / "run.json").read_text())["metrics"]
    assert metrics["validation"]["l0"] == pytest.approx(3, abs=0.02)
    model = kerae.load(folder / "run" / "model.keras")
    data = kerae.data.load(folder / "x.npy")
    held_out = data.parts(0.1, seed=0)[1]
    assert (model.encode(held_out) > 0).sum(axis=1).mean() == pytest.approx(3, abs=0.02)
    advice = printed.split("Next:")[1]
    assert f"features {folder / 'run'}" in advice and " sample " not in advice


def test_activations_of_texts_are_shown_as_strips_of_tokens(trained):
    folder, _ = trained
    words = [[f"word{text}_{place}" for place in range(10)] for text in range(200)]
    (folder / "tokens.json").write_text(json.dumps(words))
    np.save(folder / "tokens.npy", np.array(words))
    model = kerae.load(folder / "run" / "model.keras")
    z = model.encode(np.load(folder / "x.npy").reshape(2000, 6))
    best = np.array(words).ravel()[z.argmax(axis=0)[z.any(axis=0)]]
    for kind in ("json", "npy"):
        features.features(folder / "run", tokens=folder / f"tokens.{kind}", no_browser=True)
        table = (folder / "run" / "features" / "data" / "table.js").read_text()
        assert all(f'"{each}"' in table for each in best)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([["a", "b"]], "a token for each of 2,000 rows"),
        ([["a", "b"], ["c"]], "as many for each text"),
        ([[1, 2]], "Look up the string"),
    ],
)
def test_tokens_that_are_others_are_refused(trained, tmp_path, tokens, message):
    (tmp_path / "tokens.json").write_text(json.dumps(tokens))
    with pytest.raises(ValueError, match=message):
        features.features(trained[0] / "run", tokens=tmp_path / "tokens.json", no_browser=True)


def test_tokens_of_examples_in_memory_are_refused(trained, tmp_path):
    np.savez(tmp_path / "x.npz", x=np.zeros((20, 6), "float32"))
    given = {"data": str(tmp_path / "x.npz"), "tokens": trained[0] / "tokens.json"}
    (trained[0] / "tokens.json").write_text('[["a"]]')
    with pytest.raises(ValueError, match="Expected files of activations"):
        features.features(trained[0] / "run", no_browser=True, **given)
