from types import SimpleNamespace

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from routing import slopes_of

import kerae
from kerae.terms import ClusterAssignment

GENERATOR = np.random.default_rng(0)
Z = GENERATOR.normal(size=(7, 2))
CENTERS = GENERATOR.normal(size=(3, 2))


def value(term, z):
    model = SimpleNamespace(latent=kerae.latents.Deterministic(2))
    return term.value(model, {"posterior": {"z": ops.convert_to_tensor(z, "float32")}})


def closed_form(alpha):
    """The kernel, q and p of the paper, each `(n, clusters)`."""
    squared = np.square(Z[:, None] - CENTERS).sum(axis=2)
    kernel = 1 / (1 + squared / alpha)
    q = kernel ** ((alpha + 1) / 2)
    q /= q.sum(axis=1, keepdims=True)
    p = q**2 / q.sum(axis=0)
    return kernel, q, p / p.sum(axis=1, keepdims=True)


def test_two_points_and_two_centers_by_hand():
    term = ClusterAssignment([[0.0], [1.0]])
    z = np.array([[0.0], [2.0]], "float32")
    q = ops.convert_to_numpy(term.assignments(ops.convert_to_tensor(z)))
    np.testing.assert_allclose(q, [[2 / 3, 1 / 3], [2 / 7, 5 / 7]], rtol=1e-6)

    def kl(p, q):
        return sum(a * np.log(a / b) for a, b in zip(p, q))

    # The f_j are 10/21 and 11/21.
    expected = [kl([22 / 27, 5 / 27], q[0]), kl([22 / 147, 125 / 147], q[1])]
    np.testing.assert_allclose(ops.convert_to_numpy(value(term, z)), expected, rtol=1e-5)


@pytest.mark.parametrize("alpha", [1.0, 3.0])
def test_it_is_the_kl_of_the_closed_forms(alpha):
    _, q, p = closed_form(alpha)
    found = ops.convert_to_numpy(value(ClusterAssignment(CENTERS, alpha=alpha), Z))
    np.testing.assert_allclose(found, (p * np.log(p / q)).sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("alpha", [1.0, 3.0])
def test_the_gradients_are_those_of_the_paper_for_targets_that_are_held(alpha):
    kernel, q, p = closed_form(alpha)
    pull = (alpha + 1) / alpha * (kernel * (p - q))[:, :, None] * (Z[:, None] - CENTERS)
    term = ClusterAssignment(CENTERS, alpha=alpha)
    by_code = gradient(lambda z: ops.sum(value(term, z)), Z)
    np.testing.assert_allclose(by_code, pull.sum(axis=1), rtol=1e-4, atol=1e-6)

    def by_location(location):
        with keras.StatelessScope(state_mapping=[(term.location, location)]):
            return ops.sum(value(term, Z))

    found = gradient(by_location, CENTERS)
    np.testing.assert_allclose(found, -pull.sum(axis=0), rtol=1e-4, atol=1e-6)


def test_a_cluster_that_no_example_is_near_to_leaves_the_value_finite():
    term = ClusterAssignment([[0.0, 0.0], [1e3, 0.0]], alpha=50.0)
    q = ops.convert_to_numpy(term.assignments(ops.convert_to_tensor(Z, "float32")))
    assert q[:, 1].max() == 0.0
    assert np.isfinite(ops.convert_to_numpy(value(term, Z))).all()


def test_the_mean_of_a_normal_posterior_and_the_centers_are_moved_and_nothing_else():
    x = GENERATOR.random((6, 4)).astype("float32")
    term = ClusterAssignment(CENTERS)
    encoder = keras.Sequential([keras.layers.Dense(5, "tanh")])
    terms = [kerae.Reconstruction(), term]
    model = kerae.Autoencoder((4,), kerae.latents.Normal(2), terms=terms, encoder=encoder)
    slopes = slopes_of(model, (x,), "clustering", training=True)
    moved = {id(v) for v, slope in zip(model.trainable_variables, slopes) if slope.any()}
    expected = [term.location, *encoder.variables, *model.latent.mean_head.variables]
    assert moved == {id(variable) for variable in expected}


def test_centers_are_saved(tmp_path):
    model = kerae.Autoencoder(
        (4,),
        kerae.latents.Deterministic(2),
        terms=[kerae.Reconstruction(), ClusterAssignment(CENTERS)],
    )
    model.terms[1].location.assign(2 * CENTERS)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras").terms[1]
    np.testing.assert_allclose(ops.convert_to_numpy(loaded.location), 2 * CENTERS, rtol=1e-6)
    np.testing.assert_allclose(loaded.centers, CENTERS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"centers": [[0.0, 1.0]]}, "at least 2 clusters.*shape \\(1, 2\\)"),
        ({"centers": [0.0, 1.0]}, "shape \\(clusters, latent_dim\\).*shape \\(2,\\)"),
        ({"centers": [["a"], ["b"]]}, "`centers` to hold numbers.*'a'"),
        ({"centers": [[0.0], [np.nan]]}, "finite centers.*nan"),
        ({"centers": [[1.0], [0.0], [1.0]]}, "centers that differ"),
        ({"centers": CENTERS, "alpha": 0.0}, "`alpha`.*positive.*0.0"),
        ({"centers": CENTERS, "weight": -1.0}, "`weight`.*at least 0.*-1"),
    ],
    ids=lambda each: "" if isinstance(each, str) else str(each)[:30],
)
def test_refuses_what_makes_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        ClusterAssignment(**arguments)


def test_refuses_centers_of_another_dimension_than_the_codes():
    with pytest.raises(ValueError, match=r"shape of a code, \(3,\).*shape \(2,\).*`encode`"):
        kerae.Autoencoder((4,), kerae.latents.Deterministic(3), terms=[ClusterAssignment(CENTERS)])
