"""The pictures of an analysis that models of images have; each function gives one, or `None`."""

import math

import numpy as np

from ... import figures
from .picture import Picture, some_rows
from .pictures_of_codes import labeled_map
from .pictures_of_walks import WALK_PICTURES

EXTREMES = 8


def examples_on_the_map(analysis):
    return Picture(
        "Examples on the map",
        "A well-spread part of the examples, where their codes are.",
        labeled_map(analysis, images=analysis.examination.x),
    )


def reconstructions(analysis):
    rows = some_rows(analysis, 20)
    x = analysis.examination.x[rows]
    return Picture(
        "Reconstructions",
        "Examples taken at random, and what comes back from their codes.",
        figures.reconstructions(x, analysis.decode(analysis.examination.z[rows], rows)),
    )


def code_maps(analysis):
    examined, rows = analysis.examination, some_rows(analysis, 10)
    if examined.indices is None:
        return None
    latent, z = examined.model.latent, examined.z[rows]
    maps = latent.by_level(examined.indices[rows])
    if any(each.ndim < 3 for each in maps.values()):
        return None
    ends = np.cumsum([math.prod(each.event_shape) for each in latent.of_places()])[:-1]
    codes = {
        name: own.reshape(*maps[name].shape, -1)
        for name, own in zip(maps, np.split(z, ends, axis=1))
        if maps[name].ndim == 3
    }
    first = {name: each.reshape(*each.shape[:3], -1)[..., 0] for name, each in maps.items()}
    return Picture(
        "Maps of codes",
        "Examples taken at random, a color for the code at each place, and what comes back of "
        "these. "
        + ("" if len(maps) == 1 else f"Of several levels one below the other: {', '.join(maps)}. ")
        + ("" if len(codes) == len(maps) else "Of several codes at a place, the first."),
        figures.code_maps(examined.x[rows], first, analysis.decode(z, rows), codes),
    )


def samples(analysis):
    model, y = analysis.examination.model, analysis.examination.y
    if not getattr(model, "prior_is_fitted", True):
        return None
    drawn = model.sample(50, None if y is None else y[some_rows(analysis, 50)], seed=analysis.seed)
    return Picture("Samples", "Codes drawn from the prior, decoded.", figures.samples(drawn))


def samples_of(analysis, name, prior):
    """Samples of another prior than the model's own; a column a class where it has ten."""
    model, y = analysis.examination.model, analysis.examination.y
    y = None if y is None else y[some_rows(analysis, 50)]
    if y is None and prior.is_conditional:
        y = np.arange(50) % prior.num_classes
    drawn = model.sample(50, y, seed=analysis.seed, prior=prior)
    caption = f"Codes drawn from {type(prior).__name__}, fitted afterwards, decoded."
    return Picture(f"Samples: {name}", caption, figures.samples(drawn))


def cluster_sheet(analysis):
    examined, clusters, labels = analysis.examination, analysis.clusters, analysis.labels
    if len(clusters.centers) == 0:
        return None
    nearest = [np.square(examined.z - center).sum(axis=1).argmin() for center in clusters.centers]
    return Picture(
        "Clusters",
        "The center of each cluster, decoded, and the members whose codes are nearest to it.",
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
        _extremes(analysis, analysis.unusual["neighbor_distance"], "distance"),
    )


def _extremes(analysis, values, name):
    order = np.argsort(values, kind="stable")
    rows = np.unique(np.concatenate([order[:EXTREMES], order[-EXTREMES:]]))
    examined = analysis.examination
    x_hat = analysis.decode(examined.z[rows], rows)
    return figures.extremes(examined.x[rows], x_hat, values[rows], name, EXTREMES)


IMAGE_PICTURES = (
    examples_on_the_map,
    reconstructions,
    code_maps,
    samples,
    *WALK_PICTURES,
    cluster_sheet,
    hardest,
    most_unusual,
)
