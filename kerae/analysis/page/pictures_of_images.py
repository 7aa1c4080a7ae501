"""The pictures of an analysis that models of images have; each function gives one, or `None`."""

import numpy as np

from ... import figures, latent_space
from .picture import Picture
from .pictures_of_codes import labeled_map

TRAVERSED = 10  # dimensions
MOST_CATEGORIES = 20  # in a row
EXTREMES = 8


def examples_on_the_map(analysis):
    return Picture(
        "Examples on the map",
        "A well-spread part of the examples, where their codes are.",
        labeled_map(analysis, images=analysis.examination.x),
    )


def reconstructions(analysis):
    rows = _some(analysis, 20)
    x = analysis.examination.x[rows]
    return Picture(
        "Reconstructions",
        "Examples taken at random, and what comes back from their codes.",
        figures.reconstructions(x, analysis.decode(analysis.examination.z[rows], rows)),
    )


def code_maps(analysis):
    examined, rows = analysis.examination, _some(analysis, 10)
    if examined.indices is None or examined.indices.ndim < 3:
        return None
    indices = examined.indices[rows]
    is_one_a_place = indices.ndim == 3  # of several, the first
    z = examined.z[rows]
    return Picture(
        "Maps of codes",
        "Examples taken at random, a color for the code at each place, and what comes back of "
        "these. " + ("" if is_one_a_place else "Of several codes at a place, the first."),
        figures.code_maps(
            examined.x[rows],
            indices.reshape(*indices.shape[:3], -1)[..., 0],
            analysis.decode(z, rows),
            z.reshape(*indices.shape, -1) if is_one_a_place else None,
        ),
    )


def samples(analysis):
    model, y = analysis.examination.model, analysis.examination.y
    if not getattr(model, "prior_is_fitted", True):
        return None
    drawn = model.sample(50, None if y is None else y[_some(analysis, 50)], seed=analysis.seed)
    return Picture("Samples", "Codes drawn from the prior, decoded.", figures.samples(drawn))


def samples_of(analysis, name, prior):
    """Samples of another prior than the model's own; a column a class where it has ten."""
    model, y = analysis.examination.model, analysis.examination.y
    y = None if y is None else y[_some(analysis, 50)]
    if y is None and prior.is_conditional:
        y = np.arange(50) % prior.num_classes
    drawn = model.sample(50, y, seed=analysis.seed, prior=prior)
    caption = f"Codes drawn from {type(prior).__name__}, fitted afterwards, decoded."
    return Picture(f"Samples: {name}", caption, figures.samples(drawn))


def interpolations(analysis):
    rows = _some(analysis, 10)
    a, b = rows[::2][: len(rows) // 2], rows[1::2]
    z = analysis.examination.z
    geometry = analysis.examination.model.latent.geometry
    paths = latent_space.interpolate(z[a], z[b], 10, geometry)
    images = analysis.decode(paths.reshape(-1, z.shape[1]), np.repeat(a, 10))
    return Picture(
        "Interpolations",
        f"On {geometry.way} from the code of one example to that of another.",
        figures.interpolations(images.reshape(*paths.shape[:2], *images.shape[1:])),
    )


def traversals(analysis):
    examined = analysis.examination
    places = np.array(examined.model.latent.continuous_dimensions, int)
    if not len(places):
        return None
    tells = examined.z.var(axis=0)
    if examined.kl is not None and examined.kl.shape == examined.z.shape:
        tells = examined.kl.mean(axis=0)
    dims = np.sort(places[np.argsort(-tells[places], kind="stable")[:TRAVERSED]])
    center, width = _center(examined), 3 * examined.z.std(axis=0)
    ends = center[dims] - width[dims], center[dims] + width[dims]
    condition = None if examined.y is None else examined.y[_some(analysis, 1)[0]]
    images = latent_space.traverse(examined.model, center, dims, ends, steps=9, y=condition)
    chosen = f" The {TRAVERSED} that tell most." if len(dims) < len(places) else ""
    return Picture(
        "Traversals",
        "From the mean code, each dimension moves by 3 standard deviations of all codes to "
        f"either side.{chosen}",
        figures.traversals(images, dims),
    )


def categories(analysis):
    examined = analysis.examination
    places = examined.model.latent.categorical_variables
    alike = [number for number, each in enumerate(places) if len(each) == len(places[0])]
    if not alike:
        return None
    tells = [examined.z[:, places[number]].var(axis=0).sum() for number in alike]
    chosen = np.sort(np.array(alike)[np.argsort(-np.array(tells), kind="stable")[:TRAVERSED]])
    condition = None if examined.y is None else examined.y[_some(analysis, 1)[0]]
    images = latent_space.traverse_categories(examined.model, _center(examined), chosen, condition)[
        :, :MOST_CATEGORIES
    ]
    some = f" Of {len(places)} variables those that vary most." if len(chosen) < len(places) else ""
    return Picture(
        "Categories",
        f"From the mean code and the most frequent categories, one variable changes.{some}",
        figures.category_traversals(images, chosen),
    )


def manifold(analysis):
    examined = analysis.examination
    latent = examined.model.latent
    if tuple(latent.event_shape) != (2,) or latent.categorical_variables:
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


def _center(examined):
    """The mean code, of categorical variables the most frequent category."""
    center = examined.z.mean(axis=0)
    for each in examined.model.latent.categorical_variables:
        center[each] = np.arange(len(each)) == center[each].argmax()
    return center


def _some(analysis, count):
    """Rows taken at random, the same for all pictures."""
    return np.random.default_rng(analysis.seed).permutation(len(analysis.examination))[:count]


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
    interpolations,
    traversals,
    categories,
    manifold,
    cluster_sheet,
    hardest,
    most_unusual,
)
