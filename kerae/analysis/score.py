"""Everything that is measured on a latent space."""

from typing import TYPE_CHECKING

import numpy as np

from ..checks.arguments import checked
from ..checks.codes import as_codes
from ..checks.extras import require
from ..checks.labels import as_labels
from ..checks.types import ArrayLike
from .scoring.scores import Scores
from .scoring.scores_of_clusters import scores_of_clusters
from .scoring.scores_of_dictionary import scores_of_dictionary
from .scoring.scores_of_factors import scores_of_factors
from .scoring.scores_of_labels import scores_of_labels
from .scoring.scores_of_latent import scores_of_latent
from .scoring.scores_of_outliers import scores_of_outliers
from .scoring.scores_of_picture import scores_of_picture

if TYPE_CHECKING:
    from ..analysis.examination import Examination
    from ..analysis.projection import Projection


@checked
def score(
    z: ArrayLike,
    labels: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    embedding: "Projection | None" = None,
    examination: "Examination | None" = None,
    x: ArrayLike | None = None,
    outliers: ArrayLike | None = None,
    factors: ArrayLike | None = None,
    true_atoms: ArrayLike | None = None,
    other_atoms: ArrayLike | None = None,
    seed: int = 0,
) -> Scores:
    """Measures a latent space: every score for which what it needs is given.

    What each score means is in `kerae.analysis.glossary`. A score that is not defined on what was
    given, as those of clusters are not if there is one, is left out, and the `notes` of the scores
    say why. Of many examples, scores that compare all pairs are computed on some, which the notes
    say too.

    Args:
        z: Array `(n, latent_dim)`, the codes.
        labels: Integers or strings `(n,)`, for what the codes tell of the class, and for the
            agreement of clusters and classes.
        clusters: Integer array `(n,)`, -1 for noise, as `kerae.analysis.cluster` finds them. For
            the scores of clusters by themselves noise is left out; for their agreement with
            classes it is one more cluster.
        embedding: `kerae.analysis.Projection` of the codes, or array `(n, 2)`, for how faithful
            the picture is.
        examination: `kerae.analysis.Examination` of the same examples, for the KL of each
            dimension, the distance from the prior, the reconstruction and the ELBO.
        x: Array `(n, ...)`, the data, to compare what they tell of the class with what the codes
            do.
        outliers: Boolean array `(n,)`, which examples are known to be outliers, for how well they
            are told; see `kerae.analysis.outlier_scores`.
        factors: Integer array `(n, num_factors)`, the number of the value of each factor of
            variation, as `factors_test` of a `kerae.data.Dataset`, for how codes tell them apart.
        true_atoms: Array `(m, dim)`, for how well the atoms of an examined dictionary recover
            those that are known.
        other_atoms: Array `(m, dim)`, the atoms of one of another seed, for how stable they are.
        seed: Integer, of all random choices.
    Returns:
        `kerae.analysis.Scores`, a dict from names to numbers.

    Example:

    >>> z = np.array([[0.0], [1.0], [8.0], [9.0]])
    >>> scores = kerae.analysis.score(z, labels=["a", "a", "b", "b"], clusters=[0, 0, 1, 1])
    >>> scores["purity"], scores["calinski_harabasz"]
    (1.0, 128.0)
    >>> scores.notes["knn_accuracy"]
    'left out: 4 examples are too few to hold out some of all 2 classes'

    Raises:
        ValueError: If an argument is not as long as `z`, of another type, or holds numbers that
            are not finite.
    """
    require("kerae.analysis.score", "analysis", "sklearn", "threadpoolctl")
    z = as_codes(z)
    n = len(z)
    labels = None if labels is None else as_labels(labels, n).values
    if examination is not None and len(examination) != n:
        raise ValueError(
            "Expected an examination of the same examples. "
            f"Received: {n} codes and an examination of {len(examination)} examples."
        )
    x = None if x is None else _as_rows(x, n, "x")
    scores = Scores()
    if clusters is not None:
        scores.add(scores_of_clusters(z, _as_clusters(clusters, n), labels, seed))
    if labels is not None:
        scores.add(scores_of_labels(z, labels, x, seed))
    if embedding is not None:
        points = _as_rows(getattr(embedding, "points", embedding), n, "embedding")
        scores.add(scores_of_picture(z, points, seed))
    scores.add(scores_of_latent(z, examination, seed))
    if examination is not None and getattr(examination.model, "atoms", None) is not None:
        scores.add(scores_of_dictionary(examination, true_atoms, other_atoms))
    elif true_atoms is not None or other_atoms is not None:
        raise ValueError(
            "Expected the `examination` of a model with `atoms`, to compare them with others. "
            "Received: none. Leave `true_atoms` and `other_atoms` out."
        )
    if outliers is not None:
        scores.add(scores_of_outliers(z, _as_truth(outliers, n), examination))
    if factors is not None:
        scores.add(scores_of_factors(z, _as_factors(factors, n), seed))
    return scores


def _one_each(values, count, name):
    values = np.asarray(values)
    if values.shape[:1] != (count,):
        raise ValueError(
            f"Expected `{name}` to have one entry for each of {count} codes. "
            f"Received: shape {values.shape}."
        )
    return values


def _as_rows(values, count, name):
    return as_codes(_one_each(values, count, name).reshape(count, -1), name)


def _as_clusters(clusters, count):
    clusters = _one_each(clusters, count, "clusters")
    if clusters.ndim != 1 or not np.issubdtype(clusters.dtype, np.integer) or clusters.min() < -1:
        raise ValueError(
            "Expected `clusters` to be one integer for each code, from 0 on, or -1 for noise. "
            f"Received: {clusters.dtype} of shape {clusters.shape}, such as {clusters.flat[0]!r}."
        )
    return clusters


def _as_factors(factors, count):
    factors = _one_each(factors, count, "factors")
    if factors.ndim != 2 or not np.issubdtype(factors.dtype, np.integer):
        raise ValueError(
            "Expected `factors` to be integers of shape (n, num_factors), the numbers of their "
            f"values. Received: {factors.dtype} of shape {factors.shape}. Number the values of a "
            "column by `np.unique(column, return_inverse=True)[1]`."
        )
    return factors


def _as_truth(outliers, count):
    outliers = _one_each(outliers, count, "outliers")
    if outliers.ndim != 1 or not np.isin(outliers, (0, 1)).all():
        raise ValueError(
            "Expected `outliers` to be True or False for each code. "
            f"Received: {outliers.dtype} of shape {outliers.shape}, such as {outliers.flat[0]!r}."
        )
    return outliers.astype(bool)
