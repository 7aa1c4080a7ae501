"""What was found in a latent space."""

from dataclasses import dataclass

import numpy as np

from ..labels import Labels
from .clustering import Clustering
from .examine import Examination
from .projection import Projection
from .scores import Scores

OF_NEIGHBOURS = (
    "Near points have near codes; how far apart distant groups lie, and how large they are, says "
    "little."
)


@dataclass(frozen=True)
class Analysis:
    """What was found in a latent space; see `analyse`.

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

    def decode(self, z, rows):
        """The data of codes `(m, latent_dim)`, under the conditions of the examples `rows`."""
        model, y = self.examination.model, self.examination.y
        z = np.asarray(z, "float32").reshape(-1, *model.latent.event_shape)
        return model.decode(z, None if y is None else y[rows])

    def cluster_table(self):
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

    def numbers(self):
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
    def axis_names(self):
        """What the axes of the map are: a pair of strings."""
        return tuple(self.projection.config["axes"])

    @property
    def map_in_words(self):
        """How the map was made and how to read it."""
        config = self.projection.config
        how = {
            "codes": "Each point is the code of an example.",
            "pca": "Codes along the two directions in which they vary most.",
        }
        made = how.get(
            config["method"],
            f"Codes of {self.examination.z.shape[1]} dimensions, mapped to the plane by "
            f"{config['method']} with seed {config['seed']}. {OF_NEIGHBOURS}",
        )
        return " ".join([made, *config["notes"]])
