import numpy as np
import pytest

import kerae
from kerae import analysis

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def z():
    return np.random.default_rng(0).normal(size=(40, 3))


def test_codes_alone_have_scores_of_their_dimensions(z):
    scores = analysis.score(z)
    correlation = np.abs(np.corrcoef(z.T))[[0, 0, 1], [1, 2, 2]]
    assert scores == pytest.approx(
        {
            "latent_dim": 3,
            "active_units": 3,
            "mean_absolute_correlation": correlation.mean(),
            "max_absolute_correlation": correlation.max(),
        }
    )
    assert scores.notes == {}


def test_the_same_seed_gives_the_same_scores(z):
    given = {"labels": np.arange(40) % 2, "clusters": np.arange(40) % 3, "embedding": z[:, :2]}
    assert analysis.score(z, **given) == analysis.score(z, **given)


def test_codes_are_compared_with_the_data_if_these_are_given(z):
    x = np.random.default_rng(0).random((40, 4), dtype="float32")
    examined = analysis.examine(kerae.AE((4,), latent_dim=2), x)
    labels = np.arange(40) % 2
    scores = analysis.score(examined.z, labels=labels, examination=examined)
    given = analysis.score(examined.z, labels=labels, examination=examined, x=1.0 * labels)
    assert given["linear_probe_accuracy_input"] == 1.0
    assert given.keys() - scores.keys() == {"knn_accuracy_input", "linear_probe_accuracy_input"}


@pytest.mark.parametrize("count", [2, 3, 5, 11])
def test_few_examples_give_scores_or_reasons(count):
    z = np.random.default_rng(0).normal(size=(count, 2))
    x = np.random.default_rng(0).random((count, 4), dtype="float32")
    halves = np.arange(count) % 2
    examined = analysis.examine(kerae.VAE((4,), latent_dim=2), x)
    given = {"labels": halves, "clusters": halves, "embedding": z, "x": x, "outliers": halves}
    given["factors"] = np.stack([halves, 0 * halves], axis=1)
    scores = analysis.score(z, examination=examined, **given)
    entries = analysis.glossary().items()
    of_others = {"kl_j", "used_codes", "perplexity"}  # of samples, one dimension, discrete codes
    names = {name for name, entry in entries if entry.group not in ("samples", "dictionary")}
    names -= of_others
    assert names <= set(scores) | set(scores.notes)
    assert np.isfinite(list(scores.values())).all()


@pytest.mark.parametrize(
    "given, message",
    [
        ({"labels": np.arange(39)}, r"Expected `labels` of shape \(40,\)"),
        ({"labels": np.arange(40) / 2}, "Expected `labels` to be integers or strings"),
        ({"clusters": np.arange(39)}, "Expected `clusters` to have one entry for each of 40"),
        ({"clusters": np.zeros(40)}, "Expected `clusters` to be one integer for each code"),
        ({"clusters": np.full(40, -2)}, "such as .*-2"),
        ({"embedding": np.zeros((39, 2))}, "Expected `embedding` to have one entry"),
        ({"embedding": np.full((40, 2), np.nan)}, "NaN or infinity in 40 of 40 rows"),
        ({"x": np.zeros((39, 4))}, "Expected `x` to have one entry for each of 40 codes"),
        ({"x": np.full((40, 4), np.inf)}, "NaN or infinity in 40 of 40 rows of `x`"),
        ({"outliers": np.zeros(39)}, "Expected `outliers` to have one entry"),
        ({"outliers": np.arange(40)}, "Expected `outliers` to be True or False"),
        ({"outliers": np.zeros((40, 1))}, "Expected `outliers` to be True or False"),
    ],
)
def test_bad_arguments_are_refused(z, given, message):
    with pytest.raises(ValueError, match=message):
        analysis.score(z, **given)


@pytest.mark.parametrize(
    "codes, message",
    [
        (np.zeros((4, 2, 2)), "Flatten each"),
        (np.zeros((1, 2)), "at least 2 examples"),
        (np.array([[0.0], [np.nan]]), "NaN or infinity in 1 of 2 rows of `z`, rows 1"),
    ],
)
def test_bad_codes_are_refused(codes, message):
    with pytest.raises(ValueError, match=message):
        analysis.score(codes)


def test_an_examination_of_other_examples_is_refused(z):
    examined = analysis.examine(kerae.AE((4,), latent_dim=3), np.zeros((5, 4), "float32"))
    with pytest.raises(ValueError, match="40 codes and an examination of 5 examples"):
        analysis.score(z, examination=examined)
