import re

import numpy as np
import pytest

import kerae
from kerae import analysis

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def scores():
    """All the scores that there are."""
    x = np.random.default_rng(0).random((60, 4), dtype="float32")
    examined = analysis.examine(kerae.VAE((4,), latent_dim=11), x)
    halves = np.arange(60) % 2
    return analysis.score(
        examined.z,
        labels=halves,
        clusters=halves,
        embedding=examined.z[:, :2],
        examination=examined,
        x=x,
        outliers=halves,
        factors=np.stack([halves, np.arange(60) // 2 % 2], axis=1),
    )


def test_scores_are_told_alike_of_images_and_of_tables():
    assert not any("pixel" in entry.explanation for entry in analysis.glossary().values())


def test_every_score_has_an_entry_and_every_entry_a_score(scores):
    of_dimensions = {f"kl_{dimension:02}" for dimension in range(11)}
    assert of_dimensions < set(scores)
    entries = analysis.glossary().items()
    of_codes = {name for name, entry in entries if entry.group not in ("samples", "dictionary")}
    of_use = {"used_codes", "perplexity"}
    assert set(scores) - of_dimensions == of_codes - {"kl_j"} - of_use


def test_discrete_codes_have_scores_of_their_use():
    x = np.random.default_rng(0).random((60, 4), dtype="float32")
    model = kerae.VQVAE((4,), num_codes=8, code_dim=3)
    examined = analysis.examine(model, x)
    scores = analysis.score(examined.z, examination=examined)
    np.testing.assert_array_equal(examined.indices, model.encode_indices(x))
    p = np.unique(examined.indices, return_counts=True)[1] / 60
    assert scores["used_codes"] == len(p) / 8
    assert scores["perplexity"] == pytest.approx(np.prod(p**-p))
    assert set(scores) <= set(analysis.glossary())


def test_entries_of_scores_are_in_their_order(scores):
    entries = analysis.glossary(scores)
    assert list(entries) == list(scores)
    assert entries["kl_03"].title == "KL of dimension 3, nats"
    assert "dimension 3 of a code" in entries["kl_03"].explanation


@pytest.mark.parametrize("name", analysis.glossary())
def test_entries_are_complete(name):
    entry = analysis.glossary()[name]
    assert entry.group in (
        "clusters",
        "classes",
        "picture",
        "latent",
        "outliers",
        "factors",
        "samples",
        "dictionary",
    )
    assert entry.direction in ("higher", "lower", "neither")
    assert entry.title and entry.range
    assert entry.explanation.endswith(".") and 30 < len(entry.explanation) < 200
    assert re.fullmatch(r"[^,]+, \d{4}, https://\S+", entry.reference)


def test_a_direction_is_that_of_the_better_score():
    z = np.concatenate([np.zeros((30, 2)), np.ones((30, 2))])
    z += np.random.default_rng(0).normal(scale=0.1, size=z.shape)
    right, labels = np.repeat([0, 1], 30), np.repeat(["a", "b"], 30)
    wrong = np.tile([0, 1], 30)
    good = analysis.score(z, labels=labels, clusters=right, embedding=z)
    bad = analysis.score(z, labels=labels, clusters=wrong, embedding=np.roll(z, 7, axis=0))
    for name, entry in analysis.glossary(good).items():
        if entry.group in ("clusters", "picture") and entry.direction != "neither":
            is_higher = good[name] > bad[name]
            assert is_higher == (entry.direction == "higher") and good[name] != bad[name], name


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="Expected `names` of scores. Received: 'silhouet'"):
        analysis.glossary(["silhouet"])
