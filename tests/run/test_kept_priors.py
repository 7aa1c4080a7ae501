"""Priors of a run: fitted once, kept as models under them, forgotten with the model they are of."""

import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae import priors
from kerae.run.kept_priors import kept_priors, under_prior

pytestmark = pytest.mark.mainly("torch")

X = np.random.default_rng(0).random((40, 4), dtype="float32")
Y = np.arange(40) % 2


def small(of_class=kerae.VAE, **arguments):
    arguments |= {"encoder": keras.layers.Dense(5), "decoder": keras.layers.Dense(4)}
    return of_class((4,), 2, **arguments)


@pytest.mark.parametrize("name", ["gmm", "kde", "maf", "second_stage", "vamp"])
def test_what_is_kept_draws_the_same(tmp_path, name):
    model, options = small(), {"maf": {"epochs": 1, "num_flows": 1}}
    options |= {"second_stage": {"epochs": 1, "widths": (4,)}}
    prior = priors.fitted(name, model, X, Y, **options.get(name, {}))
    under = model.with_prior(prior)
    expected = model.sample(6, y=1, seed=3, prior=prior)
    np.testing.assert_allclose(under.sample(6, y=1, seed=3), expected, rtol=1e-5)
    under.save(tmp_path / "priors" / "any.keras")
    kept = kept_priors(model, tmp_path)["any"]
    np.testing.assert_allclose(model.sample(6, y=1, seed=3, prior=kept), expected, rtol=1e-5)


def test_the_bound_of_a_model_is_that_under_its_prior():
    model = small(kerae.VAE, likelihood="normal")
    prior = priors.fitted("gmm", model, X, num_components=2)
    under = model.with_prior(prior)
    assert under.decoder is model.decoder and under.labels == ["reconstruction"]
    outputs = model.propagate(ops.convert_to_tensor(X))
    kl = model.latent.log_posterior(outputs) - prior.log_prob(outputs["z"])
    kl = ops.convert_to_numpy(kl)[:, 0]
    np.testing.assert_allclose(under.score(X, num_samples=1)["kl"], kl, rtol=1e-3, atol=1e-3)


def test_a_prior_is_fitted_once_and_again_when_the_model_has_changed(tmp_path):
    model, asked = small(), []

    def examples():
        asked.append(1)
        return X, Y

    def under(by_class=False):
        return under_prior(model, "gmm", tmp_path, examples, by_class, 0)

    made, is_new = under()
    assert is_new and not made.prior.is_conditional and len(asked) == 1
    again, is_new = under()
    assert not is_new and len(asked) == 1
    np.testing.assert_array_equal(again.sample(3, seed=0), made.sample(3, seed=0))
    assert under(by_class=True)[0].prior.is_conditional
    assert set(kept_priors(model, tmp_path)) == {"gmm", "gmm-by-class"}
    model.compile()
    model.fit(X, verbose=0)
    assert kept_priors(model, tmp_path) == {}
    assert under()[1] and set(kept_priors(model, tmp_path)) == {"gmm"}
    with_labels = small(kerae.CVAE, num_classes=2)
    assert under_prior(with_labels, "gmm", tmp_path, examples, False, 0)[0].prior.is_conditional


def test_names_that_are_none_are_refused():
    with pytest.raises(ValueError, match="`name` to be one of .*'gmm'.*'vamp'.*Received: 'gmms'"):
        priors.fitted("gmms", small(), X)
