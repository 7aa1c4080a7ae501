import numpy as np
import pytest
from keras import ops
from on_digits import trained

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


def test_its_terms_are_those_of_the_elbo_and_the_moments_with_the_papers_weights():
    model = kerae.DIPVAE((4,), 2, off_diagonal=2.0, diagonal=3.0, kind="ii")
    _, kl, moments = model.terms
    assert kl.weight == 1.0
    assert (moments.off_diagonal, moments.diagonal, moments.kind) == (2.0, 3.0, "ii")


@pytest.mark.nightly
@pytest.mark.once
@pytest.mark.parametrize("kind", ["i", "ii"])
def test_on_digits_the_covariance_is_nearer_to_that_of_the_prior_than_a_vaes(digits, kind):
    x = digits.x_train
    distances = []
    for model in (
        trained(kerae.VAE, x, epochs=10),
        trained(kerae.DIPVAE, x, diagonal=100.0, kind=kind, epochs=10),
    ):
        outputs = model.propagate(x)
        codes = outputs["posterior"]["mean"] if kind == "i" else outputs["z"][:, 0]
        covariance = np.cov(ops.convert_to_numpy(codes), rowvar=False)
        distances.append(np.square(covariance - np.eye(4)).sum())
    assert distances[1] < 0.3 * distances[0]
