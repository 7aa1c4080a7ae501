import keras
import numpy as np
import pytest
from keras import ops
from shifted_normal import ShiftedNormal

import kerae
from kerae.noise.fresh import FreshNoise
from kerae.terms import MaximumMeanDiscrepancy

# On others test_contract.py computes the gradients of models that have it.
pytestmark = pytest.mark.mainly("torch")

CODES = np.random.default_rng(0).normal(size=(7, 2)).astype("float32")
WIDTHS = 4 * np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])  # of two dimensions
KERNELS = {
    "imq": lambda squared: sum(width / (width + squared) for width in WIDTHS),
    "rbf": lambda squared: sum(np.exp(-squared / width) for width in WIDTHS),
}


class Draws:
    """Noise that is known to the test."""

    def __init__(self, draws):
        self.draws = draws

    def normal(self, shape):
        assert self.draws.shape[1:] == tuple(shape)
        return ops.convert_to_tensor(self.draws)


def value_of(prior=None, **arguments):
    """The function that the term is, of codes and noise, in a model with this prior."""
    term = MaximumMeanDiscrepancy(**arguments)
    latent = kerae.latents.Deterministic(CODES.shape[1])
    model = kerae.Autoencoder((3,), latent, prior=prior, terms=[term])

    def value(z, noise):
        z = ops.convert_to_tensor(z[:, None])
        outputs = {"x": z, "z": z, "noise": noise, "prior": model.prior}
        return ops.convert_to_numpy(term.value(model, outputs))

    return value


def by_loops(x, y, kernel):
    def mean(a, b, pairs):
        return np.mean([kernel(np.square(a[i] - b[j]).sum()) for i, j in pairs])

    n = range(len(x))
    apart = [(i, j) for i in n for j in n if i != j]
    return mean(x, x, apart) + mean(y, y, apart) - 2 * mean(x, y, [(i, j) for i in n for j in n])


@pytest.mark.parametrize("kernel", KERNELS)
def test_it_compares_codes_with_draws_of_the_models_own_prior(kernel):
    epsilon = np.random.default_rng(1).normal(size=CODES.shape).astype("float32")
    expected = by_loops(CODES, 3 + 0.5 * epsilon, KERNELS[kernel])
    found = value_of(ShiftedNormal(3.0, scale=0.5), kernel=kernel)(CODES, Draws(epsilon))
    np.testing.assert_allclose(found, np.full(7, expected), rtol=1e-3)


def test_it_is_0_in_expectation_for_codes_of_the_prior_and_large_for_others():
    generator = np.random.default_rng(0)
    noise = FreshNoise(keras.random.SeedGenerator(0), 50)
    value = value_of()
    at_prior, elsewhere = [], []
    for _ in range(12):
        z = generator.normal(size=(50, 2)).astype("float32")
        at_prior.append(value(z, noise)[0])
        elsewhere.append(value(z + 1, noise)[0])
    standard_error = np.std(at_prior) / np.sqrt(12)
    assert abs(np.mean(at_prior)) < 3 * standard_error
    assert min(at_prior) < 0
    assert np.mean(elsewhere) > 20 * standard_error


def test_a_batch_of_one_costs_nothing_and_training_goes_on():
    assert value_of()(CODES[:1], Draws(CODES[:1])) == [0.0]
    x = np.random.default_rng(0).random((5, 3), dtype="float32")
    model = kerae.WAE((3,), 2)
    model.compile()
    logs = model.fit(x, batch_size=4, epochs=2, verbose=0).history  # batches of 4 and of 1
    assert np.isfinite(logs["loss"]).all()
    assert np.isfinite(model.get_weights()[0]).all()


def test_refuses_an_unknown_kernel():
    with pytest.raises(ValueError, match=r"\['imq', 'rbf'\].*'linear'"):
        MaximumMeanDiscrepancy(kernel="linear")
