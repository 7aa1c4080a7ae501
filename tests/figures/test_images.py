"""Pictures of one grid of images."""

import numpy as np
import pytest
from legible import assert_legible

from kerae import figures

pytestmark = pytest.mark.once


def drawn(figure):
    (picture,) = figure.axes[0].images
    return np.asarray(picture.get_array())


def test_reconstructions_stand_below_their_originals():
    x = np.linspace(0, 1, 12 * 4, dtype="float32").reshape(12, 2, 2, 1)
    figure = figures.reconstructions(x, 1 - x)
    assert drawn(figure).shape == (4 * 3 + 1, 6 * 3 + 1)  # two pairs of rows of six, with lines
    np.testing.assert_allclose(drawn(figure)[1:3, 4:6], x[1, ..., 0])
    np.testing.assert_allclose(drawn(figure)[4:6, 4:6], 1 - x[1, ..., 0])
    np.testing.assert_allclose(drawn(figure)[10:12, 16:18], 1 - x[11, ..., 0])
    assert_legible(figure)


def test_twenty_pairs_are_drawn_in_two_rows():
    x = np.linspace(0, 1, 20).reshape(20, 1, 1, 1)
    rows = drawn(figures.reconstructions(x, 1 - x))[1::2, 1::2]
    np.testing.assert_allclose(
        rows, [x[:10, 0, 0, 0], 1 - x[:10, 0, 0, 0], x[10:, 0, 0, 0], 1 - x[10:, 0, 0, 0]]
    )


def test_samples_in_color_are_drawn_in_full_rows():
    images = np.random.default_rng(0).random((16, 4, 4, 3))
    figure = figures.samples(images, title="new ones")
    assert drawn(figure).shape == (2 * 5 + 1, 8 * 5 + 1, 3)
    np.testing.assert_allclose(drawn(figure)[6:10, 1:5], images[8])
    np.testing.assert_allclose(drawn(figure)[6:10, 36:40], images[15])
    # Of a prime number no rows are full; only one place is empty.
    assert drawn(figures.samples(np.ones((23, 1, 1, 1))))[1::2, 1::2].shape == (3, 8)
    assert figure.axes[0].get_title() == "new ones"
    assert_legible(figure)


@pytest.mark.parametrize("count, shape", [(1, (1, 1, 1)), (2, (40, 10, 1)), (3, (10, 40, 3))])
def test_few_images_of_any_shape_have_room_for_the_title(count, shape):
    assert_legible(figures.samples(np.zeros((count, *shape))))


def test_a_row_of_traversals_is_a_dimension_and_is_labeled_with_it():
    images = np.random.default_rng(0).random((2, 5, 3, 4, 1))
    figure = figures.traversals(images, dims=[1, 7])
    np.testing.assert_allclose(drawn(figure)[1:4, 6:10], images[0, 1, ..., 0])
    np.testing.assert_allclose(drawn(figure)[5:8, 21:25], images[1, 4, ..., 0])
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["z[1]", "z[7]"]
    np.testing.assert_array_equal(axes.get_yticks(), [2, 6])  # the middle of rows 1-3 and 5-7
    assert_legible(figure)


def test_a_row_of_interpolations_is_a_pair():
    images = np.random.default_rng(0).random((2, 5, 3, 4, 1))
    figure = figures.interpolations(images)
    np.testing.assert_allclose(drawn(figure)[1:4, 6:10], images[0, 1, ..., 0])
    np.testing.assert_allclose(drawn(figure)[5:8, 21:25], images[1, 4, ..., 0])
    assert_legible(figure)


@pytest.mark.parametrize(
    "shape, answer",
    [((8, 8, 1), True), ((8, 8, 3), True), ((8, 8, 2), False), ((64,), False), ((8, 8), False)],
)
def test_is_image(shape, answer):
    assert figures.is_image(shape) is answer


vectors, images = np.zeros((4, 64)), np.zeros((4, 8, 8, 1))


@pytest.mark.parametrize(
    "draw, message",
    [
        (lambda: figures.samples(vectors), "`images` to be images, of shape (n, height"),
        (lambda: figures.samples(images[:0]), "Received: shape (0, 8, 8, 1)"),
        (lambda: figures.reconstructions(vectors, vectors), "Expected `x` to be images"),
        (lambda: figures.reconstructions(images, images[:3]), "Expected 4 `x_hat`"),
        (lambda: figures.traversals(images), "of shape (dims, steps, height"),
        (lambda: figures.traversals(images[None], dims=[0, 1]), "as many `dims` as rows"),
        (lambda: figures.interpolations(images), "of shape (n, steps, height"),
        (lambda: figures.extremes(vectors, vectors, np.ones(4)), "Expected `x` to be images"),
    ],
)
def test_refuses_what_is_no_image(draw, message):
    with pytest.raises(ValueError) as error:
        draw()
    assert message in str(error.value)
