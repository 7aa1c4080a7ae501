import numpy as np
import pytest
from legible import assert_legible
from matplotlib.offsetbox import AnnotationBbox

from kerae import figures
from kerae.figures.classes import colors

pytestmark = pytest.mark.once


def codes(count=60, latent_dim=2):
    return np.random.default_rng(0).normal(size=(count, latent_dim))


def drawn(axes):
    """Where points are drawn, and their colors."""
    collections = [part for part in axes.collections if len(part.get_offsets())]
    places = np.concatenate([part.get_offsets() for part in collections])
    shades = [
        np.broadcast_to(part.get_facecolor()[:, :3], (len(part.get_offsets()), 3))
        if len(part.get_facecolor())
        else np.broadcast_to(part.get_edgecolor()[:, :3], (len(part.get_offsets()), 3))
        for part in collections
    ]
    return places, np.concatenate(shades)


def assert_shows(axes, points, labels):
    """Every point once, in the color of its label."""
    expected = np.column_stack([points, colors(labels)])
    found = np.column_stack(drawn(axes))
    np.testing.assert_allclose(
        found[np.lexsort(found.T[:2])], expected[np.lexsort(expected.T[:2])], atol=1e-6
    )


def legend_of(figure):
    """The names of the legend, their colors and their shapes."""
    (legend,) = figure.legends
    return [
        (text.get_text(), tuple(handle.get_color()), handle.get_marker())
        for text, handle in zip(legend.get_texts(), legend.legend_handles)
    ]


def test_every_code_is_a_point_in_the_color_that_the_legend_gives_its_class():
    labels = np.arange(60) % 3
    figure = figures.latent_scatter(codes(), labels, ("a", "b", "c"))
    (axes,) = figure.axes
    assert_shows(axes, codes(), labels)
    shown = [(name, tuple(colors([i])[0]), "o") for i, name in enumerate("abc")]
    assert legend_of(figure) == shown
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_aspect()) == ("z[0]", "z[1]", 1)
    assert figure.legends[0].get_title().get_text() == "label"
    assert_legible(figure)


def test_no_class_hides_the_others():
    labels = np.repeat(np.arange(3), 50)
    figure = figures.latent_scatter(codes(150), labels)
    last = figure.axes[0].collections[0].get_facecolor()[-20:]
    assert len(np.unique(last, axis=0)) == 3


def test_a_class_has_the_same_color_where_others_do_not_occur():
    figure = figures.latent_scatter(codes(), np.where(np.arange(60) % 2, 5, 2), [*"abcdef"])
    names, shades, _ = zip(*legend_of(figure))
    assert names == ("c", "f") and shades == tuple(map(tuple, colors([2, 5])))


def test_unlabeled_codes_have_one_color_and_no_legend():
    figure = figures.latent_scatter(codes(), title="codes", axis_names=("UMAP 1", "UMAP 2"))
    assert_shows(figure.axes[0], codes(), np.zeros(60, int))
    assert not figure.legends and figure.axes[0].get_title() == "codes"
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("UMAP 1", "UMAP 2")


def test_noise_is_gray_below_the_classes_and_last_in_the_legend():
    labels = np.arange(60) % 4 - 1
    figure = figures.latent_scatter(codes(), labels, legend_title="cluster")
    assert_shows(figure.axes[0], codes(), labels)
    below, above = figure.axes[0].collections
    assert len(below.get_offsets()) == 15 and below.get_zorder() <= above.get_zorder()
    assert [name for name, *_ in legend_of(figure)] == ["0", "1", "2", "noise"]
    assert legend_of(figure)[-1][2] == "x"
    assert figure.legends[0].get_title().get_text() == "cluster"
    assert_legible(figure)


def test_only_noise_can_be_drawn():
    figure = figures.latent_scatter(codes(), np.full(60, -1))
    assert_shows(figure.axes[0], codes(), np.full(60, -1))


def test_twenty_classes_have_a_legend_of_colors_and_shapes():
    labels = np.arange(60) % 20
    names = [f"a class of number {i}" for i in range(20)]
    figure = figures.latent_scatter(codes(), labels, names)
    assert len({(shade, shape) for _, shade, shape in legend_of(figure)}) == 20
    assert_shows(figure.axes[0], codes(), labels)
    points = figure.axes[0].collections[0]
    paths = {tuple(map(tuple, path.vertices)) for path in points.get_paths()}
    assert len(paths) == 2
    circle = len(points.get_paths()[0].vertices)
    corners = [len(path.vertices) for path in points.get_paths()]
    order = [np.flatnonzero((codes() == place).all(axis=1))[0] for place in points.get_offsets()]
    round_ones = np.array(corners) == max(corners)
    np.testing.assert_array_equal(round_ones, labels[order] < 10)
    assert circle in corners
    assert_legible(figure)


def test_more_than_twenty_classes_say_that_there_is_no_legend():
    figure = figures.latent_scatter(codes(), np.arange(60) % 21)
    (legend,) = figure.legends
    assert not legend.get_texts()
    assert legend.get_title().get_text() == "21 classes:\ntoo many\nfor a legend"
    assert_legible(figure)


def test_one_dimension_becomes_a_strip_for_each_class():
    labels = np.where(np.arange(60) % 2, 4, 1)
    figure = figures.latent_scatter(codes(latent_dim=1), labels, [*"abcde"])
    (axes,) = figure.axes
    places, shades = drawn(axes)
    for label in (1, 4):
        strip = (shades == colors([label])).all(axis=1)
        np.testing.assert_allclose(
            np.sort(places[strip, 0]), np.sort(codes(latent_dim=1)[labels == label, 0])
        )
        assert np.abs(places[strip, 1] - label).max() < 0.5
    texts = [text.get_text() for text in axes.get_yticklabels()]
    assert dict(zip(axes.get_yticks(), texts)) == {1: "b", 4: "e"}
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first class on top
    assert_legible(figure)


def test_more_dimensions_are_projected_to_those_of_the_largest_variance():
    z = codes(latent_dim=4) * [1, 0.01, 5, 0.01]
    figure = figures.latent_scatter(z, np.zeros(60, int))
    places, _ = drawn(figure.axes[0])
    centered = np.sort(np.abs(z[:, 2] - z[:, 2].mean()))
    np.testing.assert_allclose(np.sort(np.abs(places[:, 0])), centered, rtol=0.05, atol=0.05)
    values = np.linalg.svd(z - z.mean(axis=0), compute_uv=False) ** 2
    share = f"{values[0] / values.sum():.0%}"
    assert figure.axes[0].get_xlabel() == f"PC 1 ({share} of the variance)"
    assert_legible(figure)


def test_equal_codes_and_constant_dimensions_can_be_drawn():
    figure = figures.latent_scatter(np.ones((5, 3)), np.arange(5))
    assert figure.axes[0].get_xlabel() == "PC 1 (0% of the variance)"
    assert_legible(figure)
    assert_legible(figures.latent_scatter(codes() * [1, 0], np.arange(60) % 2))
    assert_legible(figures.latent_scatter(np.ones((25_000, 2)), np.arange(25_000) % 2))


def blobs(count=30_000):
    """Three classes far from each other, the third wide."""
    labels = np.arange(count) % 3
    spread = (
        np.random.default_rng(0).normal(size=(count, 2)) * np.array([0.5, 0.5, 2])[labels, None]
    )
    return spread + 10 * np.array([[0, 0], [2, 0], [0, 2]])[labels], labels


def pixel(picture, x, y):
    left, right, bottom, top = picture.get_extent()
    array = picture.get_array()
    row, column = (y - bottom) / (top - bottom), (x - left) / (right - left)
    return array[int(row * array.shape[0]), int(column * array.shape[1])]


def test_many_points_are_shaded_by_density_in_the_color_of_the_majority():
    points, labels = blobs()
    labels[:300] = -1
    points[302:3000:3] = points[300:2998:3]  # few of class 2 lie among the many of class 0
    figure = figures.latent_scatter(points, labels)
    (axes,) = figure.axes
    assert not axes.collections and axes.get_aspect() == 1
    (picture,) = axes.images
    for label, center in enumerate([(0, 0), (20, 0), (0, 20)]):
        *shade, opacity = pixel(picture, *center)
        np.testing.assert_allclose(shade, colors([label])[0])
        assert opacity > 0.6
    assert pixel(picture, 10, 10)[3] == 0
    assert pixel(picture, 0, 20)[3] > pixel(picture, 0, 25)[3] > 0
    seen = np.array([pixel(picture, *point)[3] for point in points[::50]])
    assert seen.min() >= 0.4  # no point is lost
    assert len(legend_of(figure)) == 4
    assert_legible(figure)


def test_of_many_points_in_more_than_ten_classes_a_stated_part_is_drawn():
    points, labels = blobs()
    figure = figures.latent_scatter(points, labels + 9, [*"abcdefghijkl"], title="map")
    assert figure.axes[0].get_title() == "map\n20,000 of 30,000 points"
    places, _ = drawn(figure.axes[0])
    assert len(np.unique(places, axis=0)) == 20_000


def thumbnails(figure):
    return [part for part in figure.axes[0].artists if isinstance(part, AnnotationBbox)]


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_images_stand_at_their_codes_in_the_color_of_their_class_and_cover_none(latent_dim):
    z, labels = codes(2000, latent_dim), np.arange(2000) % 3
    images = np.arange(2000).reshape(-1, 1, 1, 1) / 2000 * np.ones((1, 4, 4, 1))
    figure = figures.latent_scatter(z, labels, images=images)
    figure.draw_without_rendering()
    boxes = []
    for thumbnail in thumbnails(figure):
        index = round(thumbnail.offsetbox.get_data()[0, 0] * 2000)
        np.testing.assert_allclose(thumbnail.xy[0], z[index, 0])
        shade = thumbnail.patch.get_edgecolor()[:3]
        np.testing.assert_allclose(shade, colors([labels[index]])[0])
        boxes.append(thumbnail.patch.get_window_extent())
    assert len(boxes) > 50
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
    # As no further one would fit, every code is near one that is drawn.
    middles = np.array([(box.min + box.max) / 2 for box in boxes])
    if latent_dim == 2:
        places = figure.axes[0].transData.transform(z)
        distances = np.abs(places[:, None] - middles).max(axis=2).min(axis=1)
        assert distances.max() < 1.5 * boxes[0].width


def test_images_in_color_are_drawn_as_they_are():
    images = np.random.default_rng(0).random((2, 3, 3, 3))
    figure = figures.latent_scatter(np.eye(2), images=images)
    first, second = (part.offsetbox.get_data() for part in thumbnails(figure))
    assert {first[0, 0, 0], second[0, 0, 0]} == {images[0, 0, 0, 0], images[1, 0, 0, 0]}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"z": np.ones((60, 2, 2))}, "of shape (n, latent_dim)"),
        ({"z": np.full((60, 2), np.nan)}, "NaN or infinity in 60 of 60 rows"),
        ({"labels": np.arange(59)}, "one for each example. Received: shape (59,)"),
        ({"labels": np.ones(60)}, "integers or strings"),
        ({"images": np.ones((60, 16))}, "vectors can be reshaped"),
        ({"images": np.ones((59, 4, 4, 1))}, "Expected 60 `images`"),
    ],
    ids=["shape", "nan", "length", "type", "vectors", "images"],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError) as error:
        figures.latent_scatter(**{"z": codes(), **arguments})
    assert message in str(error.value)


@pytest.mark.parametrize("low, width", [(0.02306, 0.00334), (0.1085, 0.0033), (12.3456, 0.001)])
def test_long_numbers_do_not_touch(low, width):
    points = low + width * np.random.default_rng(0).random((60, 2))
    assert_legible(figures.latent_scatter(points, np.arange(60) % 3))
