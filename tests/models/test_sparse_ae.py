import keras
import numpy as np
import pytest
from gradients import loss_gradients
from scipy import special

import kerae
from kerae.autoencoder.recomposed import recomposed
from kerae.networks import dense_decoder, dense_encoder
from kerae.schedules import Linear
from kerae.terms import L1, KLSparsity

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


def trained(model_class, x, latent_dim, **arguments):
    model = model_class(
        x.shape[1:],
        latent_dim,
        encoder=dense_encoder(x.shape[1:], widths=(64,)),
        decoder=dense_decoder((latent_dim,), x.shape[1:], widths=(64,)),
        **arguments,
    )
    model.compile(keras.optimizers.Adam(0.005))
    history = model.fit(x, epochs=20, batch_size=64, verbose=0).history
    return model, history


def test_kl_is_on_sigmoid_units_and_l1_on_rectified_ones():
    schedule = Linear(0.0, 1.0, 10)
    kl = kerae.SparseAE((4,), 3, rho=0.2, sparsity_weight=schedule)
    assert type(kl.terms[1]) is KLSparsity
    assert (kl.terms[1].rho, kl.terms[1].weight) == (0.2, schedule)
    assert kl.latent.activation is keras.activations.sigmoid
    l1 = kerae.SparseAE((4,), 3, penalty="l1", sparsity_weight=0.0)
    assert type(l1.terms[1]) is L1 and l1.terms[1].weight == 0.0
    assert l1.latent.activation is keras.activations.relu


def test_the_loss_is_the_weighted_sum_of_what_is_logged(images):
    model = kerae.SparseAE(images.shape[1:], 5, sparsity_weight=3.0)
    model.compile()
    logs = model.evaluate(images, return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 3 * logs["sparsity"])


def test_the_penalty_moves_what_is_before_the_code_and_not_the_decoder(images):
    model = kerae.SparseAE(images.shape[1:], 5)
    model = recomposed(model, [kerae.Reconstruction(0.0), model.terms[1]])
    decoder = {id(variable) for variable in model.decoder.trainable_variables}
    for variable, slope in zip(model.trainable_variables, loss_gradients(model, images)):
        assert slope.any() != (id(variable) in decoder), variable.path


@pytest.mark.once
def test_the_mean_activation_lands_near_rho_and_that_of_a_plain_autoencoder_does_not(digits):
    x = digits.x_train
    sparse, _ = trained(kerae.SparseAE, x, 100)  # more code units than pixels
    assert abs(sparse.encode(x).mean() - 0.05) < 0.02
    assert np.abs(sparse.encode(x).mean(axis=0) - 0.05).max() < 0.03
    plain, _ = trained(kerae.AE, x, 100, code_activation="sigmoid")
    assert abs(plain.encode(x).mean() - 0.05) > 0.2


@pytest.mark.nightly
@pytest.mark.once
def test_l1_leaves_fewer_units_active_for_an_example_and_still_learns(digits):
    x = digits.x_train
    mean = x.mean(axis=0)
    of_the_mean_image = special.entr(mean) + special.entr(1 - mean)
    active = {}
    for weight in (0.0, None):
        model, history = trained(kerae.SparseAE, x, 100, penalty="l1", sparsity_weight=weight)
        active[weight] = (model.encode(x) > 0).mean()
        assert history["reconstruction"][-1] < 0.7 * of_the_mean_image.sum()
    assert active[None] < 0.6 * active[0.0]


def test_refuses_a_penalty_that_it_does_not_know():
    with pytest.raises(ValueError, match='"kl" or "l1". Received: \'l2\''):
        kerae.SparseAE((4,), 3, penalty="l2")
