"""The code of the README runs as it stands."""

import re
from pathlib import Path

import pytest

import kerae
from kerae import data as kerae_data
from kerae.analysis.projection_methods.umap import UMAP

README = Path(__file__).resolve().parents[1] / "README.md"


@pytest.mark.slow
@pytest.mark.once
def test_the_code_of_the_readme_runs(shared_data, tmp_path, monkeypatch):
    mnist = kerae_data.load(shared_data / "mnist")
    few = kerae_data.Dataset(
        mnist.x_train[:128],
        mnist.y_train[:128],
        mnist.x_test[:32],
        mnist.y_test[:32],
        name="mnist",
        class_names=mnist.class_names,
    )
    monkeypatch.setattr(kerae_data, "load", lambda name: few)
    few_steps = {"n_jobs": 1, "n_epochs": 30}
    monkeypatch.setattr(UMAP, "defaults", lambda self, seed: few_steps)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert len(blocks) == 9
    names = {}
    for block in blocks:
        # Two epochs of many show as much.
        exec(compile(block.replace("epochs=20", "epochs=2"), str(README), "exec"), names)
    # What the comments of the README say.
    assert names["z"].shape == (8, 16) and names["x_hat"].shape == (8, 28, 28, 1)
    assert names["path"].shape == (4, 10, 28, 28, 1) and names["nll"].shape == (8,)
    assert names["sevens"].shape == (64, 28, 28, 1) and names["rows"].shape == (2, 7, 28, 28, 1)
    assert names["moved"].shape == (8, 28, 28, 1)
    assert names["activations"].rows == 128 * 13 * 13 and int(names["dictionary"].step) == 20
    assert names["emb"].points.shape == (32, 2) and names["scores"]["num_clusters"] == 10
    assert list(names["table"].index) == ["vae", "cvae"]
    assert all((tmp_path / f"report.{kind}").exists() for kind in ("html", "json", "parquet"))
    assert (tmp_path / "saved_models" / "vae_mnist" / "1" / "saved_model.pb").exists()
    assert (tmp_path / "encode.onnx").exists()
    assert isinstance(kerae.load(tmp_path / "saved_models" / "vae.keras"), kerae.VAE)
