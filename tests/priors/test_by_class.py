import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import stats

import kerae
from kerae.priors import ByClass, GaussianMixture, StandardNormal, Vamp

MEANS = [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]]
P = [0.5, 0.2, 0.3]


def by_class():
    return ByClass([GaussianMixture([mean], [np.eye(2)]) for mean in MEANS], P)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


@pytest.mark.mainly("torch")
def test_the_density_is_that_of_all_classes():
    z = np.random.default_rng(0).normal(size=(4, 3, 2)).astype("float32")
    expected = sum(p * stats.multivariate_normal(m, np.eye(2)).pdf(z) for p, m in zip(P, MEANS))
    found = numpy(by_class().log_prob(ops.convert_to_tensor(z)))
    np.testing.assert_allclose(found, np.log(expected), rtol=1e-5)


def test_codes_are_drawn_of_the_prior_of_the_label_or_of_all():
    labels = np.arange(900) % 4 - 1
    z = numpy(by_class().sample(noise(900), ops.convert_to_tensor(labels)))
    nearest = ((z[:, None] - np.array(MEANS)) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest[labels >= 0], labels[labels >= 0])
    counts = np.bincount(nearest[labels < 0])
    assert stats.chisquare(counts, 225 * np.array(P)).pvalue > 0.01
    for label, mean in enumerate(MEANS):
        assert stats.kstest((z[labels == label] - mean).ravel(), "norm").pvalue > 0.01
    whole = numpy(by_class().sample(noise(900))) > 4.5
    counts = [(~whole.any(axis=1)).sum(), *whole.sum(axis=0)]
    assert stats.chisquare(counts, 900 * np.array(P)).pvalue > 0.01


@pytest.mark.mainly("torch")
def test_priors_that_depend_on_the_model_do_by_class_too():
    x = np.random.default_rng(0).random((6, 4), dtype="float32")
    model = kerae.VAE((4,), 2, encoder=keras.layers.Dense(3))
    prior = ByClass([Vamp(1), Vamp(1)])
    prior.fit_to(model)
    for each, image in zip(prior.priors, x):
        each.start_at(image[None])
    z = model.drawn_from_prior(noise(5), ops.convert_to_tensor([0, 1, 0, 1, 1]), prior)
    density = prior.given(model, {"training": False})
    of_each = [
        numpy(model.latent.log_prob(model.posterior(x[i : i + 1]), z[None]))[0] for i in (0, 1)
    ]
    expected = np.logaddexp(*of_each) - np.log(2)
    np.testing.assert_allclose(numpy(density.log_prob(z)), expected, rtol=1e-4)


@pytest.mark.once
def test_those_of_all_classes_are_saved(tmp_path):
    x = np.random.default_rng(0).random((20, 4), dtype="float32")
    y = np.arange(20) % 2
    model = kerae.AE((4,), 2, encoder=keras.layers.Dense(3))
    prior = kerae.priors.SecondStage.fitted(model, x, y, widths=(4,), epochs=1)
    again = kerae.Autoencoder((4,), kerae.latents.Normal(2), prior=prior)
    again.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras").prior
    expected = model.sample(9, y=1, seed=0, prior=prior)
    np.testing.assert_array_equal(model.sample(9, y=1, seed=0, prior=again), expected)
    with pytest.raises(ValueError, match="SecondStage that is fitted"):
        model.sample(2, prior=ByClass([kerae.priors.SecondStage(widths=(4,))]))


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ByClass([]), "of one kind"),
        (lambda: ByClass([0.5, 0.5]), r"of one kind. Received: \[0.5, 0.5\]"),
        (lambda: ByClass([StandardNormal(), Vamp(2)]), "of one kind"),
        (lambda: ByClass([StandardNormal()] * 2, [1.0]), "2 positive numbers with the sum 1"),
        (lambda: ByClass([StandardNormal()] * 2, [0.5, 0.6]), r"sum 1. Received: \[0.5, 0.6\]"),
        (lambda: kerae.VAE((4,), 3, prior=by_class()), r"of this GaussianMixture, \(2,\)"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
