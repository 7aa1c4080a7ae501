"""Pictures against the areas, the moments and the turns that shapes of their factors have."""

import itertools

import numpy as np
import pytest
from scipy import integrate, optimize

from kerae import data
from kerae.metrics import FactorDraws

pytestmark = pytest.mark.once

SIZE, REACH = 32, 0.28


@pytest.fixture(scope="module")
def shapes():
    return data.load("shapes")


@pytest.fixture(scope="module")
def everything(shapes):
    """All images, and of each the values of its factors, as numbers."""
    x = np.concatenate([shapes.x_train, shapes.x_test])[..., 0].astype("float64")
    factors = np.concatenate([shapes.factors_train, shapes.factors_test])
    values = shapes.factor_values | {"shape": range(3)}
    numbers = {name: np.array(values[name])[v] for name, v in zip(values, factors.T)}
    return x, factors, numbers


def mean_place(x):
    """The center of mass from the left and the top, in pixels."""
    along = np.arange(SIZE) + 0.5
    ink = x.sum(axis=(1, 2))
    return x.sum(axis=1) @ along / ink, x.sum(axis=2) @ along / ink


def heart_radius(angle):
    """Of the curve (x^2 + y^2 - 1)^3 = x^2 y^3, from its middle."""
    slope = np.cbrt(np.cos(angle) ** 2) * np.sin(angle)
    return optimize.brentq(lambda r: r**2 - 1 - r ** (5 / 3) * slope, 0.5, 2)


def test_every_combination_is_there_once_and_a_fifth_of_each_shape_is_held_out(shapes, everything):
    _, factors, _ = everything
    sizes = [len(values) for values in shapes.factor_values.values()]
    assert list(shapes.factor_values) == ["shape", "scale", "rotation", "x", "y"]
    assert {tuple(row) for row in factors.tolist()} == set(itertools.product(*map(range, sizes)))
    assert len(factors) == np.prod(sizes) == 11_520
    assert np.bincount(shapes.y_test).tolist() == [768] * 3
    np.testing.assert_array_equal(shapes.y_train, shapes.factors_train[:, 0])


def test_no_two_images_are_the_same(everything):
    x, _, _ = everything
    assert len({image.tobytes() for image in x}) == len(x)


def test_areas_are_those_of_the_curves(everything):
    x, _, numbers = everything
    heart = integrate.quad(lambda t: 0.5 * heart_radius(t) ** 2, 0, 2 * np.pi, limit=200)[0]
    areas = np.array([2, np.pi / 2, heart / 1.29**2])[numbers["shape"]]
    expected = areas * (REACH * SIZE * numbers["scale"]) ** 2
    np.testing.assert_allclose(x.sum(axis=(1, 2)), expected, rtol=0.03)


def test_squares_and_ellipses_lie_where_their_factors_say(everything):
    x, _, numbers = everything
    symmetric = numbers["shape"] < 2
    for found, name in zip(mean_place(x[symmetric]), "xy"):
        np.testing.assert_allclose(found, SIZE * numbers[name][symmetric], atol=0.01)


def test_shapes_turn_counterclockwise(everything):
    x, _, numbers = everything
    large = numbers["scale"] == 1
    for shape, order in ((0, 4), (1, 2), (2, 1)):
        some = large & (numbers["shape"] == shape)
        ink, angle = x[some], numbers["rotation"][some]
        places = np.arange(SIZE) + 0.5
        right = places[None, None, :] - SIZE * numbers["x"][some][:, None, None]
        up = SIZE * numbers["y"][some][:, None, None] - places[None, :, None]
        # The phase of the moment (right + i up)^m turns m times as fast as the shape.
        moment = np.sum(ink * (right + 1j * up) ** order, axis=(1, 2))
        # Unturned, the corners of the square are at 45 degrees, and the lobes of the heart above.
        start = {0: np.pi / 4, 1: 0, 2: np.pi / 2}[shape]
        off = np.angle(moment * np.exp(-1j * order * (angle + start))) / order
        assert np.abs(off).max() < np.deg2rad(4)


def test_edges_are_smooth(everything):
    grays = np.unique(everything[0])
    np.testing.assert_array_equal(grays, np.arange(65) / 64)


@pytest.mark.parametrize("size", [16, 48])
def test_other_sizes_show_the_same(size):
    other = data.shapes(size)
    again = data.shapes(16).x_train.reshape(-1, 16 * 16).sum(axis=1)
    ink = other.x_train.reshape(len(again), -1).sum(axis=1)
    np.testing.assert_allclose(ink, again * (size / 16) ** 2, rtol=0.1)


def test_colors_and_noise_are_of_the_seed(shapes):
    colored = data.shapes(16, color=True)
    plain = data.shapes(16)
    full = plain.x_train[..., 0].max(axis=(1, 2))
    tint = colored.x_train.max(axis=(1, 2)) / full[:, None]
    assert 0.5 <= tint.min() < 0.51 and 0.99 < tint.max() <= 1
    assert abs(tint.mean() - 0.75) < 4 * 0.5 / np.sqrt(12 * tint.size)
    np.testing.assert_allclose(
        colored.x_train, plain.x_train * tint[:, None, None], rtol=0, atol=1e-6
    )
    noisy = data.shapes(16, noise=0.5)
    background = noisy.x_train[plain.x_train == 0]
    assert background.max() <= 0.5
    assert abs(background.mean() - 0.25) < 4 * 0.5 / np.sqrt(12 * background.size)
    assert (noisy.x_train[plain.x_train == 1] == 1).all()
    assert noisy.digest == data.shapes(16, noise=0.5).digest
    assert noisy.digest != data.shapes(16, noise=0.5, seed=1).digest
    assert shapes.digest == data.shapes(32, seed=1).digest  # nothing of it is random


def test_factors_draw_images(shapes):
    draws = FactorDraws(shapes.x_test, shapes.factors_test)
    generator = np.random.default_rng(0)
    alike = draws.alike(3, 50, generator)  # of one x
    columns, rows = mean_place(alike[..., 0])
    assert columns.std() < 0.5 < 3 < rows.std()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"size": 24}, "multiple of 16. Received: size=24"),
        ({"size": 0}, "at least 16"),
        ({"noise": 1.5}, "from 0 to 1. Received: noise=1.5"),
        ({"seed": -1}, "`seed` of at least 0"),
    ],
)
def test_others_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.shapes(**arguments)
