import numpy as np
import pytest
from keras import ops

import kerae
from kerae.schedules import Linear
from kerae.terms import MomentMatching

# On others test_contract.py computes the gradients of models that have it.
pytestmark = pytest.mark.mainly("torch")

GENERATOR = np.random.default_rng(0)
MEAN = GENERATOR.normal(size=(8, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.3], [0, 0, 2]]) + 5
LOG_VARIANCE = GENERATOR.normal(size=(8, 3))


def value(term, mean=MEAN, log_variance=LOG_VARIANCE):
    posterior = {"mean": mean, "log_variance": log_variance}
    posterior = {k: ops.convert_to_tensor(v, dtype="float32") for k, v in posterior.items()}
    return term.value(None, {"posterior": posterior})


def expected(kind):
    covariance = np.cov(MEAN, rowvar=False, bias=True)
    if kind == "ii":
        covariance = covariance + np.diag(np.exp(LOG_VARIANCE).mean(axis=0))
    off_diagonal = sum(covariance[i, j] ** 2 for i in range(3) for j in range(3) if i != j)
    return off_diagonal, sum((covariance[i, i] - 1) ** 2 for i in range(3))


@pytest.mark.parametrize("kind", ["i", "ii"])
def test_it_is_the_squared_distance_of_numpys_covariance_from_that_of_the_prior(kind):
    term = MomentMatching(2.0, 5.0, kind)
    found = value(term)
    off_diagonal, diagonal = expected(kind)
    pair = np.tile([off_diagonal, diagonal], (8, 1))
    np.testing.assert_allclose(ops.convert_to_numpy(found), pair, rtol=1e-4)
    loss = ops.convert_to_numpy(term.loss(found, step=0))
    np.testing.assert_allclose(loss, np.full(8, 2 * off_diagonal + 5 * diagonal), rtol=1e-4)


def test_a_schedule_counts_with_its_value_at_the_step():
    term = MomentMatching(Linear(0.0, 4.0, 10), Linear(2.0, 0.0, 10))
    found = ops.convert_to_tensor([[3.0, 5.0]])
    assert [float(term.loss(found, step)[0]) for step in (0, 5)] == [10.0, 11.0]


def test_it_is_0_where_the_covariance_is_the_priors():
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    found = value(MomentMatching(kind="i"), corners + 7, np.zeros((4, 2)))
    np.testing.assert_allclose(ops.convert_to_numpy(found), np.zeros((4, 2)), atol=1e-6)
    half = np.full((4, 2), np.log(0.5))
    found = value(MomentMatching(kind="ii"), corners * 0.5**0.5, half)
    np.testing.assert_allclose(ops.convert_to_numpy(found), np.zeros((4, 2)), atol=1e-6)


def test_what_is_logged_is_the_squared_distance_without_weights():
    model = kerae.DIPVAE((4,), 2, off_diagonal=3.0, diagonal=7.0)
    model.compile()
    x = np.random.default_rng(0).random((16, 4), dtype="float32")
    logs = model.evaluate(x, verbose=0, return_dict=True)
    covariance = np.cov(model.encode(x), rowvar=False, bias=True)
    assert logs["moments"] == pytest.approx(np.square(covariance - np.eye(2)).sum(), rel=1e-4)
    diagonal = np.square(np.diag(covariance) - 1).sum()
    weighted = 3 * (logs["moments"] - diagonal) + 7 * diagonal
    elbo = logs["reconstruction"] + logs["kl"]
    assert logs["loss"] == pytest.approx(elbo + weighted, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"off_diagonal": -1.0}, "`off_diagonal`.*at least 0.*-1"),
        ({"diagonal": -1.0}, "`diagonal`.*at least 0.*-1"),
        ({"kind": "iii"}, "'i', 'ii'.*'iii'"),
    ],
    ids=str,
)
def test_refuses_what_makes_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        MomentMatching(**arguments)


def test_refuses_a_latent_without_means_and_variances():
    with pytest.raises(ValueError, match=r"MomentMatching needs.*Normal.*Deterministic"):
        kerae.Autoencoder((4,), kerae.latents.Deterministic(2), terms=[MomentMatching()])


@pytest.mark.parametrize(("kind", "diagonal"), [("i", 100.0), ("ii", 10.0)])
def test_the_diagonal_weighs_ten_times_the_rest_or_as_much(kind, diagonal):
    """As lambda_d_factor = 10 and 1 in Locatello et al., 2019."""
    values, expected = np.array([[2.0, 3.0]]), 20.0 + 3 * diagonal
    for given in (None, diagonal):
        assert float(MomentMatching(10.0, given, kind).loss(values, 0)[0]) == expected
    assert float(MomentMatching(kind=kind, weight=0.5).loss(values, 0)[0]) == expected / 2
