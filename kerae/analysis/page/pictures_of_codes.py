"""The pictures of an analysis that any model has; each function gives one, or `None`."""

from ... import figures
from .picture import Picture


def codes_by_label(analysis):
    if analysis.labels is None:
        return None
    return Picture("Codes by label", "The same map.", labeled_map(analysis))


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


def code_usage(analysis):
    return _usage_of_level(analysis, 0)


def code_usage_below(analysis):
    return _usage_of_level(analysis, 1)


def _usage_of_level(analysis, number):
    indices, latent = analysis.examination.indices, analysis.examination.model.latent
    if indices is None or number >= len(latent.of_places()):
        return None
    name, own = list(latent.by_level(indices).items())[number]
    return Picture(
        f"Use of codes: {name}" if name else "Use of codes",
        "How often each discrete code was chosen at any place, the most frequent first.",
        figures.code_usage(own, latent.of_places()[number].num_codes),
    )


def labeled_map(analysis, images=None):
    labels = analysis.labels
    return figures.latent_scatter(
        analysis.projection.points,
        None if labels is None else labels.values,
        None if labels is None else labels.names,
        images=images,
        axis_names=analysis.axis_names,
    )


CODE_PICTURES = (
    codes_by_label,
    codes_by_cluster,
    number_of_clusters,
    confusion,
    error_by_class,
    kl_per_dimension,
    code_usage,
    code_usage_below,
)
