import numpy as np

from ...codes import as_codes


def as_new_codes(z, latent_dim):
    """Codes for what was fitted to others, checked; one is enough.

    Raises:
        ValueError: If they have other dimensions or are not finite.
    """
    z = np.asarray(z)
    if z.ndim != 2 or len(z) == 0 or z.shape[1] != latent_dim:
        raise ValueError(
            f"Expected codes of shape (m, {latent_dim}), as those that the method was fitted to. "
            f"Received: shape {z.shape}."
        )
    return as_codes(np.repeat(z, 2, axis=0))[:1] if len(z) == 1 else as_codes(z)
