"""The pictures of an analysis of images on ways through the codes."""

import numpy as np

from ... import figures, latent_space
from .picture import Picture, some_rows

TRAVERSED = 10  # dimensions
MOST_CATEGORIES = 20  # in a row


def interpolations(analysis):
    rows = some_rows(analysis, 10)
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
    center, width = center_of(examined), 3 * examined.z.std(axis=0)
    ends = center[dims] - width[dims], center[dims] + width[dims]
    condition = None if examined.y is None else examined.y[some_rows(analysis, 1)[0]]
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
    condition = None if examined.y is None else examined.y[some_rows(analysis, 1)[0]]
    images = latent_space.traverse_categories(
        examined.model, center_of(examined), chosen, condition
    )[:, :MOST_CATEGORIES]
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
    condition = None if examined.y is None else examined.y[some_rows(analysis, 1)[0]]
    return Picture(
        "The plane of codes",
        "Decoded at the quantiles of a standard normal.",
        figures.manifold(examined.model, y=condition),
    )


def center_of(examined):
    """The mean code, of categorical variables the most frequent category."""
    center = examined.z.mean(axis=0)
    for each in examined.model.latent.categorical_variables:
        center[each] = np.arange(len(each)) == center[each].argmax()
    return center


WALK_PICTURES = (interpolations, traversals, categories, manifold)
