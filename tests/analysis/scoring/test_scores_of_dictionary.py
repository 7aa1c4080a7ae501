from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import explained_variance_score, r2_score
from small_dictionary import small_dictionary

import kerae
from kerae import analysis
from kerae.analysis.page.pictures_of_atoms import coherence

OF_ITSELF = {
    *("l0", "dead_share", "dense_share", "explained_variance"),
    *("centered_explained_variance", "mutual_coherence", "mean_coherence"),
}
OF_OTHERS = {"atom_stability", "mean_max_cosine", "mcc", "recovered_share"}


@pytest.fixture(scope="module")
def examined():
    x = np.random.default_rng(0).random((40, 8, 8, 1), dtype="float32")
    return analysis.examine(small_dictionary(), x)


def test_a_dictionary_has_scores_of_its_own(examined):
    scores = analysis.score(examined.z, examination=examined)
    z, model = examined.z, examined.model
    assert scores["l0"] == pytest.approx((z != 0).sum(axis=1).mean())
    assert scores["dead_share"] == (~z.any(axis=0)).mean()
    assert scores["dense_share"] == ((z != 0).mean(axis=0) > 0.1).mean()
    x, x_hat = (each.reshape(40, -1) for each in (examined.x, model.reconstruct(examined.x)))
    explained = explained_variance_score(x, x_hat, multioutput="variance_weighted")
    assert scores["centered_explained_variance"] == pytest.approx(explained, rel=1e-3)
    r2 = r2_score(x, x_hat, multioutput="variance_weighted")
    assert scores["explained_variance"] == pytest.approx(r2, rel=1e-3)
    pairs = np.abs(1 - cdist(model.atoms, model.atoms, "cosine")) - np.eye(30)
    assert scores["mutual_coherence"] == pytest.approx(pairs.max(), rel=1e-4)
    assert scores["mean_coherence"] == pytest.approx(pairs.max(axis=1).mean(), rel=1e-4)
    entries = analysis.glossary().items()
    assert {name for name, entry in entries if entry.group == "dictionary"} == OF_ITSELF | OF_OTHERS
    assert set(scores) >= OF_ITSELF and not set(scores) & OF_OTHERS


@pytest.mark.once
def test_what_passes_the_code_counts_and_layers_lie_side_by_side():
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(2, 50, 6)).astype("float32")
    model = kerae.Transcoder(6, 6, 12, k=2, skip=True)
    model.encoder.skip_kernel.assign(generator.normal(size=(6, 6)))
    examined = analysis.examine(model, x, y)
    r2 = r2_score(y, model.reconstruct(x), multioutput="variance_weighted")
    scores = analysis.score(examined.z, examination=examined)
    assert scores["explained_variance"] == pytest.approx(r2, rel=1e-3)
    several = kerae.Crosscoder(2, 3, 12)
    examined = analysis.examine(several, x.reshape(-1, 2, 3))
    scores = analysis.score(examined.z, examination=examined)
    of_all = np.abs(1 - cdist(*[several.atoms.reshape(12, 6)] * 2, "cosine")) - np.eye(12)
    assert scores["mutual_coherence"] == pytest.approx(of_all.max(), rel=1e-4)
    assert coherence(SimpleNamespace(examination=examined)).figure.axes


@pytest.mark.once
def test_atoms_are_compared_with_those_known_and_of_another_seed(examined):
    atoms = examined.model.atoms
    given = {"true_atoms": -atoms[::-1], "other_atoms": np.roll(2 * atoms, 3, axis=0)}
    scores = analysis.score(examined.z, examination=examined, **given)
    assert {name: scores[name] for name in OF_OTHERS} == pytest.approx(dict.fromkeys(OF_OTHERS, 1))


@pytest.mark.once
def test_atoms_to_compare_with_need_a_dictionary():
    x = np.random.default_rng(0).random((9, 4), dtype="float32")
    examined = analysis.examine(kerae.AE((4,), 2), x)
    assert not OF_ITSELF & set(analysis.score(examined.z, examination=examined))
    with pytest.raises(ValueError, match="`examination` of a model with `atoms`"):
        analysis.score(examined.z, true_atoms=np.eye(4))


@pytest.mark.once
def test_correlations_of_very_many_dimensions_are_left_out(monkeypatch):
    monkeypatch.setattr("kerae.analysis.scoring.scores_of_latent.MOST_CORRELATED", 3)
    scores = analysis.score(np.random.default_rng(0).normal(size=(9, 4)))
    assert "over 3 dimensions vary" in scores.notes["max_absolute_correlation"]
