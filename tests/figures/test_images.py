import keras
import numpy as np
import pytest
from scipy import stats

import kerae
from kerae import figures

pytestmark = pytest.mark.once


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


def drawn(figure):
    (picture,) = figure.axes[0].images
    return np.asarray(picture.get_array())


def test_a_row_of_traversals_is_a_dimension_and_is_labelled_with_it():
    images = np.random.default_rng(0).random((2, 5, 3, 4, 1))
    figure = figures.traversals(images, dims=[1, 7])
    np.testing.assert_allclose(drawn(figure)[1:4, 6:10], images[0, 1, ..., 0])
    np.testing.assert_allclose(drawn(figure)[5:8, 21:25], images[1, 4, ..., 0])
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["z[1]", "z[7]"]
    np.testing.assert_array_equal(axes.get_yticks(), [2, 6])  # the middle of rows 1-3 and 5-7


def shows_its_code():
    """Images of 1x2 pixels with the values 0.5 + 0.1 z[0] and 0.5 + 0.1 z[1]."""
    decoder = keras.Sequential([keras.layers.Dense(2), keras.layers.Reshape((1, 2, 1))])
    model = kerae.AE(
        (1, 2, 1), 2, likelihood="normal", encoder=keras.layers.Flatten(), decoder=decoder
    )
    decoder.set_weights([0.1 * np.eye(2), np.full(2, 0.5)])
    return model


def test_the_manifold_spans_the_quantiles_to_the_right_and_upwards():
    figure = figures.manifold(shows_its_code(), n=4)
    # The middles of four equal parts of (0, 1) are 1/8, 3/8, 5/8, 7/8.
    quantiles = [stats.norm.ppf(p) for p in (1 / 8, 3 / 8, 5 / 8, 7 / 8)]
    for row in range(4):
        for column in range(4):
            image = drawn(figure)[1 + 2 * row, 1 + 3 * column : 3 + 3 * column]
            expected = [0.5 + 0.1 * quantiles[column], 0.5 + 0.1 * quantiles[3 - row]]
            np.testing.assert_allclose(image, expected, rtol=1e-5)
    axes = figure.axes[0]
    texts = [label.get_text() for label in axes.get_yticklabels()]
    assert texts == ["1.15", "0.32", "-0.32", "-1.15"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[0]", "z[1]")


@pytest.mark.parametrize("shape, latent_dim", [((2, 2, 1), 3), ((4,), 2)])
def test_refuses_the_manifold_of_anything_but_images_with_two_dimensions(shape, latent_dim):
    with pytest.raises(ValueError, match=rf"codes of shape \({latent_dim},\) and data of shape"):
        figures.manifold(kerae.AE(shape, latent_dim))


def test_the_manifold_of_a_conditional_model_is_that_of_one_class():
    model = kerae.CVAE((8, 8, 1), latent_dim=2, num_classes=3)
    of_class = [figures.manifold(model, n=2, y=y).axes[0].images[0].get_array() for y in (0, 2)]
    assert np.abs(of_class[0] - of_class[1]).max() > 1e-3
    with pytest.raises(ValueError, match="needs `y`"):
        figures.manifold(model, n=2)
