"""The mean posterior of pseudo-inputs, against sums over them."""

import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import special, stats

import kerae
from kerae import latents, priors
from kerae.testing import check_part

pytestmark = pytest.mark.mainly("torch")
GENERATOR = np.random.default_rng(0)
X = GENERATOR.random((70, 4)).astype("float32")


def dense():
    return keras.Sequential([keras.layers.Dense(8, "tanh")])


def made(prior, latent=None, **kwargs):
    return kerae.VAE((4,), 2, latent=latent, prior=prior, encoder=dense(), **kwargs)


def test_its_density_is_the_mean_over_all_posteriors():
    prior = priors.Vamp(70)  # more than are computed at once
    model = made(prior)
    prior.start_at(X)
    posterior = {k: ops.convert_to_numpy(v) for k, v in model.posterior(X).items()}
    z = GENERATOR.normal(size=(5, 3, 2)).astype("float32")
    q = stats.norm(posterior["mean"], np.exp(0.5 * posterior["log_variance"]))
    log_probs = q.logpdf(z[:, :, None]).sum(axis=-1)
    expected = special.logsumexp(log_probs, axis=-1) - np.log(70)
    found = prior.given(model, {}).log_prob(ops.convert_to_tensor(z))
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-5, atol=1e-5)


def test_of_all_data_the_kl_is_that_from_the_aggregate_posterior():
    """The mutual information of data and code, which is at most log n."""
    prior = priors.Vamp(70)
    model = made(prior)
    prior.start_at(X)
    outputs = model.propagate(ops.convert_to_tensor(X), num_samples=20)
    kl = ops.convert_to_numpy(model.latent.kl_divergence(outputs)).mean()
    z, own = (ops.convert_to_numpy(outputs["z"]), outputs["posterior"])
    mean, scale = (
        ops.convert_to_numpy(each) for each in (own["mean"], ops.exp(0.5 * own["log_variance"]))
    )
    log_q = stats.norm(mean[:, None], scale[:, None]).logpdf(z).sum(-1)
    pairs = stats.norm(mean, scale).logpdf(z[:, :, None]).sum(-1)
    expected = (log_q - special.logsumexp(pairs, axis=-1) + np.log(70)).mean()
    assert kl == pytest.approx(expected, abs=1e-5)
    assert 0 < kl < np.log(70)


@pytest.mark.parametrize(
    "latent", [latents.VonMisesFisher(2), latents.WrappedNormal(2), latents.FlowPosterior(2, "maf")]
)
def test_it_is_made_of_any_posterior_with_a_density(latent):
    prior = priors.Vamp(6)
    model = made(prior, latent)
    posterior = model.posterior(ops.convert_to_tensor(prior.pseudo_inputs))
    z = latent.sample(posterior, noise(6), 2)
    each = [
        latent.log_prob({k: v[i : i + 1] for k, v in posterior.items()}, ops.reshape(z, (1, 12, 2)))
        for i in range(6)
    ]
    expected = ops.logsumexp(ops.concatenate(each), axis=0) - np.log(6)
    found = prior.given(model, {}).log_prob(z)
    np.testing.assert_allclose(
        ops.convert_to_numpy(found).ravel(), ops.convert_to_numpy(expected), rtol=1e-4, atol=1e-5
    )


def test_it_samples_what_it_says():
    prior = priors.Vamp(3)
    model = made(prior)
    prior.start_at(np.float32([[0] * 4, [1] * 4, [0.5] * 4]))
    density = prior.given(model, {})
    posterior = model.posterior(ops.convert_to_tensor(prior.pseudo_inputs))
    mean = ops.convert_to_numpy(posterior["mean"]).mean(axis=0)
    z = ops.convert_to_numpy(density.sample(noise(4000)))
    assert (abs(z.mean(axis=0) - mean) < 4 * z.std(axis=0) / np.sqrt(4000)).all()


def test_pseudo_inputs_are_trained_and_stay_data():
    model = kerae.VampVAE((4,), 2, num_pseudo_inputs=5, encoder=dense())
    before = ops.convert_to_numpy(model.prior.pseudo_inputs)
    model.compile(keras.optimizers.Adam(0.5))
    model.fit(X, epochs=3, batch_size=20, verbose=0)
    after = ops.convert_to_numpy(model.prior.pseudo_inputs)
    assert (after != before).any() and 0 <= after.min() and after.max() <= 1
    assert np.isfinite(model.log_likelihood(np.round(X), num_samples=5)).all()
    assert model.sample(3, seed=0).shape == (3, 4)


def test_pseudo_inputs_of_several_modalities_have_all_of_them():
    prior = priors.Vamp(5)
    model = kerae.MultimodalVAE({"image": (2, 2, 1), "label": (3,)}, 2, prior=prior)
    x = model.pack({"image": X.reshape(-1, 2, 2, 1).round(), "label": np.eye(3)[np.arange(70) % 3]})
    before = ops.convert_to_numpy(prior.pseudo_inputs)
    model.compile(keras.optimizers.Adam(0.1))
    model.fit(x, epochs=2, verbose=0)
    after = ops.convert_to_numpy(prior.pseudo_inputs)
    np.testing.assert_array_equal([before[:, -2:], after[:, -2:]], 1)
    assert (after[:, :-2] != before[:, :-2]).all() and 0 <= after.min() and after.max() <= 1
    missing = model.pack({"image": x[:5, :4].reshape(-1, 2, 2, 1)})
    np.testing.assert_array_equal(model.likelihood.within(ops.convert_to_tensor(missing)), missing)


def test_it_can_be_the_prior_of_a_part():
    joint = latents.Joint([latents.Normal(3), latents.Normal(2)])
    of_parts = priors.Joint([priors.Vamp(6), priors.StandardNormal()])
    model = kerae.Autoencoder((4,), joint, prior=of_parts, encoder=dense())
    posterior = model.posterior(ops.convert_to_tensor(of_parts.parts[0].pseudo_inputs))
    mean, log_variance = (
        ops.convert_to_numpy(posterior[name]) for name in ("mean_1", "log_variance_1")
    )
    z = GENERATOR.normal(size=(7, 5)).astype("float32")
    log_probs = stats.norm(mean, np.exp(0.5 * log_variance)).logpdf(z[:, None, :3]).sum(axis=-1)
    expected = special.logsumexp(log_probs, axis=1) - np.log(6)
    expected += stats.norm().logpdf(z[:, 3:]).sum(axis=1)
    found = of_parts.given(model, {}).log_prob(ops.convert_to_tensor(z))
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-5, atol=1e-5)
    assert model.sample(3, seed=0).shape == (3, 4)


def test_passes_of_pseudo_inputs_leave_batch_statistics_alone():
    prior = priors.Vamp(5)
    encoder = keras.Sequential([keras.layers.Dense(6), keras.layers.BatchNormalization()])
    model = kerae.VAE((4,), 2, prior=prior, encoder=encoder)
    means = []
    for value in (0.0, 1.0):
        prior.start_at(np.full((5, 4), value, "float32"))
        kept = keras.tree.map_structure(ops.convert_to_numpy, encoder.get_weights())
        model.propagate(ops.convert_to_tensor(X), training=True)
        means.append(encoder.layers[1].moving_mean.numpy())
        encoder.set_weights(kept)
    np.testing.assert_array_equal(*means)


def test_what_it_cannot_be_part_of_is_refused():
    with pytest.raises(ValueError, match="Received: Deterministic"):
        latent = latents.Deterministic(2)
        kerae.Autoencoder((4,), latent=latent, prior=priors.Vamp(3), encoder=dense())
    with pytest.raises(ValueError, match="Received: HamiltonianPosterior"):
        priors.fitted("vamp", kerae.HVAE((4,), 2, encoder=dense()), X.round())
    with pytest.raises(ValueError, match="encoder is given a condition"):
        kerae.CVAE((4,), 2, num_classes=3, prior=priors.Vamp(3), encoder=dense())
    with pytest.raises(ValueError, match="part of a model"):
        priors.Vamp(3).start_at(X[:3])
    prior = priors.Vamp(3)
    made(prior)
    with pytest.raises(ValueError, match="3 examples, one a pseudo-input"):
        prior.start_at(X)


def test_it_is_a_part():
    check_part(priors.Vamp(3))


def test_fitted_its_pseudo_inputs_are_examples_as_the_model_sees_them():
    model = made(None, preprocessing=keras.layers.Rescaling(0.5))
    prior = priors.Vamp.fitted(model, X, num_pseudo_inputs=7)
    kept = ops.convert_to_numpy(prior.pseudo_inputs)
    assert len(np.unique(kept, axis=0)) == 7
    assert (np.abs(kept[:, None] - X / 2).max(axis=2).min(axis=1) < 1e-6).all()
    other = priors.Vamp.fitted(model, X, seed=1, num_pseudo_inputs=7)
    assert (ops.convert_to_numpy(other.pseudo_inputs) != kept).any()
    assert priors.Vamp.fitted(made(None), X).num_pseudo_inputs == 70
    labels = (X[:, 0] > X[:, 0].mean()).astype(int)
    for label, of_class in enumerate(priors.Vamp.fitted(model, X, labels).priors):
        kept = np.sort(ops.convert_to_numpy(of_class.pseudo_inputs), axis=0)
        np.testing.assert_allclose(kept, np.sort(X[labels == label] / 2, axis=0))
    assert model.sample(5, prior=prior).shape == (5, 4)
