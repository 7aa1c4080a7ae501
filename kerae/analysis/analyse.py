"""Everything that is looked at in one latent space, computed once."""

import time

from ..labels import as_labels
from .analysis import Analysis
from .cluster import cluster
from .examine import examine
from .outlier_scores import outlier_scores
from .project import project
from .score import score


def analyse(
    model,
    x,
    labels=None,
    y=None,
    class_names=None,
    method=None,
    clustering="kmeans",
    n_clusters=None,
    compare_inputs=True,
    seed=0,
):
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
        seed: Integer, of all random numbers.
    Returns:
        `kerae.analysis.Analysis`.

    Example:

    >>> data = kerae.data.load("digits")
    >>> model = kerae.AE((8, 8, 1), latent_dim=2)
    >>> found = kerae.analysis.analyse(model, data.x_test, data.y_test)
    >>> found.projection.points.shape, len(found.clusters.sizes)
    ((359, 2), 10)

    Raises:
        ValueError: If data, labels or arguments do not fit each other, or codes are not finite.
    """
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
        seed=seed,
    )
    unusual = timed("outliers", outlier_scores, z, examined)
    return Analysis(examined, classes, projection, clusters, scores, unusual, seed, seconds)
