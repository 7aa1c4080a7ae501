import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ...autoencoder.autoencoder import Autoencoder


def atoms_of(model: "Autoencoder") -> np.ndarray:
    """What each feature of a model writes, `(latent_dim, output_dim)`.

    A dictionary has `atoms`, of a crosscoder those of all layers side by side. Of another model
    whose codes are vectors it is what a code with this one element, of 1, is decoded to, beyond
    what a code of zeros is.

    Raises:
        ValueError: If codes are maps, or it takes a condition to decode them.
    """
    atoms = getattr(model, "atoms", None)
    if atoms is not None:
        return np.asarray(atoms).reshape(len(atoms), -1)
    shape = tuple(model.latent.event_shape)
    if len(shape) != 1 or model.condition is not None:
        reason = "a condition" if len(shape) == 1 else f"codes of shape {shape}"
        raise ValueError(
            "Expected a model with features: a dictionary, or one without a condition whose codes "
            f"are vectors. Received: {type(model).__name__} with {reason}."
        )
    nothing = model.decode(np.zeros((1, *shape), "float32"))
    each = model.decode(np.eye(shape[0], dtype="float32")) - nothing
    return each.reshape(shape[0], math.prod(model.target_shape))
