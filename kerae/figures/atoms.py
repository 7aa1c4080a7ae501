from typing import TYPE_CHECKING

import numpy as np

from ..checks.codes import as_finite
from ..checks.types import ArrayLike, Shape
from .images import full_columns, image_canvas, is_image
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RED, BLUE = np.array([0.70, 0.09, 0.17]), np.array([0.13, 0.40, 0.67])


@savable
def atoms(atoms: ArrayLike, shape: Shape, title: str = "atoms") -> "Figure":
    """The atoms of a dictionary of images, each as a picture in colors of its own scale.

    Of one channel, white is 0, red is above and blue below, to the largest absolute value of the
    atom; of three, gray is 0.

    Args:
        atoms: Array `(n, output_dim)`, such as some of `model.atoms`.
        shape: Tuple, height, width and channels of the picture.
        title: String.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.atoms(np.eye(64)[:20], (8, 8, 1))
    >>> figure.axes[0].get_title()
    'atoms'

    Raises:
        ValueError: If they are not finite, or no pictures of that shape.
    """
    pictures = atom_pictures(atoms, shape)
    return image_canvas(pictures, full_columns(len(pictures)), title)[0]


def atom_pictures(atoms: ArrayLike, shape: Shape) -> np.ndarray:
    """Atoms as pictures `(n, height, width, 3)` in [0, 1], colored as by `atoms`.

    Raises:
        ValueError: As `atoms`.
    """
    atoms = as_finite(atoms, "atoms")
    if not is_image(shape) or atoms[0].size != np.prod(shape):
        raise ValueError(
            "Expected `shape` to be height, width and 1 or 3 channels, with a number of the atom "
            f"each. Received: {tuple(shape)} for `atoms` of shape {atoms.shape}."
        )
    pictures = atoms.reshape(-1, *shape).astype("float32")
    largest = np.abs(pictures).max(axis=(1, 2, 3), keepdims=True)
    pictures = pictures / np.where(largest > 0, largest, 1)
    if pictures.shape[-1] == 3:
        return 0.5 + 0.5 * pictures
    return 1 - np.maximum(pictures, 0) * (1 - RED) - np.maximum(-pictures, 0) * (1 - BLUE)
