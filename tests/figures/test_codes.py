"""Pictures of discrete codes: their maps, how often each is chosen, and what categories do."""

import numpy as np
import pytest
from legible import assert_legible

from kerae import figures
from kerae.figures.classes import colors

pytestmark = pytest.mark.once


def drawn(figure):
    (picture,) = figure.axes[0].images
    return np.asarray(picture.get_array())


def maps_of(figure, size):
    """The row of maps, `(n, size, size, 3)`."""
    row = drawn(figure)[size + 2 : 2 * size + 2]
    return np.stack([row[:, 1 + i : 1 + i + size] for i in range(0, row.shape[1] - 1, size + 1)])


def test_a_map_of_few_codes_has_a_color_for_each_between_the_images():
    x = np.random.default_rng(0).random((3, 5, 5, 1))
    indices = np.array([[[0, 7], [7, 0]], [[2, 2], [2, 2]], [[7, 7], [0, 2]]])
    figure = figures.code_maps(x, indices, 1 - x)
    picture = drawn(figure)
    assert picture.shape == (3 * 6 + 1, 3 * 6 + 1, 3)
    np.testing.assert_allclose(picture[1:6, 1:6], np.repeat(x[0], 3, axis=-1))
    np.testing.assert_allclose(picture[13:18, 13:18], np.repeat(1 - x[2], 3, axis=-1))
    places = np.array([0, 0, 0, 1, 1])  # of five pixels, the first three are of the first place
    expected = colors([0, 1, 2])[np.searchsorted([0, 2, 7], indices)][:, places][:, :, places]
    np.testing.assert_allclose(maps_of(figure, 5), expected)
    assert_legible(figure)


def test_many_codes_have_colors_in_the_order_of_their_vectors():
    vectors = np.random.default_rng(0).permutation(16) * np.array([[3.0], [-1.0]])  # on a line
    indices = np.arange(16).reshape(1, 4, 4)
    x = np.zeros((1, 4, 4, 3))
    ramp = maps_of(figures.code_maps(x, indices, x), 4).reshape(16, 3)
    figure = figures.code_maps(x, indices, x, vectors.T.reshape(1, 4, 4, 2))
    found = maps_of(figure, 4).reshape(16, 3)
    in_order = found[np.argsort(vectors[0])]
    assert (in_order == ramp).all() or (in_order == ramp[::-1]).all()
    assert len(np.unique(ramp, axis=0)) == 16
    assert_legible(figure)


def test_ten_images_at_most_are_drawn():
    x = np.zeros((30, 2, 2, 1))
    assert drawn(figures.code_maps(x, np.zeros((30, 1, 1), int), x)).shape == (10, 31, 3)


def test_refuses_what_are_no_maps_of_the_images():
    x = np.zeros((3, 4, 4, 1))
    for indices, codes in ((np.zeros((3, 2)), None), (np.zeros((2, 2, 2)), None)):
        with pytest.raises(ValueError, match=r"`indices` of shape \(3, rows, columns\)"):
            figures.code_maps(x, indices, x, codes)
    with pytest.raises(ValueError, match=r"Received: \(3, 2, 2\) and \(3, 2, 2\)"):
        figures.code_maps(x, np.zeros((3, 2, 2)), x, np.zeros((3, 2, 2)))


def test_the_use_of_codes_is_a_sorted_curve_with_its_numbers():
    indices = np.array([[5, 5, 5, 5], [1, 1, 9, 5]])
    figure = figures.code_usage(indices, 12)
    (axes,) = figure.axes
    curve, alike, perplexity = axes.lines
    np.testing.assert_allclose(curve.get_data(), [[1, 2, 3], [5 / 8, 2 / 8, 1 / 8]])
    assert set(alike.get_ydata()) == {1 / 12}
    p = np.array([5, 2, 1]) / 8
    assert perplexity.get_xdata()[0] == pytest.approx(np.prod(p**-p))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["used: 3 of 12 (25%)", "all alike", f"perplexity: {np.prod(p**-p):.1f}"]
    assert_legible(figure)


@pytest.mark.parametrize(("used", "num_codes"), [(1, 1), (1, 4375), (512, 512), (3000, 65536)])
def test_any_number_of_codes_has_room(used, num_codes):
    figure = figures.code_usage(np.arange(used), num_codes)
    assert figure.axes[0].get_xlim()[1] > num_codes
    assert_legible(figure)


def test_refuses_more_codes_than_there_are():
    with pytest.raises(ValueError, match="`num_codes` of at least 3.*Received: 2"):
        figures.code_usage(np.arange(3), 2)


def test_a_row_is_a_variable_and_a_column_its_category():
    images = np.random.default_rng(0).random((2, 5, 3, 4, 1))
    figure = figures.category_traversals(images, variables=[0, 7])
    np.testing.assert_allclose(drawn(figure)[1:4, 6:10], images[0, 1, ..., 0])
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c[0]", "c[7]"]
    assert [label.get_text() for label in axes.get_xticklabels()] == list("01234")
    assert_legible(figure)
    with pytest.raises(ValueError, match="as many `variables` as rows of images, 2"):
        figures.category_traversals(images, [1])
