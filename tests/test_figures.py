import numpy as np
import pytest

from kerae import figures

pytestmark = pytest.mark.once


def test_loss_curves_have_a_panel_for_each_quantity():
    history = {
        "epoch": [1, 2],
        "kl": [1.0, 2.0],
        "loss": [5.0, 4.0],
        "val_loss": [6.0, 5.0],
        "val_kl": [1.0, 1.5],
    }
    figure = figures.loss_curves(history)
    assert [axes.get_title() for axes in figure.axes] == ["loss", "kl"]
    training, validation = figure.axes[0].lines
    np.testing.assert_array_equal(training.get_xydata(), [[1, 5], [2, 4]])
    np.testing.assert_array_equal(validation.get_xydata(), [[1, 6], [2, 5]])
    assert figure.axes[0].get_ylabel() == "nats per example"


def test_reconstructions_stand_below_their_originals():
    x = np.linspace(0, 1, 12 * 4, dtype="float32").reshape(12, 2, 2, 1)
    drawn = figures.reconstructions(x, 1 - x).axes[0].images[0].get_array()
    assert drawn.shape == (2 * 3 + 1, 10 * 3 + 1)  # one pair of rows of ten, with lines between
    np.testing.assert_allclose(drawn[1:3, 4:6], x[1, ..., 0])
    np.testing.assert_allclose(drawn[4:6, 4:6], 1 - x[1, ..., 0])


def test_samples_in_colour_are_drawn_in_rows_of_ten():
    images = np.random.default_rng(0).random((23, 4, 4, 3))
    drawn = figures.samples(images).axes[0].images[0].get_array()
    np.testing.assert_allclose(drawn[6:10, 1:5], images[10])
    np.testing.assert_allclose(drawn[11:15, 11:15], images[22])
    assert (drawn[11:15, 16:] == 0.5).all()  # the last row is not full


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_scatter_shows_every_example_once_with_its_label(latent_dim):
    rng = np.random.default_rng(0)
    z, labels = rng.normal(size=(60, latent_dim)), rng.integers(0, 3, 60)
    figure = figures.latent_scatter(z, labels, ("a", "b", "c"))
    groups = figure.axes[0].collections
    assert [len(group.get_offsets()) for group in groups] == list(np.bincount(labels))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b", "c"]
    if latent_dim == 2:
        np.testing.assert_allclose(groups[0].get_offsets(), z[labels == 0])
