"""Recipes take other data than those that they are named for."""

import json
import re
import runpy
import sys
from pathlib import Path

import pytest

import kerae

pytestmark = pytest.mark.once

RECIPES = Path(__file__).resolve().parents[1] / "recipes"


@pytest.mark.slow
def test_the_vae_of_mnist_trains_on_digits(tmp_path, monkeypatch):
    arguments = ["--data", "digits", "--epochs", "1", "--latent-dim", "2", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["vae_mnist.py", *arguments])
    runpy.run_path(str(RECIPES / "vae_mnist.py"), run_name="__main__")
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["finished"] and record["data"]["validation"] == 120  # of 1,438


def test_of_mnist_they_hold_out_5000_images():
    for path in RECIPES.glob("*.py"):
        for line in path.read_text().splitlines():
            if line.startswith("VALIDATION = "):
                share = eval(line.partition("=")[2])
                assert share < 1 and round(60_000 * share) == 5_000, path.name


@pytest.mark.slow
def test_bounds_are_compared_on_digits(tmp_path, monkeypatch):
    arguments = ["--data", "digits", "--epochs", "1", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["probabilistic_mnist.py", "--model", "IWAE, 5", *arguments])
    monkeypatch.syspath_prepend(RECIPES)
    runpy.run_path(str(RECIPES / "probabilistic_mnist.py"), run_name="__main__")
    measured = json.loads((tmp_path / "iwae_5" / "run.json").read_text())["measured"]
    likelihood = -measured["importance_weighted_bound"]
    assert likelihood < measured["negative_bound"] < measured["negative_elbo"]
    assert 0 < measured["standard_error"] < 1 and 1 < measured["effective_sample_size"] < 200


@pytest.mark.nightly
def test_codes_of_digits_are_more_likely_under_their_pixel_cnn(tmp_path, monkeypatch, capsys):
    arguments = ["--data", "digits", "--epochs", "5", "--prior-epochs", "20"]
    monkeypatch.setattr(sys, "argv", ["vqvae_mnist.py", *arguments, "--out", str(tmp_path)])
    runpy.run_path(str(RECIPES / "vqvae_mnist.py"), run_name="__main__")
    printed = capsys.readouterr().out.splitlines()
    uniform, fitted = (float(line.split()[5]) for line in printed if line.startswith("- log p(x)"))
    assert fitted < uniform - 2
    assert (tmp_path / "samples_by_class.png").exists()


@pytest.mark.slow
def test_the_page_on_shapes_tells_which_orderings_show(tmp_path, monkeypatch, capsys):
    """Of runs that were made, with scores by model and seed."""
    glossary = kerae.analysis.glossary()
    factors = [name for name, entry in glossary.items() if entry.group == "factors"]
    means = {"VAE": 0.5, "beta-VAE": 0.3, "FactorVAE": 0.4, "beta-TCVAE": 0.3, "DIP-VAE": 0.2}
    lines = []
    for model, mean in means.items():
        for seed, off in enumerate((-0.02, 0.03, -0.01)):
            scores = dict.fromkeys(factors, mean + off * (1 + (model == "beta-TCVAE")))
            record = {"model": model, "seed": seed, "steps": 7, "scores": scores}
            record |= {"cpu_seconds": 4.0, "backend": "torch", "keras": "3"}
            lines.append(json.dumps(record))
    (tmp_path / "runs.jsonl").write_text("\n".join(lines))
    arguments = ["--seeds", "3", "--steps", "7", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["disentangle_shapes.py", *arguments])
    runpy.run_path(str(RECIPES / "disentangle_shapes.py"), run_name="__main__")
    page = (tmp_path / "disentanglement.md").read_text()
    assert page in capsys.readouterr().out
    assert "15 runs in 1 CPU minutes" in page and r"KL(q(z\|x) \|\| p(z))" in page
    # Student's t of 2 degrees of freedom: 4.303 * 0.02646 / sqrt(3)
    assert "| Modularity | 0.5 ± 0.066 | 0.3 ± 0.066 |" in page
    verdicts = re.findall(r"\*\*(.*)\*\*", page)
    reversed_ = "does not show: it is the other way round"
    assert verdicts == [reversed_, "shows", "does not show", reversed_, reversed_]
