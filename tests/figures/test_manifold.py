import keras
import numpy as np
import pytest
from legible import assert_legible
from scipy import stats

import kerae
from kerae import figures

pytestmark = pytest.mark.once


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
    (axes,) = figure.axes
    drawn = np.asarray(axes.images[0].get_array())
    # The middles of four equal parts of (0, 1) are 1/8, 3/8, 5/8, 7/8.
    quantiles = [stats.norm.ppf(p) for p in (1 / 8, 3 / 8, 5 / 8, 7 / 8)]
    for row in range(4):
        for column in range(4):
            image = drawn[1 + 2 * row, 1 + 3 * column : 3 + 3 * column]
            expected = [0.5 + 0.1 * quantiles[column], 0.5 + 0.1 * quantiles[3 - row]]
            np.testing.assert_allclose(image, expected, rtol=1e-5)
    upwards = dict(zip(axes.get_yticks(), [text.get_text() for text in axes.get_yticklabels()]))
    assert upwards == {7: "-1.15", 5: "-0.32", 3: "0.32", 1: "1.15"}  # rows of one pixel
    across = dict(zip(axes.get_xticks(), [text.get_text() for text in axes.get_xticklabels()]))
    assert across == {1.5: "-1.15", 4.5: "-0.32", 7.5: "0.32", 10.5: "1.15"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[0]", "z[1]")


@pytest.mark.parametrize(
    "kind, code_of",
    [
        (kerae.SVAE, lambda v: v / np.linalg.norm(v)),
        (kerae.PoincareVAE, lambda v: np.tanh(np.linalg.norm(v) / 2) * v / np.linalg.norm(v)),
    ],
)
def test_the_manifold_of_a_curved_space_lies_in_it(kind, code_of):
    model = kind((1, 2, 1), 2, likelihood="normal", decoder=shows_its_code().decoder)
    (axes,) = figures.manifold(model, n=2).axes
    drawn = np.asarray(axes.images[0].get_array())
    low, high = stats.norm.ppf([0.25, 0.75])
    np.testing.assert_allclose(drawn[1, 1:3], 0.5 + 0.1 * code_of(np.array([low, high])), rtol=1e-5)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("v[0]", "v[1]")


@pytest.mark.parametrize("n", [3, 10, 20])
def test_quantiles_have_room(n):
    assert_legible(figures.manifold(kerae.AE((8, 8, 1), 2), n=n))


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
