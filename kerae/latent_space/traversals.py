"""What single dimensions and categories of a code do, decoded."""

from typing import TYPE_CHECKING

import numpy as np

from ..checks.arguments import checked
from ..checks.codes import as_dimensions, as_ends, as_one_code
from ..checks.numbers import check_count
from ..checks.types import ArrayLike

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@checked
def traverse(
    model: "Autoencoder",
    z: ArrayLike,
    dims: ArrayLike | None = None,
    range: tuple = (-3.0, 3.0),
    steps: int = 10,
    y: ArrayLike | None = None,
) -> np.ndarray:
    """What each latent dimension does: decodes a code while one dimension after another moves.

    Args:
        model: `kerae.Autoencoder`.
        z: Array `(latent_dim,)`, the code that the dimensions which do not move keep. A code of
            several axes may be given flat, or as it is.
        dims: Sequence of integers, the dimensions that move, of a flat code. Defaults to all but
            those of categorical variables, of which `traverse_categories` shows what each does.
        range: Pair of floats, the first and the last value of the dimension that moves, or of
            arrays `(dims,)`, for each its own.
        steps: Integer, the number of values.
        y: The label or vector that a conditional model is conditioned on.
    Returns:
        Array `(dims, steps, *data_shape)`, as `kerae.figures.traversals` draws it.

    Example:

    >>> model = kerae.VAE((8, 8, 1), latent_dim=3)
    >>> kerae.latent_space.traverse(model, np.zeros(3), dims=[0, 2], steps=5).shape
    (2, 5, 8, 8, 1)

    Raises:
        ValueError: If `z` is no code of the model, or there is no such dimension, or none by
            default.
    Reference:
        Higgins et al., 2017, https://openreview.net/forum?id=Sy2fzU9gl
    """
    z = as_one_code(z, model.latent.event_shape)
    if dims is None:
        dims = model.latent.continuous_dimensions
        if not dims:
            raise ValueError(
                "Expected a code with dimensions that are no categories. Received: one of "
                f"{len(model.latent.categorical_variables)} categorical variables alone. Call "
                "`traverse_categories`, or say which `dims`."
            )
    dims = as_dimensions(dims, len(z))
    check_count("steps", steps)
    codes = np.tile(z, (len(dims), steps, 1))
    codes[np.arange(len(dims)), :, dims] = np.linspace(*as_ends(range, len(dims)), steps).T
    codes = model.latent.geometry.onto(codes)
    decoded = model.decode(codes.reshape(-1, *model.latent.event_shape), y)
    return decoded.reshape(len(dims), steps, *decoded.shape[1:])


@checked
def traverse_categories(
    model: "Autoencoder",
    z: ArrayLike,
    variables: ArrayLike | None = None,
    y: ArrayLike | None = None,
) -> np.ndarray:
    """What each category does: decodes a code with one category after another of a variable.

    Args:
        model: `kerae.Autoencoder` whose codes have categorical variables, such as
            `kerae.CategoricalVAE` and `kerae.JointVAE`.
        z: Array `(latent_dim,)`, the code that keeps all but one variable.
        variables: Sequence of integers, the variables that change, of as many categories each.
            Defaults to all.
        y: The label or vector that a conditional model is conditioned on.
    Returns:
        Array `(variables, categories, *data_shape)`, as `kerae.figures.traversals` draws it.

    Example:

    >>> model = kerae.CategoricalVAE((8, 8, 1), num_variables=2, num_categories=3)
    >>> kerae.latent_space.traverse_categories(model, np.zeros(6)).shape
    (2, 3, 8, 8, 1)

    Raises:
        ValueError: If `z` is no code of the model, or there are no such variables.
    Reference:
        Dupont, 2018, https://arxiv.org/abs/1804.00104
    """
    z = as_one_code(z, model.latent.event_shape)
    places = model.latent.categorical_variables
    if not places:
        raise ValueError(
            "Expected a model with categorical variables, such as kerae.JointVAE. Received: codes "
            f"of {type(model.latent).__name__}. Call `traverse`."
        )
    chosen = [places[number] for number in as_dimensions(variables, len(places), "variables")]
    sizes = sorted({len(each) for each in chosen})
    if len(sizes) != 1:
        raise ValueError(
            f"Expected `variables` of as many categories each. Received: some of {sizes}. Ask for "
            "those of each number by themselves."
        )
    count = sizes[0]
    codes = np.tile(z, (len(chosen), count, 1))
    for of_variable, each in zip(codes, chosen):
        of_variable[:, each] = np.eye(count)
    decoded = model.decode(codes.reshape(-1, *model.latent.event_shape), y)
    return decoded.reshape(len(chosen), count, *decoded.shape[1:])
