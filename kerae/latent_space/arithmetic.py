"""Arithmetic and paths in the space of codes, as NumPy arrays."""

import math
from typing import TYPE_CHECKING

import numpy as np

from ..checks.arguments import checked
from ..checks.given import as_array
from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from ..geometry import Euclidean, Geometry, Sphere

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

METHODS = {"linear": Euclidean(), "slerp": Sphere()}


@checked
def interpolate(
    z_a: ArrayLike, z_b: ArrayLike, steps: int = 10, method: str | Geometry = "linear"
) -> np.ndarray:
    """Codes on the way from `z_a` to `z_b`, both included.

        linear:  (1 - t) a + t b
        slerp:   sin((1 - t) omega) / sin(omega) a + sin(t omega) / sin(omega) b,
                 omega the angle between a and b

    or the shortest way in the space that codes lie in, such as `model.latent.geometry`.

    Args:
        z_a: Array `(n, latent_dim)`, or of codes of several axes, `(n, *event_shape)`.
        z_b: Array of the same shape.
        steps: Integer of at least 2, the number of codes.
        method: `"linear"`, or `"slerp"`, which keeps the length of codes between those of its
            ends, as codes of many dimensions are all about equally long; or a
            `kerae.geometry.Geometry`.
    Returns:
        Array `(n, steps, latent_dim)`, or `(n, steps, *event_shape)`.

    Example:

    >>> kerae.latent_space.interpolate(np.zeros((1, 1)), np.ones((1, 1)), steps=3)[0, :, 0]
    array([0. , 0.5, 1. ])

    Raises:
        ValueError: If the shapes differ, `steps` is below 2 or the method is unknown.
    Reference:
        Spherical interpolation: White, 2016, https://arxiv.org/abs/1609.04468
    """
    z_a, z_b = as_array(z_a, "z_a"), as_array(z_b, "z_b")
    if z_a.shape != z_b.shape:
        raise ValueError(
            f"Expected `z_a` and `z_b` of one shape. Received: {z_a.shape} and {z_b.shape}."
        )
    check_count("steps", steps, 2)
    if z_a.ndim < 2:
        received = f"shape {z_a.shape}. Give one code as a batch, `z[None]`."
        raise ValueError(f"Expected codes of shape (n, latent_dim). Received: {received}")
    geometry = METHODS.get(method, method) if isinstance(method, str) else method
    if not isinstance(geometry, Geometry):
        raise ValueError(
            'Expected `method` "linear" or "slerp", or a geometry such as `model.latent.geometry`. '
            f"Received: {method!r}"
        )
    a, b = (z.reshape(len(z), 1, math.prod(z.shape[1:])) for z in (z_a, z_b))
    t = np.linspace(0.0, 1.0, steps, dtype=np.result_type(a, np.float32))[None, :, None]
    return geometry.path(a, b, t).reshape(len(z_a), steps, *z_a.shape[1:])


def midpoint(z_a: ArrayLike, z_b: ArrayLike) -> np.ndarray:
    """The codes halfway between `z_a` and `z_b`: (a + b) / 2.

    Args:
        z_a: Array `(n, latent_dim)`, or `(n, *event_shape)`.
        z_b: Array of the same shape.
    Returns:
        Array of the same shape.

    Example:

    >>> kerae.latent_space.midpoint(np.array([[0.0, 2.0]]), np.array([[1.0, 4.0]]))
    array([[0.5, 3. ]])

    Raises:
        ValueError: If the shapes differ.
    """
    return interpolate(z_a, z_b, steps=3)[:, 1]


@checked
def attribute_vector(model: "Autoencoder", x_with: ArrayLike, x_without: ArrayLike) -> np.ndarray:
    """The direction of an attribute: from the codes of examples without it to those with it.

        v = mean code of `x_with` - mean code of `x_without`

    Args:
        model: `kerae.Autoencoder`.
        x_with: Array `(n, *input_shape)`, examples that have the attribute, such as thick digits.
        x_without: Array `(m, *input_shape)`, examples that do not, best alike in all else.
    Returns:
        Array `(latent_dim,)`, or `event_shape`, for `apply_attribute`.

    Example:

    >>> model = kerae.AE((8, 8, 1), latent_dim=2)
    >>> thick, thin = np.ones((5, 8, 8, 1), "float32"), np.zeros((3, 8, 8, 1), "float32")
    >>> kerae.latent_space.attribute_vector(model, thick, thin).shape
    (2,)

    Raises:
        ValueError: If the data do not fit the model.
    Reference:
        Larsen et al., 2016, https://arxiv.org/abs/1512.09300;
        White, 2016, https://arxiv.org/abs/1609.04468
    """
    return model.encode(x_with).mean(axis=0) - model.encode(x_without).mean(axis=0)


def apply_attribute(z: ArrayLike, vector: ArrayLike, strength: ArrayLike = 1.0) -> np.ndarray:
    """Codes with more of an attribute, or less: z + strength * vector.

    Args:
        z: Array `(n, latent_dim)`, or `(n, *event_shape)`.
        vector: Array `(latent_dim,)`, or `event_shape`, as `attribute_vector` gives it.
        strength: Float; 1 adds the attribute, -1 removes it. Or a sequence of them, such as
            `np.linspace(-1, 1, 9)`.
    Returns:
        Array of the shape of `z`; `(n, steps, …)` for a sequence of strengths.

    Example:

    >>> kerae.latent_space.apply_attribute(np.zeros((1, 2)), np.array([1.0, 2.0]), [-1, 0, 1])
    array([[[-1., -2.],
            [ 0.,  0.],
            [ 1.,  2.]]])

    Raises:
        ValueError: If the shapes do not fit each other.
    """
    z, vector = as_array(z, "z"), as_array(vector, "vector")
    is_one = np.ndim(strength) == 0
    strengths = as_array([strength] if is_one else strength, "strength")
    if z.ndim < 2 or vector.shape != z.shape[1:] or strengths.ndim > 1:
        raise ValueError(
            "Expected `z` of shape (n, latent_dim), `vector` of shape (latent_dim,) and a number "
            f"or a sequence of them as `strength`. Received: shapes {z.shape}, {vector.shape} and "
            f"{np.shape(strength)}."
        )
    strengths = strengths.astype(np.result_type(vector, np.float32))
    moved = z[:, None] + strengths.reshape(-1, *(1,) * vector.ndim) * vector
    return moved[:, 0] if is_one else moved
