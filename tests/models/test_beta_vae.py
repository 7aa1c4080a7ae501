import numpy as np
import pytest
from on_digits import trained

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


def evaluated(model, x):
    model.compile()
    return model.evaluate(x, verbose=0, return_dict=True)


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_grows_by_the_kl_where_beta_grows_by_1(images, beta):
    model = kerae.BetaVAE((8, 8, 1), 2, beta=beta)
    more = kerae.BetaVAE((8, 8, 1), 2, beta=beta + 1)
    more.set_weights(model.get_weights())
    logs = evaluated(model, images)
    slope = evaluated(more, images)["loss"] - logs["loss"]
    assert slope == pytest.approx(logs["kl"], rel=1e-3)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + beta * logs["kl"], rel=1e-5)


def test_beta_is_4_and_the_kl_without_capacity_or_free_bits():
    model = kerae.BetaVAE((4,), 2)
    _, kl = model.terms
    assert (model.beta, kl.weight, kl.capacity, kl.free_bits) == (4.0, 4.0, None, 0.0)
    with pytest.raises(TypeError, match="BetaVAE has no argument 'capacity'"):
        kerae.BetaVAE((4,), 2, capacity=1.0)


@pytest.mark.once
def test_on_digits_beta_4_has_a_lower_kl_and_a_worse_reconstruction_than_beta_1(digits):
    x = digits.x_train
    one, four = (
        trained(kerae.BetaVAE, x, beta, epochs=10).evaluate(x, verbose=0, return_dict=True)
        for beta in (1.0, 4.0)
    )
    assert four["kl"] < 0.5 * one["kl"]
    assert four["reconstruction"] > one["reconstruction"] + 1
    assert np.isfinite(four["loss"])
