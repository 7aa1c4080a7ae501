"""The plane and the codes, on small models: by hand, or by NumPy."""

import numpy as np
import pytest

import kerae
from kerae.analysis.explorer.latent_map import LatentMap
from kerae.analysis.projection import Projection
from kerae.analysis.projection_methods import METHODS

pytestmark = pytest.mark.once

COUNT = 40


def model(latent_dim, **options):
    return kerae.AE((6,), latent_dim, likelihood="normal", **options)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(COUNT, 6)).astype("float32")


def test_two_dimensions_are_the_map_themselves(x):
    found = LatentMap(model(2), x)
    np.testing.assert_allclose(found.points, found.model.encode(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.code_at((0.25, -3.0)), [0.25, -3.0])
    np.testing.assert_array_equal(found.places_of(found.z[:3]), found.z[:3])
    np.testing.assert_array_equal(found.landing(found.z[:1]), found.z[:1])
    assert "a place decodes the code that it is" in found.stated


def test_places_beside_a_curved_space_are_the_nearest_codes_of_it(x):
    sphere = LatentMap(kerae.SVAE((6,), 2, likelihood="normal"), x)
    np.testing.assert_allclose(sphere.code_at((3.0, -4.0)), [0.6, -0.8], rtol=1e-6)
    ball = LatentMap(kerae.PoincareVAE((6,), 3, likelihood="normal"), x, method="pca")
    assert np.linalg.norm(ball.code_at(ball.points[0])) < 1


def test_one_dimension_lies_from_left_to_right_and_classes_above_each_other(x):
    found = LatentMap(model(1), x, labels=np.arange(COUNT) % 3)
    np.testing.assert_array_equal(found.points[:, 0], found.z[:, 0])
    np.testing.assert_array_equal(found.points[:, 1], np.arange(COUNT) % 3)
    np.testing.assert_array_equal(found.code_at((0.5, 99.0)), [0.5])
    np.testing.assert_array_equal(found.places_of(found.z[:2])[:, 0], found.z[:2, 0])
    np.testing.assert_array_equal(LatentMap(model(1), x).points[:, 1], 0)


def test_a_place_of_a_projection_is_the_weighted_mean_of_the_five_nearest_codes(x):
    found = LatentMap(model(4), x, method="pca")
    place = found.points.mean(axis=0) + 0.1
    distances = np.sqrt(((found.points - place) ** 2).sum(axis=1))
    nearest = np.argsort(distances)[:5]
    weights = 1 / distances[nearest]
    expected = (weights[:, None] * found.z[nearest]).sum(axis=0) / weights.sum()
    np.testing.assert_allclose(found.code_at(place), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.code_at(found.points[7]), found.z[7], rtol=1e-5)
    assert "mean code of its 5 nearest examples" in found.stated


def test_pca_places_new_codes_by_its_two_directions(x):
    found = LatentMap(model(4), x, method="pca")
    centered = found.z - found.z.mean(axis=0)
    directions = np.linalg.svd(centered.astype("float64"))[2][:2]
    new = found.z[:2] + 1
    placed = (new - found.z.mean(axis=0)) @ directions.T
    np.testing.assert_allclose(np.abs(found.places_of(new)), np.abs(placed), rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(found.places_of(new), found.landing(new))


def test_a_method_that_cannot_place_new_codes_says_so_and_takes_the_nearest(x, monkeypatch):
    points = np.random.default_rng(1).normal(size=(COUNT, 2))
    config = {"method": "tsne", "axes": ["tsne 1", "tsne 2"], "notes": ["A note."]}
    fitted = Projection(points, config, 4, METHODS["tsne"])
    monkeypatch.setattr("kerae.analysis.explorer.latent_map.project", lambda *_, **__: fitted)
    found = LatentMap(model(4), x, method="tsne")
    new = found.z[:1] + 0.01
    distances = np.linalg.norm(found.z - new, axis=1)
    nearest = np.argsort(distances)[:5]
    weights = 1 / distances[nearest]
    expected = (weights[:, None] * points[nearest]).sum(axis=0) / weights.sum()
    np.testing.assert_allclose(found.landing(new)[0], expected, rtol=1e-3)
    np.testing.assert_allclose(found.places_of(new)[0], expected, rtol=1e-3)
    assert found.stated.endswith("where the mean of its nearest codes places it. A note.")


def test_the_nearest_examples_are_those_of_the_latent_space(x):
    found = LatentMap(model(4), x, method="pca")
    expected = np.argsort(np.linalg.norm(found.z - found.z[3] - 0.01, axis=1))[:5]
    np.testing.assert_array_equal(found.nearest(found.z[3] + 0.01), expected)


def test_of_many_examples_some_are_drawn_and_this_is_stated(x):
    labels = np.arange(COUNT)
    found = LatentMap(model(2), x, labels, max_points=10, seed=3)
    assert len(found.z) == len(np.unique(found.rows)) == 10
    np.testing.assert_allclose(found.z, found.model.encode(x)[found.rows], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found.classes, labels[found.rows])
    np.testing.assert_array_equal(found.rows, LatentMap(model(2), x, max_points=10, seed=3).rows)
    assert found.stated.startswith("10 of 40 examples")


def test_the_labels_that_a_model_decodes_with_have_names(x):
    conditional = kerae.CVAE((6,), 2, num_classes=3, likelihood="normal")
    y = np.arange(COUNT) % 3
    found = LatentMap(conditional, x, y=y, class_names=("cat", "dog", "owl"))
    assert found.conditions == {0: "cat", 1: "dog", 2: "owl"}
    assert LatentMap(model(2), x).conditions == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": np.zeros(3, int)}, r"Expected `labels` of shape \(40,\)"),
        ({"labels": np.zeros(COUNT)}, "Expected `labels` to be integers or strings"),
        ({"x": np.zeros((COUNT, 5), "float32")}, r"Expected `x` of shape \('n', 6\)"),
        ({"x": np.full((COUNT, 6), np.nan, "float32")}, "Expected finite numbers"),
        ({"x": np.zeros((COUNT, 6), "float32")}, "Expected codes that differ"),
        ({"x": np.zeros((1, 6), "float32")}, "at least 2 examples"),
        ({"y": np.zeros(COUNT, int)}, "is not conditional"),
        ({"max_points": 1}, "Expected `max_points` of at least 2"),
    ],
)
def test_what_makes_no_map_is_refused(x, change, said):
    with pytest.raises(ValueError, match=said):
        LatentMap(model(2), **{"x": x, **change})


def test_an_unknown_method_and_a_condition_that_is_missing_are_refused(x):
    with pytest.raises(ValueError, match="Expected `method`"):
        LatentMap(model(3), x, method="magic")
    with pytest.raises(ValueError, match="needs `y`"):
        LatentMap(kerae.CVAE((6,), 2, num_classes=3, likelihood="normal"), x)


def test_codes_of_several_axes_are_refused(x):
    several = model(2)
    several.latent.event_shape = (2, 1)
    with pytest.raises(ValueError, match="whose codes are vectors. Received: one with codes of"):
        LatentMap(several, x)


def test_one_class_constant_dimensions_and_few_examples_are_fine(x):
    encoded = model(3)
    encoded.latent.head.set_weights([w * [1, 1, 0] for w in encoded.latent.head.get_weights()])
    found = LatentMap(encoded, x[:3], labels=["only"] * 3, method="pca")
    assert found.labels.names == ("only",) and len(found.nearest(found.z[0])) == 3
    assert np.isfinite(found.points).all() and np.ptp(found.z[:, 2]) == 0
