import keras
import pytest
from on_digits import small_critic, total_correlation, trained

import kerae
from kerae.adversaries import DensityRatio

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


def test_the_loss_is_the_weighted_sum_of_what_is_logged_without_the_critics(images):
    network = small_critic()
    model = kerae.FactorVAE((8, 8, 1), 2, gamma=3.0, critic=network)
    assert type(model.adversary) is DensityRatio and model.critic is network
    network.layers[-1].bias.assign([0.7])
    model.compile()
    logs = model.evaluate(images, verbose=0, return_dict=True)
    elbo = logs["reconstruction"] + logs["kl"]
    assert logs["loss"] == pytest.approx(elbo + 3 * logs["total_correlation"], rel=1e-5)
    assert abs(logs["total_correlation"]) > 0.1


def test_gamma_is_10_by_default():
    assert [term.weight for term in kerae.FactorVAE((4,), 2).terms] == [1.0, 1.0, 10.0]


@pytest.mark.nightly
@pytest.mark.once
def test_on_digits_the_dimensions_of_codes_are_closer_to_independent_than_a_vaes(digits):
    x = digits.x_train
    plain = total_correlation(trained(kerae.VAE, x), x)
    critics = keras.optimizers.Adam(0.003)
    model = trained(kerae.FactorVAE, x, 10.0, small_critic(), adversary_optimizer=critics)
    assert plain > 0.15
    assert total_correlation(model, x) < 0.75 * plain
