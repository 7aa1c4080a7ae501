import numpy as np
import pytest
from legible import assert_legible

from kerae import figures
from kerae.figures.classes import colors

pytestmark = pytest.mark.once


def test_boxes_are_quartiles_and_lines_percentiles_of_each_class():
    error = np.random.default_rng(0).random(300)
    labels = np.arange(300) % 3
    figure = figures.error_by_class(error, labels, ("a", "b", "c"), name="error (nats)")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b", "c"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1] and axes.get_xlabel() == "error (nats)"
    for i, box in enumerate(axes.patches):
        corners = box.get_path().vertices[:, 0]
        of_class = error[labels == i]
        low, high = np.percentile(of_class, [25, 75])
        np.testing.assert_allclose([corners.min(), corners.max()], [low, high])
        np.testing.assert_allclose(box.get_facecolor()[:3], colors([i])[0])
        ends = np.concatenate([line.get_xdata() for line in axes.lines])
        outermost = of_class[of_class <= np.percentile(of_class, 95)].max()
        assert outermost in ends and np.median(of_class) in ends
    assert_legible(figure)


@pytest.mark.parametrize("classes", [1, 2, 20, 30])
def test_any_number_of_classes_has_room(classes):
    names = [f"class of number {i}" for i in range(classes)]
    figure = figures.error_by_class(np.arange(60.0), np.arange(60) % classes, names)
    assert len(figure.axes[0].patches) == classes
    assert_legible(figure)


@pytest.mark.parametrize("low, width", [(0.1098, 0.02196), (0.1505, 0.02107), (12.3456, 0.001)])
def test_long_numbers_do_not_touch(low, width):
    error, names = np.linspace(low, low + width, 60), ["blue discs", "green bars", "red squares"]
    assert_legible(figures.error_by_class(error, np.arange(60) % 3, names))


def test_of_many_classes_the_worst_are_drawn():
    figure = figures.error_by_class(np.arange(100.0), np.arange(100) // 2)
    assert figure.axes[0].get_title() == "the 30 of 50 classes with the largest"
    texts = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert texts == [str(i) for i in range(20, 50)]
    assert_legible(figure)


def test_noise_is_a_class_of_its_own():
    figure = figures.error_by_class([1.0, 2.0, 3.0], [-1, 0, 0])
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["noise", "0"]


@pytest.mark.parametrize(
    "error, message",
    [([1.0, np.nan], "finite"), ([], "`error` with examples"), ([1.0], "one for each example")],
)
def test_refuses(error, message):
    with pytest.raises(ValueError, match=message):
        figures.error_by_class(error, [0, 1])
