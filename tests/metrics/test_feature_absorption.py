"""Splitting and absorption on features of a known hierarchy, and example by example."""

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once

TRUE = np.eye(6)
COUNT = 600


@pytest.fixture
def present():
    """Features of a hierarchy: 1 and 2 imply 0, which can be alone too; 3 to 5 are on their own."""
    generator = np.random.default_rng(0)
    present = np.zeros((COUNT, 6), bool)
    kind = generator.integers(0, 6, COUNT)
    present[:, 0] = kind < 3
    present[:, 1], present[:, 2] = kind == 1, kind == 2
    present[:, 3:] = generator.random((COUNT, 3)) < 0.2
    return present


def activations(present, absorbed):
    """Of a dictionary that has a latent for each feature; where one of `absorbed` is there, the
    latent of feature 0 keeps silent, and its own atom writes both."""
    z, atoms = present.astype(float), TRUE.copy()
    for child in absorbed:
        z[present[:, child], 0] = 0
        atoms[child, 0] = 1
    return z, atoms


def test_each_feature_is_found_in_its_latent(present):
    main = metrics.main_latents(activations(present, ())[0], present)
    np.testing.assert_array_equal(main, np.eye(6, dtype=bool))
    assert metrics.feature_splitting(1.0 * present, present) == 0


def test_a_feature_split_in_three_has_three_latents(present):
    thirds = np.arange(COUNT)[:, None] % 3 == [0, 1, 2]
    z = np.column_stack([present[:, [3]] & thirds, present[:, 4:]]).astype(float)
    known = present[:, [3, 4]]
    main = metrics.main_latents(z, known)
    assert [each.nonzero()[0].tolist() for each in main] == [[0, 1, 2], [3]]
    assert metrics.feature_splitting(z, known) == 1
    assert metrics.feature_splitting(z, known, jump=0.9) == 0
    assert metrics.feature_splitting(z, known, max_latents=2) == 0.5


def test_nothing_is_absorbed_where_every_latent_does_its_part(present):
    z, atoms = activations(present, ())
    x = z @ atoms
    result = metrics.feature_absorption(x, z, atoms, TRUE, present, np.eye(6, dtype=bool))
    assert result == {"absorption_fraction": 0, "full_absorption": 0}


def test_what_is_absorbed_is_the_share_of_examples_with_a_child(present):
    z, atoms = activations(present, (1,))
    x = z @ atoms
    np.testing.assert_allclose(x, present @ TRUE)  # a perfect reconstruction, and sparser
    result = metrics.feature_absorption(x, z, atoms, TRUE, present, np.eye(6, dtype=bool))
    share = (present[:, 1].sum() / present[:, 0].sum()) / 6
    assert result["absorption_fraction"] == pytest.approx(share)
    assert result["full_absorption"] == pytest.approx(share)


def one(x, z, atoms, main, **options):
    """Absorption of one feature, along the first axis, in one example that is given twice."""
    x, z = (np.repeat([each], 2, axis=0).astype(float) for each in (x, z))
    atoms = np.array(atoms, float)
    main = np.array([main], bool)
    direction = np.eye(1, atoms.shape[1])
    return metrics.feature_absorption(x, z, atoms, direction, np.ones((2, 1)), main, **options)


A, B = [1, 0], [0.6, 0.8]  # cosines 1 and 0.6 with the feature
CASES = {
    # p = 1, the main latent gives 0.4, the other 0.6 of which 0.6 is missing: 0.6 / (0.6 + 0.4)
    "partly": ([1, 0], [0.4, 1], [A, B], [1, 0], {}, 0.6, 0),
    # 1.2 from the other, of which 0.6 is missing
    "more than is missing": ([1, 0], [0.4, 2], [A, B], [1, 0], {}, 0.6, 0),
    "too small a part": ([1, 0], [0.9, 0.5], [A, B], [1, 0], {}, 0, 0),
    "a part that is asked for": ([1, 0], [0.9, 0.5], [A, B], [1, 0], {"least_share": 0.2}, 0.1, 0),
    "all from the main latent": ([1, 0], [1, 1], [A, B], [1, 0], {}, 0, 0),
    "a silent main latent": ([1, 0], [0, 1], [A, B], [1, 0], {}, 1, 1),
    "silent, and too little": ([1, 0], [0, 0.5], [A, B], [1, 0], {}, 0, 0),
    "silent, and too crooked": ([1, 0], [0, 1], [A, B], [1, 0], {"least_cosine": 0.7}, 0, 1),
    "the most from a crooked one": (
        [1, 0], [0, 1], [A, B], [1, 0], {"least_cosine_full": 0.7}, 1, 0,
    ),
    # three others of 0.2 each are enough together, none alone
    "several": ([1, 0], [0, 0.2, 0.2, 0.2], [A, A, A, A], [1, 0, 0, 0], {}, 1, 0),
    "too many": (
        [1, 0], [0, 0.2, 0.2, 0.2], [A, A, A, A], [1, 0, 0, 0], {"max_absorbing": 1}, 0, 0,
    ),
    "the length of an atom counts": ([1, 0], [0, 0.1], [A, [6, 8]], [1, 0], {}, 1, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_by_hand(name):
    x, z, atoms, main, options, fraction, full = CASES[name]
    result = one(x, z, atoms, main, **options)
    assert result == pytest.approx({"absorption_fraction": fraction, "full_absorption": full})


def test_blocks_give_the_same(present, monkeypatch):
    z, atoms = activations(present, (1, 2))
    arguments = (z @ atoms, z, atoms, TRUE, present, np.eye(6, dtype=bool))
    expected = metrics.feature_absorption(*arguments)
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 50)
    assert metrics.feature_absorption(*arguments) == pytest.approx(expected)


def test_examples_without_a_feature_and_against_it_do_not_count(present):
    z, atoms = activations(present, (1,))
    x = z @ atoms
    arguments = (z, atoms, TRUE, present, np.eye(6, dtype=bool))
    expected = metrics.feature_absorption(x, *arguments)
    against = np.where(present[:, [0]] & ~present[:, [1]] & ~present[:, [2]], -1.0, 1.0)
    moved = metrics.feature_absorption(x * [[1, 1, 1, 1, 1, 1]] * against, *arguments)
    assert moved["full_absorption"] > expected["full_absorption"]  # the same ones, of fewer


def test_what_does_not_fit_is_refused(present):
    z, atoms = activations(present, ())
    with pytest.raises(ValueError, match="`atoms` of shape"):
        metrics.feature_absorption(z, z, atoms[:5], TRUE, present, np.eye(6))
    with pytest.raises(ValueError, match="feature 0"):
        metrics.main_latents(z, np.ones((COUNT, 1)))
    with pytest.raises(ValueError, match="that have a feature"):
        metrics.feature_absorption(z, z, atoms, TRUE, 0 * present, np.eye(6))
