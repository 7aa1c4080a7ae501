import keras
import numpy as np
import pytest
from gradients import loss_gradients

import kerae
from kerae.autoencoder.recomposed import recomposed
from kerae.schedules import Linear


def norms(model, x):
    """The norm of the gradient of each trainable variable, grouped by its network."""
    groups = {"encoder": [], "mean_head": [], "log_variance_head": [], "decoder": []}
    parts = {
        "encoder": model.encoder,
        "mean_head": model.latent.mean_head,
        "log_variance_head": model.latent.log_variance_head,
        "decoder": model.decoder,
    }
    for variable, slope in zip(model.trainable_variables, loss_gradients(model, x)):
        owners = [
            name
            for name, part in parts.items()
            if any(variable is own for own in part.trainable_variables)
        ]
        groups[owners[0]].append(np.linalg.norm(slope))
    return groups


def vae(images, **arguments):
    encoder = kerae.networks.dense_encoder(images.shape[1:], widths=(8,))
    decoder = kerae.networks.dense_decoder((2,), images.shape[1:], widths=(8,))
    return kerae.VAE(images.shape[1:], 2, encoder=encoder, decoder=decoder, **arguments)


def test_reconstruction_alone_moves_every_network(images):
    for name, found in norms(vae(images, beta=0.0), images).items():
        assert found and min(found) > 0, name


def test_the_kl_moves_everything_before_the_code_and_not_the_decoder(images):
    model = vae(images)
    model = recomposed(model, [kerae.Reconstruction(0.0), model.terms[1]])
    found = norms(model, images)
    assert max(found.pop("decoder")) == 0
    for name, slopes in found.items():
        assert min(slopes) > 0, name


def test_a_learned_scale_is_trained_with_the_model(images):
    model = vae(images, likelihood=kerae.likelihoods.Normal("learned"))
    places = [v is model.likelihood.log_scale for v in model.trainable_variables]
    assert sum(places) == 1
    assert abs(loss_gradients(model, images)[places.index(True)]) > 0


def test_its_terms_are_those_of_the_elbo_with_the_papers_weights():
    schedule = Linear(0.0, 1.0, 10)
    model = kerae.VAE((4,), 2, beta=schedule, capacity=3.0, free_bits=0.1, num_samples=5)
    reconstruction, kl = model.terms
    assert (reconstruction.label, reconstruction.weight) == ("reconstruction", 1.0)
    assert (kl.label, kl.weight, kl.capacity, kl.free_bits) == ("kl", schedule, 3.0, 0.1)
    assert model.latent.num_samples == 5
    assert type(model.prior) is kerae.priors.StandardNormal


def test_beta_is_one_by_default_without_capacity_or_free_bits():
    model = kerae.VAE((4,), 2)
    assert (model.beta, model.capacity, model.free_bits, model.num_samples) == (1.0, None, 0.0, 1)


@pytest.mark.parametrize("name", ["beta", "capacity", "free_bits"])
def test_refuses_a_negative_weight(name):
    with pytest.raises(ValueError, match=r"at least 0.*-1"):
        kerae.VAE((4,), 2, **{name: -1.0})


def test_it_learns_and_says_so_in_the_log(digits):
    x = digits.x_train[:256]
    model = vae(x)
    model.compile(keras.optimizers.Adam(0.01))
    losses = model.fit(x, epochs=5, verbose=0).history["loss"]
    assert losses == sorted(losses, reverse=True)
