"""How sparse a dictionary is, how much it explains, and how its atoms lie."""

from typing import TYPE_CHECKING

from ... import metrics
from ...checks.types import ArrayLike
from ..dictionary.atoms_of import atoms_of
from .scores import Scores

if TYPE_CHECKING:
    from ...analysis.examination import Examination


def scores_of_dictionary(
    examination: "Examination",
    true_atoms: ArrayLike | None = None,
    other_atoms: ArrayLike | None = None,
) -> Scores:
    """The scores of a model with `atoms`.

    Args:
        examination: `kerae.analysis.Examination`.
        true_atoms: Array `(m, dim)`, where they are known.
        other_atoms: Array `(m, dim)`, of a model that was trained from another seed.
    Returns:
        `Scores`.
    """
    scores, z, atoms = Scores(), examination.z, atoms_of(examination.model)
    frequency = metrics.firing_frequency(z)
    scores.give("l0", frequency.sum())
    measured = f"on {len(z):,} examples"
    scores.give("dead_share", metrics.dead_share(frequency), measured)
    scores.give("dense_share", metrics.dense_share(frequency), measured)
    x_hat = examination.model.decode(z) if examination.x_hat is None else examination.x_hat
    try:
        scores.give("explained_variance", metrics.explained_variance(examination.x, x_hat))
        centered = metrics.centered_explained_variance(examination.x, x_hat)
        scores.give("centered_explained_variance", centered)
    except ValueError as error:  # of examples that are all the same
        scores.leave_out(("explained_variance", "centered_explained_variance"), str(error))
    coherence = metrics.coherence(atoms)
    scores.give("mutual_coherence", coherence.max())
    scores.give("mean_coherence", coherence.mean())
    if other_atoms is not None:
        scores.give("atom_stability", metrics.atom_stability(atoms, other_atoms))
        scores.give("mean_max_cosine", metrics.mean_max_cosine(atoms, other_atoms))
    if true_atoms is not None:
        for name, value in metrics.dictionary_recovery(atoms, true_atoms).items():
            scores.give(name, value)
    return scores
