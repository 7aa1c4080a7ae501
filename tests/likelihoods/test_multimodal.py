"""The density of several modalities in one array, of which some are missing, against SciPy."""

import numpy as np
import pytest
from keras import ops
from scipy import special, stats

import kerae
from kerae.likelihoods import Laplace, Multimodal, Normal

pytestmark = pytest.mark.mainly("torch")

SHAPES = {"real": (2, 2), "binary": (3,), "spread": (2,)}
generator = np.random.default_rng(0)
DATA = {
    "real": generator.normal(size=(4, 2, 2)),
    "binary": generator.integers(0, 2, (4, 3)),
    "spread": generator.normal(size=(4, 2)),
}
LOCATIONS, LOGITS, SPREAD = (generator.normal(size=(4, size)) for size in (4, 3, 4))
PARAMETERS = np.concatenate([LOCATIONS, LOGITS, SPREAD], axis=1).astype("float32")
FLAGS = np.array([[1, 1, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0]])
X = np.concatenate([*(x.reshape(4, -1) for x in DATA.values()), FLAGS], axis=1).astype("float32")


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def made(**weights):
    kinds = {"real": Laplace(0.5), "spread": Normal("predicted")}
    return Multimodal(SHAPES, kinds, modality_weights=weights)


def log_probs():
    """Of each modality, `(4, 3)`."""
    means, log_variances = np.split(SPREAD, 2, axis=1)
    densities = (
        stats.laplace.logpdf(DATA["real"].reshape(4, -1), LOCATIONS, 0.5),
        stats.bernoulli.logpmf(DATA["binary"], special.expit(LOGITS)),
        stats.norm.logpdf(DATA["spread"], means, np.exp(log_variances / 2)),
    )
    return np.stack([each.sum(axis=1) for each in densities], axis=1)


@pytest.mark.parametrize("weights", [{}, {"binary": 3.0, "spread": 0.5}])
def test_the_log_density_is_the_weighted_sum_of_those_of_what_is_there(weights):
    found = numpy(made(**weights).log_prob(X, PARAMETERS))
    factors = [weights.get(name, 1.0) for name in SHAPES]
    np.testing.assert_allclose(found, (log_probs() * FLAGS * factors).sum(axis=1), rtol=1e-5)


def test_the_mean_has_all_modalities():
    likelihood = made()
    means = [LOCATIONS, special.expit(LOGITS), SPREAD[:, :2], np.ones((4, 3))]
    expected = np.concatenate(means, axis=1)
    np.testing.assert_allclose(numpy(likelihood.mean(PARAMETERS)), expected, rtol=1e-5)
    again = numpy(likelihood.mean(likelihood.parameters_of(expected)))
    np.testing.assert_allclose(again, expected, rtol=1e-5)


@pytest.mark.once
def test_what_cannot_be_is_refused():
    likelihood = made()
    likelihood.check(X)
    assert likelihood.support == (None, None)
    wrong = X.copy()
    wrong[0, 4] = 2.0
    with pytest.raises(ValueError, match=r"Bernoulli takes values in \[0, 1\].*to 2"):
        likelihood.check(wrong)
    wrong = X.copy()
    wrong[0, -1] = 2.0
    with pytest.raises(ValueError, match="flags of 0 or 1 in the last 3 columns.*model.pack"):
        likelihood.check(wrong)
    alike = Multimodal(SHAPES)
    assert alike.support == (0.0, 1.0)
    with pytest.raises(ValueError, match="Bernoulli takes"):
        alike.check(np.array([0.0, 2.0]))  # the limits of a batch


@pytest.mark.once
def test_weights_and_gray_pixels_make_no_density():
    made().check_density(X)
    made(real=1.0).check_density(X)
    with pytest.raises(ValueError, match="modalities of weight 1.*'real': 2.0"):
        made(real=2.0).check_density(X)
    with pytest.raises(ValueError, match="binary data only"):
        made().check_density(np.full_like(X, 0.5))


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Multimodal({"a": (2,)}), "at least two names and shapes"),
        (lambda: Multimodal({"a": (2,), 3: (2,)}), "names of `modalities` that are strings"),
        (lambda: Multimodal({"a": (2,), "b": (0,)}), r"`modalities\['b'\]` to be a tuple of pos"),
        (lambda: Multimodal(SHAPES, {"c": "normal"}), "`likelihoods` to have names.*'c'"),
        (lambda: Multimodal(SHAPES, {"real": "poisson"}), "one of .*'normal'.*'poisson'"),
        (lambda: Multimodal(SHAPES, None, {"c": 1.0}), "`modality_weights` to have names.*'c'"),
        (lambda: made(real=0.0), r"modality_weights\['real'\]` to be positive"),
        (
            lambda: kerae.Autoencoder((4,), kerae.latents.Normal(2), likelihood=made()),
            r"data of shape \(12,\), .*Received: \(4,\)",
        ),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
