"""The pictures of an analysis, each with its words."""

import io
from dataclasses import dataclass

import numpy as np

from ... import figures, latent_space
from .data_uri import data_uri

DPI = 130  # of a screen
TRAVERSED = 10  # dimensions
EXTREMES = 8


@dataclass(frozen=True)
class Picture:
    """A figure with its heading and what it shows."""

    title: str
    caption: str
    figure: object

    @property
    def uri(self):
        content = io.BytesIO()
        self.figure.savefig(content, format="png", dpi=DPI)
        return data_uri(content.getvalue(), "image/png")


def pictures(analysis, history=None):
    """The pictures that the model and its data allow, by the name of the function that drew each.

    Args:
        analysis: `kerae.analysis.Analysis`.
        history: Dict of lists, as `keras.callbacks.History.history`, or `None`.
    Returns:
        Dict of `Picture`.
    """
    draw = OF_CODES
    if figures.is_image(analysis.examination.model.data_shape):
        draw = (*OF_CODES, *OF_IMAGES)
    drawn = {function.__name__: function(analysis) for function in draw}
    if history:
        curves = figures.loss_curves(history)
        drawn["training"] = Picture("Training", "What was logged, by epoch.", curves)
    return {name: picture for name, picture in drawn.items() if picture is not None}


def codes_by_label(analysis):
    if analysis.labels is None:
        return None
    return Picture("Codes by label", "The same map.", _map(analysis, analysis.labels))


def codes_by_cluster(analysis):
    return Picture(
        "Codes by cluster",
        "The same map with the clusters, which were found in the latent space, not in the map.",
        figures.latent_scatter(
            analysis.projection.points,
            analysis.clusters.labels,
            axis_names=analysis.axis_names,
            legend_title="cluster",
        ),
    )


def number_of_clusters(analysis):
    clusters = analysis.clusters
    if not clusters.curve:
        return None
    criterion = clusters.config["criterion"]
    return Picture(
        "Number of clusters",
        f"The {criterion} by the number of clusters, and the number that was chosen.",
        figures.criterion_curve(clusters.curve, len(clusters.sizes), criterion),
    )


def confusion(analysis):
    if analysis.labels is None:
        return None
    return Picture(
        "Clusters and labels",
        "How many examples of each class are in each cluster.",
        figures.confusion(analysis.clusters.labels, analysis.labels.values, analysis.labels.names),
    )


def error_by_class(analysis):
    if analysis.labels is None:
        return None
    error, labels = analysis.examination.error, analysis.labels
    return Picture(
        "Error by label",
        "The reconstruction error, a mean of squares per element, in each class.",
        figures.error_by_class(error, labels.values, labels.names),
    )


def kl_per_dimension(analysis):
    kl = analysis.examination.kl
    if kl is None or kl.shape != analysis.examination.z.shape:
        return None
    return Picture(
        "KL by dimension",
        "How much each latent dimension tells of an example.",
        figures.kl_per_dimension(kl),
    )


def examples_on_the_map(analysis):
    return Picture(
        "Examples on the map",
        "A well-spread part of the examples, where their codes are.",
        _map(analysis, analysis.labels, images=analysis.examination.x),
    )


def reconstructions(analysis):
    rows = _some(analysis, 20)
    x = analysis.examination.x[rows]
    return Picture(
        "Reconstructions",
        "Examples taken at random, and what comes back from their codes.",
        figures.reconstructions(x, analysis.decode(analysis.examination.z[rows], rows)),
    )


def samples(analysis):
    model, y = analysis.examination.model, analysis.examination.y
    if not getattr(model, "prior_is_fitted", True):
        return None
    drawn = model.sample(50, None if y is None else y[_some(analysis, 50)], seed=analysis.seed)
    return Picture("Samples", "Codes drawn from the prior, decoded.", figures.samples(drawn))


def interpolations(analysis):
    rows = _some(analysis, 10)
    a, b = rows[::2][: len(rows) // 2], rows[1::2]
    z = analysis.examination.z
    paths = latent_space.interpolate(z[a], z[b], steps=10)
    images = analysis.decode(paths.reshape(-1, z.shape[1]), np.repeat(a, 10))
    return Picture(
        "Interpolations",
        "On a straight line from the code of one example to that of another.",
        figures.interpolations(images.reshape(*paths.shape[:2], *images.shape[1:])),
    )


def traversals(analysis):
    examined = analysis.examination
    tells = examined.z.var(axis=0)
    if examined.kl is not None and examined.kl.shape == examined.z.shape:
        tells = examined.kl.mean(axis=0)
    dims = np.sort(np.argsort(-tells, kind="stable")[:TRAVERSED])
    centre, width = examined.z.mean(axis=0), 3 * examined.z.std(axis=0)
    ends = centre[dims] - width[dims], centre[dims] + width[dims]
    condition = None if examined.y is None else examined.y[_some(analysis, 1)[0]]
    images = latent_space.traverse(examined.model, centre, dims, ends, steps=9, y=condition)
    chosen = f" The {TRAVERSED} that tell most." if len(dims) < len(centre) else ""
    return Picture(
        "Traversals",
        "From the mean code, each dimension moves by 3 standard deviations of all codes to "
        f"either side.{chosen}",
        figures.traversals(images, dims),
    )


def manifold(analysis):
    examined = analysis.examination
    if tuple(examined.model.latent.event_shape) != (2,):
        return None
    condition = None if examined.y is None else examined.y[_some(analysis, 1)[0]]
    return Picture(
        "The plane of codes",
        "Decoded at the quantiles of a standard normal.",
        figures.manifold(examined.model, y=condition),
    )


def cluster_sheet(analysis):
    examined, clusters, labels = analysis.examination, analysis.clusters, analysis.labels
    if len(clusters.centers) == 0:
        return None
    nearest = [np.square(examined.z - center).sum(axis=1).argmin() for center in clusters.centers]
    return Picture(
        "Clusters",
        "The centre of each cluster, decoded, and the members whose codes are nearest to it.",
        figures.cluster_sheet(
            examined.x,
            examined.z,
            clusters.labels,
            clusters.centers,
            analysis.decode(clusters.centers, nearest),
            None if labels is None else labels.values,
            None if labels is None else labels.names,
        ),
    )


def hardest(analysis):
    return Picture(
        "Hardest and easiest examples",
        "Those with the largest and the smallest reconstruction error.",
        _extremes(analysis, analysis.unusual["reconstruction_error"], "reconstruction error"),
    )


def most_unusual(analysis):
    return Picture(
        "Most and least unusual examples",
        "Those with the largest and the smallest distance to the tenth nearest other code.",
        _extremes(analysis, analysis.unusual["neighbour_distance"], "distance"),
    )


def _map(analysis, labels, images=None):
    return figures.latent_scatter(
        analysis.projection.points,
        None if labels is None else labels.values,
        None if labels is None else labels.names,
        images=images,
        axis_names=analysis.axis_names,
    )


def _some(analysis, count):
    """Rows taken at random, the same for all pictures."""
    return np.random.default_rng(analysis.seed).permutation(len(analysis.examination))[:count]


def _extremes(analysis, values, name):
    order = np.argsort(values, kind="stable")
    rows = np.unique(np.concatenate([order[:EXTREMES], order[-EXTREMES:]]))
    examined = analysis.examination
    x_hat = analysis.decode(examined.z[rows], rows)
    return figures.extremes(examined.x[rows], x_hat, values[rows], name, EXTREMES)


OF_CODES = (
    codes_by_label,
    codes_by_cluster,
    number_of_clusters,
    confusion,
    error_by_class,
    kl_per_dimension,
)
OF_IMAGES = (
    examples_on_the_map,
    reconstructions,
    samples,
    interpolations,
    traversals,
    manifold,
    cluster_sheet,
    hardest,
    most_unusual,
)
