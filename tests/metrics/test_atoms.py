"""Atoms side by side and against known ones, pair by pair and by SciPy."""

import tracemalloc
from itertools import permutations

import numpy as np
import pytest
from fixtures import arrays
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from kerae import metrics

pytestmark = pytest.mark.once


@pytest.fixture
def atoms():
    return np.random.default_rng(0).normal(size=(9, 4))


def cosines(a, b):
    return 1 - cdist(a, b, "cosine")


def test_coherence_pair_by_pair(atoms, monkeypatch):
    atoms[2] = -3 * atoms[0] + 0.01
    pairs = np.abs(cosines(atoms, atoms))
    expected = [max(pairs[i, j] for j in range(9) if j != i) for i in range(9)]
    np.testing.assert_allclose(metrics.coherence(atoms), expected, rtol=1e-12)
    assert metrics.coherence(atoms)[2] > 0.9
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 20)
    np.testing.assert_allclose(metrics.coherence(atoms), expected, rtol=1e-12)


def test_an_atom_of_length_0_is_like_none(atoms):
    atoms[4] = 0
    coherence = metrics.coherence(atoms)
    assert coherence[4] == 0 and np.isfinite(coherence).all()


def test_nearest_atoms_pair_by_pair(atoms, monkeypatch):
    atoms[2] = -3 * atoms[0]
    pairs = cosines(atoms, atoms)
    np.fill_diagonal(pairs, -np.inf)
    order = np.argsort(-pairs, axis=1)[:, :3]
    for at_once in (10**6, 20):
        monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", at_once)
        numbers, values = metrics.nearest_atoms(atoms, num_neighbors=3)
        np.testing.assert_array_equal(numbers, order)
        np.testing.assert_allclose(values, np.take_along_axis(pairs, order, axis=1))
    assert 2 not in numbers[0]


def test_memory_of_many_atoms_is_bounded():
    atoms = np.random.default_rng(0).normal(size=(4000, 4)).astype("float32")
    tracemalloc.start()
    metrics.coherence(atoms), metrics.nearest_atoms(atoms)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 4000 * 4000


def test_matched_by_all_permutations(atoms):
    a, b = atoms[:5], -atoms[4:]
    for signed in (True, False):
        pairs = cosines(a, b) if signed else np.abs(cosines(a, b))
        best = max(permutations(range(5)), key=lambda order: pairs[range(5), order].sum())
        numbers, values = metrics.matched_atoms(a, b, signed)
        assert numbers.tolist() == list(best)
        np.testing.assert_allclose(values, cosines(a, b)[range(5), best])
    signed = metrics.matched_atoms(a, b)[1].mean()
    assert metrics.atom_stability(a, b) == pytest.approx(signed)


def test_those_without_a_partner_count_as_0(atoms):
    numbers, _ = metrics.matched_atoms(atoms, atoms[2:5])
    assert sorted(numbers.tolist()) == [-1] * 6 + [0, 1, 2]
    assert metrics.atom_stability(atoms, atoms[2:5]) == pytest.approx(3 / 9)
    assert metrics.dictionary_recovery(atoms[:3], atoms)["mcc"] == pytest.approx(3 / 9)
    assert metrics.dictionary_recovery(atoms, atoms[:3])["mcc"] == pytest.approx(1)


def test_mean_max_cosine_is_of_the_first(atoms, monkeypatch):
    a, b = atoms[:6], atoms[3:]
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 20)
    assert metrics.mean_max_cosine(a, b) == pytest.approx(cosines(a, b).max(axis=1).mean())
    one = metrics.mean_max_cosine(a, b[:1])
    assert metrics.mean_max_cosine(b[:1], a) != pytest.approx(one)


def test_a_known_dictionary_is_recovered(shared_data):
    true = arrays(shared_data / "fixtures" / "toy_dictionary.npz")["W"]
    generator = np.random.default_rng(0)
    signs = generator.choice([-1, 1], size=(64, 1))
    learned = (2 * signs * true + 0.4 * generator.normal(size=true.shape) / 32**0.5)[
        generator.permutation(64)
    ]
    pairs = np.abs(cosines(true, learned))
    rows, columns = linear_sum_assignment(1 - pairs)
    found = metrics.dictionary_recovery(learned, true)
    assert found["mcc"] == pytest.approx(pairs[rows, columns].mean(), rel=1e-9)
    assert found["recovered_share"] == (pairs[rows, columns] > 0.95).mean()
    assert metrics.dictionary_recovery(true[::-1], true) == pytest.approx(
        {"mcc": 1.0, "recovered_share": 1.0}
    )
    by_chance = metrics.dictionary_recovery(generator.normal(size=(64, 32)), true)
    assert by_chance["mcc"] < 0.6 and by_chance["recovered_share"] == 0


def test_other_dimensions_are_refused_by_name(atoms):
    with pytest.raises(ValueError, match="`other_atoms` of 4 dimensions"):
        metrics.mean_max_cosine(atoms, atoms[:, :3])
    with pytest.raises(ValueError, match="`true_atoms` of 4 dimensions"):
        metrics.dictionary_recovery(atoms, atoms[:, :3])
    with pytest.raises(ValueError, match="`num_neighbors` below the number of atoms"):
        metrics.nearest_atoms(atoms, 9)
