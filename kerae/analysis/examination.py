"""What a model makes of each example, in one pass."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autoencoder.in_batches import BATCH_SIZE, in_batches
from ..autoencoder.measured import measured
from ..checks.arguments import checked
from ..checks.types import Rows
from .short_repr import ShortRepr

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@dataclass(frozen=True, repr=False)
class Examination(ShortRepr):
    """What a model makes of each of n examples; see `examine`.

    Args:
        model: `kerae.Autoencoder`.
        x: Array `(n, *target_shape)`, what reconstructions are compared with: for most models the
            examples as the model sees them.
        y: What the model is conditioned on, `(n, ...)`, or `None`.
        z: Array `(n, latent_dim)`, the codes: means of q(z|x), if it is a density.
        z_drawn: Array `(n, latent_dim)`, one draw from each q(z|x); else the codes again.
        error: Array `(n,)`, the mean over values of (x - x_hat)^2, x_hat decoded from `z`.
        reconstruction: Array `(n,)`, - log p(x|z_drawn) in nats.
        kl: Array `(n, latent_dim)`, the KL(q(z_j|x) || p(z_j)) in nats, or `(n, 1)` where only
            their sum is known; `None` for codes without a density.
        log_variance: Array `(n, latent_dim)`, of the q(z|x) of `kerae.latents.Normal`, else `None`.
        indices: Array `(n, *places)` of the numbers of discrete codes, or `None` without a
            quantizer.
        x_hat: Array `(n, *target_shape)`, where reconstructions are more than what `z` is decoded
            to, as with the skip of a `kerae.Transcoder`; else `None`.
    """

    model: Any
    x: np.ndarray
    y: np.ndarray | None
    z: np.ndarray
    z_drawn: np.ndarray
    error: np.ndarray
    reconstruction: np.ndarray
    kl: np.ndarray | None
    log_variance: np.ndarray | None = None
    indices: np.ndarray | None = None
    x_hat: np.ndarray | None = None

    @property
    def negative_elbo(self):
        """- ELBO = reconstruction + KL in nats, `(n,)`; `None` for codes without a density."""
        return None if self.kl is None else self.reconstruction + self.kl.sum(axis=1)

    def __len__(self) -> int:
        return len(self.z)


@checked
def examine(
    model: "Autoencoder", x: Rows, y: Rows | None = None, batch_size: int = BATCH_SIZE
) -> "Examination":
    """Encodes examples, decodes them again, and measures each.

    Codes of several axes are flattened. The same example gives the same numbers at every call.

    Args:
        model: `kerae.Autoencoder`.
        x: Array `(n, *input_shape)`.
        y: Array of the labels or vectors that a conditional model is conditioned on.
        batch_size: Integer, the number of examples computed at once.
    Returns:
        `Examination`.

    Example:

    >>> model = kerae.VAE((8, 8, 1), latent_dim=2)
    >>> examined = kerae.analysis.examine(model, np.zeros((5, 8, 8, 1), "float32"))
    >>> examined.kl.shape, examined.negative_elbo.shape
    ((5, 2), (5,))

    Raises:
        ValueError: If the data do not fit the model.
    """

    arrays = model.checked_inputs(x, y, target=True)
    result = in_batches(model, partial(measured, model=model), arrays, batch_size)
    return Examination(
        model=model,
        x=model.targets_in_batches(*arrays),
        y=arrays[1] if model.condition is not None else None,
        **{"kl": None} | result,
    )
