from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

import kerae
from kerae import analysis
from kerae.analysis.scoring.parts_of_kl import NAMES

pytestmark = pytest.mark.once


def examined_of(mean, deviation):
    """An examination of codes with these moments, that were drawn anew."""
    x = np.zeros((len(mean), 4), "float32")
    model = kerae.VAE((4,), mean.shape[1])
    z = mean + deviation * np.random.default_rng(1).normal(size=mean.shape)
    log_variance = np.full(mean.shape, 2 * np.log(deviation), "float32")
    arrays = {"z": mean.astype("float32"), "z_drawn": z.astype("float32")}
    return replace(analysis.examine(model, x), log_variance=log_variance, **arrays)


def scores_of(examined):
    return analysis.score(examined.z, examination=examined)


def test_they_are_those_of_all_pairs_by_scipy():
    generator = np.random.default_rng(0)
    examined = examined_of(generator.normal(size=(40, 3)), 0.5)
    pairs = stats.norm.logpdf(examined.z_drawn[:, None], examined.z[None], 0.5)
    own = np.diagonal(pairs.sum(axis=2))
    joint = special.logsumexp(pairs.sum(axis=2), axis=1) - np.log(40)
    product = (special.logsumexp(pairs, axis=1) - np.log(40)).sum(axis=1)
    prior = stats.norm.logpdf(examined.z_drawn).sum(axis=1)
    scores = scores_of(examined)
    expected = (own - joint).mean(), (joint - product).mean(), (product - prior).mean()
    assert [scores[name] for name in NAMES] == pytest.approx(expected, abs=1e-4)
    assert scores.notes[NAMES[0]] == "with q(z) of 40 examples, whose logarithm is 3.69"


def test_of_many_examples_they_are_those_of_the_normals():
    n, deviation, correlation = 2000, 0.6, 0.8
    covariance = np.array([[0.9, 0.9 * correlation], [0.9 * correlation, 0.9]])
    mean = np.random.default_rng(0).multivariate_normal([0, 0], covariance, n)
    aggregate = covariance + deviation**2 * np.eye(2)
    log_det = np.linalg.slogdet(aggregate)[1]
    mutual_information = 0.5 * (log_det - 4 * np.log(deviation))
    total_correlation = 0.5 * (np.log(np.diag(aggregate)).sum() - log_det)
    dimension_wise = 0.5 * (np.diag(aggregate) - 1 - np.log(np.diag(aggregate))).sum()
    scores = scores_of(examined_of(mean, deviation))
    expected = mutual_information, total_correlation, dimension_wise
    assert [scores[name] for name in NAMES] == pytest.approx(expected, abs=0.08)


def test_other_codes_have_none():
    for model in (kerae.FlowVAE((4,), 2), kerae.VampVAE((4,), 2), kerae.AE((4,), 2)):
        scores = scores_of(analysis.examine(model, np.eye(4, dtype="float32")))
        assert not set(NAMES) & set(scores)
        assert scores.notes[NAMES[1]].startswith("left out: only known of normal codes")
