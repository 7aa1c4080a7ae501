import numpy as np
import pytest

import kerae
from kerae.figures import run_figures

pytestmark = pytest.mark.once


def test_the_examples_are_spread_over_the_classes_and_drawn_at_random():
    labels = np.repeat([0, 1, 2], 30)
    rows = run_figures.spread_over_classes(labels, 20, seed=0)
    assert len(set(rows)) == 20 and sorted(np.bincount(labels[rows])) == [6, 7, 7]
    assert rows.max() > 70 and len(set(rows % 30)) > 10
    np.testing.assert_array_equal(rows, run_figures.spread_over_classes(labels, 20, seed=0))
    assert set(rows) != set(run_figures.spread_over_classes(labels, 20, seed=1))


def test_rare_classes_are_there_and_there_may_be_more_classes_than_room():
    labels = np.array([0] * 97 + [1] * 3)
    assert np.bincount(labels[run_figures.spread_over_classes(labels, 20, seed=0)])[1] == 3
    one_each = run_figures.spread_over_classes(np.arange(100), 20, seed=0)
    assert len(set(one_each)) == 20 and one_each.max() > 50
    assert len(run_figures.spread_over_classes(labels[:5], 20, seed=0)) == 5


def test_those_are_the_examples_of_a_run(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(run_figures, "reconstructions", lambda x, x_hat, path: drawn.append(x))
    x = np.linspace(0, 1, 60 * 16, dtype="float32").reshape(60, 4, 4, 1)
    y = np.repeat([0, 1, 2], 20)
    data = kerae.data.Dataset(x, y, x, y, name="sorted", class_names=("a", "b", "c"))
    run_figures.run_figures(kerae.VAE((4, 4, 1), 2), data, {"loss": [1.0]}, tmp_path, seed=3)
    rows = run_figures.spread_over_classes(y, 20, seed=3)
    np.testing.assert_allclose(drawn[0], x[rows], atol=1e-6)


def test_maps_of_codes_are_drawn_as_rows(tmp_path):
    x = np.random.default_rng(0).random((12, 8, 8, 1), dtype="float32")
    y = np.arange(12) % 2
    data = kerae.data.Dataset(x, y, x, y, name="maps", class_names=("a", "b"))
    model = kerae.VQVAE((8, 8, 1), num_codes=4, code_dim=3)
    run_figures.run_figures(model, data, {"loss": [1.0]}, tmp_path, seed=0)
    assert (tmp_path / "latent_scatter.png").exists() and (tmp_path / "samples.png").exists()
