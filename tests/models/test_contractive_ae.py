import keras
import numpy as np
import pytest

import kerae
from kerae.networks import dense_decoder, dense_encoder
from kerae.terms import Contractive

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


def test_it_is_an_autoencoder_with_the_penalty_of_the_paper():
    model = kerae.ContractiveAE((4,), 3, contractive_weight=0.7, num_probes=2)
    reconstruction, contraction = model.terms
    assert (reconstruction.label, reconstruction.weight) == ("reconstruction", 1.0)
    assert type(contraction) is Contractive
    assert (contraction.weight, contraction.num_probes) == (0.7, 2)
    assert model.latent.activation is keras.activations.sigmoid


def test_the_loss_is_the_weighted_sum_of_what_is_logged(images):
    model = kerae.ContractiveAE(images.shape[1:], 5, contractive_weight=3.0)
    model.compile()
    logs = model.evaluate(images, return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 3 * logs["contraction"])


@pytest.mark.once
@pytest.mark.parametrize("num_probes", [None, pytest.param(2, marks=pytest.mark.nightly)])
def test_its_code_reacts_less_to_the_input_than_that_of_a_plain_autoencoder(digits, num_probes):
    x, shape = digits.x_train[:512], (8, 8, 1)
    norms, errors = {}, {}
    for name, model in {
        "contractive": kerae.ContractiveAE(
            shape,
            8,
            contractive_weight=1.0,
            num_probes=num_probes,
            encoder=dense_encoder(shape, widths=(32,)),
            decoder=dense_decoder((8,), shape, widths=(32,)),
        ),
        "plain": kerae.AE(
            shape,
            8,
            code_activation="sigmoid",
            encoder=dense_encoder(shape, widths=(32,)),
            decoder=dense_decoder((8,), shape, widths=(32,)),
        ),
    }.items():
        model.compile(keras.optimizers.Adam(0.01))
        errors[name] = model.fit(x, epochs=15, batch_size=64, verbose=0).history["reconstruction"]
        # The Jacobian by finite differences, of a few examples.
        shifts = 1e-2 * np.eye(64, dtype="float32").reshape(64, *shape)
        inside = 0.02 + 0.96 * digits.x_test[:5]
        slopes = [(model.encode(a + shifts) - model.encode(a - shifts)) / 2e-2 for a in inside]
        norms[name] = np.square(slopes).sum(axis=(1, 2)).mean()
    assert norms["contractive"] < norms["plain"] / 2
    assert errors["contractive"][-1] < 0.7 * errors["contractive"][0]
