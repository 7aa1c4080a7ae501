"""`kerae features` as its users run it."""

import numpy as np
import pytest
from command_line import kerae_command

import kerae

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
