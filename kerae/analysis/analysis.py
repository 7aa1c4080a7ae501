"""What was found in a latent space."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.labels import Labels, as_labels
from ..checks.types import Rows
from .clustering import Clustering, cluster
from .examination import Examination, examine
from .outlier_scores import outlier_scores
from .projection import Projection, project
from .score import score
from .scoring.scores import Scores
from .short_repr import ShortRepr

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

HOW_TO_READ = (
    "Near points have near codes; how far apart distant groups lie, and how large they are, says "
    "little."
)


@dataclass(frozen=True, repr=False)
class Analysis(ShortRepr):
    """What was found in a latent space; see `analyze`.

    Args:
        examination: `Examination`, what the model makes of each example.
        labels: `Labels`, or `None`.
        projection: `Projection` of the codes to the plane.
        clusters: `Clustering` of the codes.
        scores: `Scores`.
        unusual: Dict of arrays `(n,)`, how unusual each example is; see `outlier_scores`.
        seed: Integer, of all random numbers.
        seconds: Dict of floats, how long each step took.
    """

    examination: Examination
    labels: Labels | None
    projection: Projection
    clusters: Clustering
    scores: Scores
    unusual: dict
    seed: int
    seconds: dict

    def decode(self, z: Rows, rows: np.ndarray) -> np.ndarray:
        """The data of codes `(m, latent_dim)`, under the conditions of the examples `rows`."""
        model, y = self.examination.model, self.examination.y
        z = np.asarray(z, "float32").reshape(-1, *model.latent.event_shape)
        return model.decode(z, None if y is None else y[rows])

    def cluster_table(self) -> dict[str, Any]:
        """What is known of each cluster: a dict of arrays, the columns of a table."""
        clusters = self.clusters.labels
        numbers = np.unique(clusters)
        members = [np.flatnonzero(clusters == number) for number in numbers]
        error = self.examination.error
        table = {
            "cluster": numbers,
            "size": np.array([len(rows) for rows in members]),
            "error": np.array([error[rows].mean() for rows in members], float),
        }
        if self.labels is not None:
            counts = [np.bincount(self.labels.values[rows]) for rows in members]
            table["label"] = np.array([self.labels.names[count.argmax()] for count in counts])
            table["share"] = np.array([count.max() / count.sum() for count in counts])
        return table

    def numbers(self) -> dict[str, Any]:
        """Every number but those of single examples, as a dict ready for JSON."""
        table = self.cluster_table()
        clusters = {"config": self.clusters.config, "curve": self.clusters.curve, "table": table}
        return {
            "examples": len(self.examination),
            "scores": dict(self.scores),
            "notes": self.scores.notes,
            "projection": self.projection.config,
            "clusters": clusters,
            "seconds": self.seconds,
            "seed": self.seed,
        }

    @property
    def axis_names(self) -> tuple[str, ...]:
        """What the axes of the map are: a pair of strings."""
        return tuple(self.projection.config["axes"])

    @property
    def map_in_words(self) -> str:
        """How the map was made and how to read it."""
        config = self.projection.config
        how = {
            "codes": "Each point is the code of an example.",
            "pca": "Codes along the two directions in which they vary most.",
        }
        made = how.get(
            config["method"],
            f"Codes of {self.examination.z.shape[1]} dimensions, mapped to the plane by "
            f"{config['method']} with seed {config['seed']}. {HOW_TO_READ}",
        )
        return " ".join([made, *config["notes"]])


@checked
def analyze(
    model: "Autoencoder",
    x: Rows,
    labels: Rows | None = None,
    y: Rows | None = None,
    class_names: Sequence[str] | None = None,
    method: str | None = None,
    clustering: str = "kmeans",
    n_clusters: int | str | None = None,
    compare_inputs: bool = True,
    factors: Rows | None = None,
    seed: int = 0,
) -> "Analysis":
    """Examines examples, maps and clusters their codes, and scores all of it.

    Args:
        model: `kerae.Autoencoder`.
        x: Array `(n, *input_shape)`.
        labels: Integers or strings, one for each example.
        y: Array of what a conditional model is conditioned on. Defaults to the labels.
        class_names: Sequence of strings that integer labels are indices into.
        method: String, of `kerae.analysis.project`. Defaults to the codes themselves where they
            have one or two dimensions, else to UMAP.
        clustering: String, the method of `kerae.analysis.cluster`.
        n_clusters: Integer or `"auto"`. Defaults to the number of classes, and without labels to
            `"auto"`.
        compare_inputs: Boolean, whether to measure what the data themselves tell of the class.
        factors: Integer array `(n, num_factors)`, the number of the value of each factor of
            variation, for the scores of disentanglement.
        seed: Integer, of all random numbers.
    Returns:
        `kerae.analysis.Analysis`.

    Example:

    >>> data = kerae.data.load("digits")
    >>> model = kerae.AE((8, 8, 1), latent_dim=2)
    >>> analysis = kerae.analysis.analyze(model, data.x_test, data.y_test)
    >>> analysis.projection.points.shape, len(analysis.clusters.sizes)
    ((359, 2), 10)

    Raises:
        ValueError: If data, labels or arguments do not fit each other, or codes are not finite.
    """
    require("kerae.analysis.analyze", "analysis", "sklearn", "threadpoolctl")
    seconds = {}

    def timed(step, function, *arguments, **named):
        started = time.perf_counter()
        result = function(*arguments, **named)
        seconds[step] = round(time.perf_counter() - started, 3)
        return result

    classes = None if labels is None else as_labels(labels, len(x), class_names)
    if y is None and model.condition is not None:
        y = labels
    examined = timed("examine", examine, model, x, y)
    z = examined.z
    method = method or ("codes" if z.shape[1] <= 2 else "umap")
    projection = timed("project", project, z, method, seed)
    if n_clusters is None and classes is not None and clustering != "hdbscan":
        n_clusters = len(classes.names)
    clusters = timed("cluster", cluster, z, clustering, n_clusters, seed=seed)
    scores = timed(
        "score",
        score,
        z,
        labels=labels,
        clusters=clusters.labels,
        embedding=projection,
        examination=examined,
        x=examined.x if compare_inputs else None,
        factors=factors,
        seed=seed,
    )
    unusual = timed("outliers", outlier_scores, z, examined)
    return Analysis(examined, classes, projection, clusters, scores, unusual, seed, seconds)
