import numpy as np
import pytest
from legible import assert_legible, texts

from kerae import figures
from kerae.figures.classes import colors

pytestmark = pytest.mark.once

z = np.array([[0.0, 0], [3, 0], [1, 0], [2, 0], [0, 10], [0, 12], [5, 5]])
clusters = np.array([0, 0, 0, 0, 1, 1, -1])
centers = np.array([[0.0, 0], [0, 12], [90, 90]])
images = np.arange(7).reshape(7, 1, 1, 1) / 10 * np.ones((1, 3, 3, 1))
decoded = np.array([0.7, 0.8, 0.9]).reshape(3, 1, 1, 1) * np.ones((1, 3, 3, 1))


def sheet(**arguments):
    default = {"images": images, "z": z, "clusters": clusters, "centers": centers}
    return figures.cluster_sheet(**{**default, "decoded": decoded, "members": 3, **arguments})


def test_a_row_shows_the_center_and_the_nearest_members():
    figure = sheet()
    center, members = (np.asarray(part.get_array())[2::4, 2::4] for part in figure.axes[0].images)
    np.testing.assert_allclose(center, [[0.7], [0.8], [0.9]])
    empty = 0.5
    np.testing.assert_allclose(members, [[0.0, 0.2, 0.3], [0.5, 0.4, empty], [empty] * 3])
    left, right, *_ = figure.axes[0].images[0].get_extent()
    assert figure.axes[0].images[1].get_extent()[0] > right > left
    sizes = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert sizes == ["0 (4)", "1 (2)", "2 (0)"]
    assert figure.get_suptitle() == "1 of 7 examples in no cluster"
    assert {"center", "nearest members"} <= {text.get_text() for text in texts(figure)}
    assert_legible(figure)


def test_bars_are_divided_by_the_shares_of_the_classes_the_largest_first():
    figure = sheet(labels=[1, 2, 2, 2, 0, 0, 0], class_names=("cat", "dog", "owl"))
    axes = figure.axes[0]
    whole = sum(bar.get_width() for bar in axes.patches[:2])
    shares = [bar.get_width() / whole for bar in axes.patches]
    np.testing.assert_allclose(shares, [0.75, 0.25, 1.0])
    shades = [bar.get_facecolor()[:3] for bar in axes.patches]
    np.testing.assert_allclose(shades, colors([2, 1, 0]))
    middles = [bar.get_y() + bar.get_height() / 2 for bar in axes.patches]
    np.testing.assert_allclose(middles, [axes.get_yticks()[row] for row in (0, 0, 1)])
    shown = {text.get_text() for text in axes.texts}
    assert {"owl 75%", "cat 100%", "classes"} <= shown
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["cat", "dog", "owl"]
    assert_legible(figure)


@pytest.mark.parametrize("count, shape", [(2, (28, 28, 1)), (10, (8, 16, 3)), (20, (16, 8, 1))])
@pytest.mark.parametrize("classes", [None, 3, 20])
def test_any_number_of_clusters_has_room(count, shape, classes):
    generator = np.random.default_rng(0)
    codes, pictures = generator.normal(size=(400, 2)), generator.random((400, *shape))
    labels = None if classes is None else generator.integers(0, classes, 400)
    names = [f"class of number {i}" for i in range(20)]
    figure = figures.cluster_sheet(
        pictures, codes, np.arange(400) % count, codes[:count], pictures[:count], labels, names
    )
    assert_legible(figure)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"clusters": clusters[:6]}, "an integer from -1 to 2"),
        ({"clusters": clusters + 2}, "an integer from -1 to 2"),
        ({"clusters": clusters * 1.0}, "an integer from -1 to 2"),
        ({"centers": np.zeros((3, 5))}, "as many dimensions"),
        ({"decoded": decoded[:2]}, "Expected 3 `decoded`"),
        ({"images": np.zeros((7, 9))}, "Expected `images` to be images"),
        ({"labels": [0, 1]}, "one for each example"),
        ({"z": z * np.nan}, "NaN or infinity"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError) as error:
        sheet(**arguments)
    assert message in str(error.value)
