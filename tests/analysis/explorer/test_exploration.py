"""What a tab looks at, computed by the model on every backend."""

import numpy as np
import pytest

import kerae
from kerae import latent_space
from kerae.analysis.explorer.exploration import Exploration
from kerae.analysis.explorer.latent_map import LatentMap

pytestmark = [pytest.mark.slow, pytest.mark.mainly("torch")]

COUNT = 40


@pytest.fixture
def x():
    return np.random.default_rng(0).uniform(0.2, 0.8, size=(COUNT, 8, 8, 1)).astype("float32")


@pytest.fixture
def exploration(x):
    return Exploration(LatentMap(kerae.VAE((8, 8, 1), 3), x, method="pca"))


def test_it_starts_at_the_mean_and_comes_back_to_it(exploration):
    mean = exploration.map.z.mean(axis=0)
    np.testing.assert_allclose(exploration.code, mean)
    exploration.set_dimension(1, 2.0)
    np.testing.assert_allclose(exploration.code, [mean[0], 2.0, mean[2]])
    exploration.reset()
    np.testing.assert_allclose(exploration.code, mean)


def test_what_is_decoded_is_the_code_of_the_place(exploration):
    place = exploration.map.points[5]
    exploration.go_to_place(place)
    np.testing.assert_array_equal(exploration.place, place)
    np.testing.assert_allclose(exploration.code, exploration.map.z[5], rtol=1e-5)
    np.testing.assert_allclose(
        exploration.decode(exploration.code[None]),
        exploration.map.model.decode(exploration.map.z[5:6]),
        rtol=1e-5,
    )


def test_a_walk_needs_both_ends_and_goes_as_told(exploration):
    assert exploration.walk is None
    a, b = exploration.map.z[:2]
    exploration.ends["A"] = a
    assert exploration.walk is None
    exploration.ends["B"] = b
    np.testing.assert_allclose(exploration.walk, np.linspace(a, b, 9), rtol=1e-5, atol=1e-7)
    exploration.method = "slerp"
    omega = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    halfway = np.sin(omega / 2) / np.sin(omega) * (a + b)
    np.testing.assert_allclose(exploration.walk[4], halfway, rtol=1e-4)


def test_a_walk_on_a_sphere_stays_there(x):
    exploration = Exploration(LatentMap(kerae.SVAE((8, 8, 1), 3), x, method="pca"))
    assert list(exploration.methods) == ["shortest", "linear", "slerp"]
    exploration.ends = dict(zip("AB", exploration.map.z[:2]))
    np.testing.assert_allclose(np.linalg.norm(exploration.walk, axis=1), 1.0, rtol=1e-5)


def test_an_attribute_is_that_of_the_latent_space_and_can_be_taken_away(exploration, x):
    assert exploration.direction is None and exploration.attribute_walk is None
    exploration.add_attribute(1.0)
    np.testing.assert_allclose(exploration.code, exploration.map.z.mean(axis=0))
    exploration.groups = {"with": np.arange(10), "without": np.arange(10, 25)}
    vector = latent_space.attribute_vector(exploration.map.model, x[:10], x[10:25])
    np.testing.assert_allclose(exploration.direction, vector, rtol=1e-4, atol=1e-6)
    start = exploration.map.z[3]
    exploration.go_to_code(start)
    exploration.add_attribute(1.5)
    exploration.add_attribute(-0.5)
    np.testing.assert_allclose(exploration.code, start - 0.5 * vector, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(exploration.attribute_walk[4], start, rtol=1e-5)
    np.testing.assert_allclose(
        exploration.attribute_walk[8], start + 2 * vector, rtol=1e-4, atol=1e-6
    )
    exploration.add_attribute(0.0)
    np.testing.assert_allclose(exploration.code, start)
    exploration.set_dimension(0, 1.0)
    assert exploration.strength == 0.0


def test_an_image_of_ones_own_goes_through_the_model(exploration):
    pixels = np.random.default_rng(1).random((8, 8, 1), dtype="float32")
    found = exploration.go_to_image(pixels)
    model, (low, high) = exploration.map.model, exploration.map.input_limits
    assert 0.19 < low < high < 0.81
    x = (low + pixels * (high - low))[None]
    np.testing.assert_allclose(exploration.code, model.encode(x)[0], rtol=1e-4, atol=1e-6)
    error = np.mean((x - model.reconstruct(x)) ** 2)
    np.testing.assert_allclose(found.error, [error], rtol=1e-4)
    np.testing.assert_allclose(exploration.place, exploration.map.landing(found.z)[0], rtol=1e-4)


def test_a_conditional_model_decodes_with_the_label_that_is_chosen(x):
    model = kerae.CVAE((8, 8, 1), 2, num_classes=3)
    exploration = Exploration(LatentMap(model, x, y=np.arange(COUNT) % 3))
    for label in (0, 2):
        exploration.label = label
        expected = model.decode(exploration.code[None], label)
        np.testing.assert_allclose(exploration.decode(exploration.code[None]), expected, rtol=1e-5)
    assert np.abs(model.decode(exploration.code[None], 0) - expected).max() > 1e-4
    low, high = exploration.map.input_limits
    exploration.go_to_image((x[4] - low) / (high - low))
    np.testing.assert_allclose(
        exploration.code, model.encode(x[4:5], np.array([2]))[0], rtol=1e-3, atol=1e-5
    )


def test_a_vector_as_condition_is_that_of_the_nearest_example(x):
    y = np.random.default_rng(2).normal(size=(COUNT, 2)).astype("float32")
    model = kerae.CVAE((8, 8, 1), 2, condition_shape=(2,))
    exploration = Exploration(LatentMap(model, x, y=y))
    exploration.go_to_place(exploration.map.points[9])
    assert exploration.label is None
    np.testing.assert_array_equal(exploration.condition, y[9])
    np.testing.assert_allclose(
        exploration.decode(exploration.code[None]),
        model.decode(exploration.map.z[9:10], y[9:10]),
        rtol=1e-5,
    )
