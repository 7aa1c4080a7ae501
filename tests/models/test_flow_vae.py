import keras
import numpy as np
import pytest

import kerae

FLOWS = ["planar", "radial", "iaf", "maf", "real_nvp", "neural_spline"]


def model(flow, num_flows=2, **arguments):
    encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(32, "silu")])
    return kerae.FlowVAE((8, 8, 1), 2, flow, num_flows, encoder=encoder, **arguments)


@pytest.mark.slow
@pytest.mark.mainly("torch")
@pytest.mark.parametrize("flow", ["planar", "iaf", "neural_spline"])
def test_the_likelihood_is_above_the_elbo_which_training_raises(flow, digits):
    x = kerae.data.binarize(digits.x_train[:200], seed=0)
    trained = model(flow)
    trained.compile(keras.optimizers.Adam(3e-3))
    before = -trained.score(x, num_samples=1)["negative_elbo"].mean()
    trained.fit(x, batch_size=50, epochs=5, verbose=0)
    elbo = -trained.score(x, num_samples=1)["negative_elbo"].mean()
    assert elbo > before + 1
    assert trained.log_likelihood(x, num_samples=50).mean() > elbo


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("flow", FLOWS)
def test_mixed_precision_trains_and_keeps_codes_and_densities_in_floats(flow, images):
    trained = model(flow, dtype="mixed_bfloat16")
    trained.compile(keras.optimizers.Adam(1e-2))
    losses = trained.fit(images, batch_size=4, epochs=3, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    outputs = trained.propagate(keras.ops.convert_to_tensor(images))
    for name in ("z", "log_posterior"):
        assert keras.backend.standardize_dtype(outputs[name].dtype) == "float32"
    assert trained.latent.chain.flows[0].compute_dtype == "float32"


@pytest.mark.once
def test_terms_prior_and_latent_take_the_places_of_the_papers():
    flow = kerae.flows.Planar(2)
    composed = model("planar", 4, latent=kerae.latents.FlowPosterior(2, flow))
    assert composed.latent.chain is flow
    with pytest.raises(ValueError, match="either `latent` or `flow`, an argument of the latent"):
        model("iaf", 4, latent=kerae.latents.Normal(2))


@pytest.mark.once
def test_an_unknown_flow_is_refused():
    with pytest.raises(ValueError, match="`flow` to be one of .*Received: 'glow'"):
        model("glow")
