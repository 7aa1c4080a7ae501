"""Paths through the space of codes, as NumPy arrays."""

import numpy as np


def interpolate(z_a, z_b, steps=10, method="linear"):
    """Codes on the way from `z_a` to `z_b`, both included.

        linear:  (1 - t) a + t b
        slerp:   sin((1 - t) omega) / sin(omega) a + sin(t omega) / sin(omega) b,
                 omega the angle between a and b

    Args:
        z_a: Array `(n, latent_dim)`.
        z_b: Array of the same shape.
        steps: Integer of at least 2, the number of codes.
        method: `"linear"`, or `"slerp"`, which keeps the length of codes between those of its
            ends, as codes of many dimensions are all about equally long.
    Returns:
        Array `(n, steps, latent_dim)`.

    Example:

    >>> kerae.latent_space.interpolate(np.zeros((1, 1)), np.ones((1, 1)), steps=3)[0, :, 0]
    array([0. , 0.5, 1. ])

    Raises:
        ValueError: If the shapes differ, `steps` is below 2 or the method is unknown.
    Reference:
        Spherical interpolation: White, 2016, https://arxiv.org/abs/1609.04468
    """
    z_a, z_b = np.asarray(z_a), np.asarray(z_b)
    if z_a.shape != z_b.shape:
        raise ValueError(
            f"Expected as many codes at both ends. Received: {z_a.shape} and {z_b.shape}."
        )
    if steps < 2:
        raise ValueError(f"Expected `steps` of at least 2. Received: {steps}")
    if method not in ("linear", "slerp"):
        raise ValueError(f'Expected `method` "linear" or "slerp". Received: {method!r}')
    a, b = z_a[:, None, :], z_b[:, None, :]
    t = np.linspace(0.0, 1.0, steps, dtype=np.result_type(z_a, np.float32))[None, :, None]
    if method == "linear":
        return (1 - t) * a + t * b
    lengths = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True) / np.maximum(lengths, 1e-12)
    omega = np.arccos(np.clip(cosine, -1.0, 1.0))
    # Nearly parallel codes, where the formula divides by zero, lie on a straight line.
    straight = np.sin(omega) < 1e-4
    safe = np.where(straight, 1.0, omega)
    curved = (np.sin((1 - t) * safe) * a + np.sin(t * safe) * b) / np.sin(safe)
    return np.where(straight, (1 - t) * a + t * b, curved)
