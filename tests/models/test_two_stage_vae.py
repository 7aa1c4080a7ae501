import keras
import numpy as np
import pytest
from on_digits import distance_from_prior

import kerae
from kerae.noise.repeatable import RepeatableNoise
from kerae.priors import SecondStage

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).random((30, 4), dtype="float32")


def small(**arguments):
    return kerae.TwoStageVAE(
        (4,), 2, second_widths=(5,), encoder=keras.layers.Dense(3), **arguments
    )


def test_it_is_a_vae_with_a_trained_variance_whose_prior_is_fitted_afterwards():
    model = small(second_dim=1)
    assert type(model.prior) is SecondStage and model.prior.second_dim == 1
    assert model.prior.widths == (5,)
    assert type(model.likelihood) is kerae.likelihoods.Normal
    assert model.likelihood.scale == "learned"
    assert [term.label for term in model.terms] == ["reconstruction", "kl"]
    assert type(small(likelihood="bernoulli").likelihood) is kerae.likelihoods.Bernoulli


def test_the_second_stage_learns_from_codes_that_are_drawn(monkeypatch):
    model, fitted = small(), []
    monkeypatch.setattr(SecondStage, "fit", lambda self, *arguments: fitted.append(arguments))
    for seed in (2, 2, 1):
        assert model.fit_prior(X, seed=seed, epochs=3, batch_size=7) is model
    (z, *arguments), (again, *_), (other, *_, seed) = fitted
    assert arguments == [3, 7, 1e-3, 0, 2] and seed == 1
    np.testing.assert_array_equal(z, again)
    posterior = model.posterior(X)
    mean, log_variance = (keras.ops.convert_to_numpy(each) for each in posterior.values())
    for codes in (z, other):
        standard = (codes - mean) / np.exp(0.5 * log_variance)
        assert abs(standard.mean()) < 0.4 and 0.7 < standard.std() < 1.3
    assert (z != other).any()


def test_it_is_saved_and_loaded_with_both_stages(tmp_path):
    model = small().fit_prior(X, epochs=2)
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.sample(5, seed=0), model.sample(5, seed=0))
    again.fit_prior(X, epochs=1)


@pytest.mark.nightly
def test_a_run_fits_it_at_its_end(tmp_path, digits):
    model = kerae.TwoStageVAE((8, 8, 1), 2, second_widths=(5,), encoder=keras.layers.Flatten())
    kerae.train(model, digits, tmp_path / "run", epochs=1, batch_size=500)
    assert kerae.load(tmp_path / "run" / "model.keras").sample(2).shape == (2, 8, 8, 1)


@pytest.mark.nightly
@pytest.mark.once
def test_on_digits_draws_of_the_second_stage_are_like_the_codes(digits):
    kerae.set_random_seed(0)
    x = digits.x_train
    networks = {
        "encoder": kerae.networks.dense_encoder((8, 8, 1), widths=(64,)),
        "decoder": kerae.networks.dense_decoder((4,), (8, 8, 1), widths=(64,)),
    }
    model = kerae.TwoStageVAE((8, 8, 1), 4, second_widths=(64, 64), **networks)
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(x, epochs=8, batch_size=128, verbose=0)
    model.fit_prior(x, epochs=30, learning_rate=3e-3)
    outputs = model.propagate(x)
    codes = keras.ops.convert_to_numpy(outputs["z"])[:, 0]
    drawn = model.drawn_from_prior(RepeatableNoise("test", RepeatableNoise.identity_of(x), 0))
    second = distance_from_prior(codes, keras.ops.convert_to_numpy(drawn))
    assert second < 0.2 * distance_from_prior(codes)
