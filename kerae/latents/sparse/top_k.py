from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ...backend import scattered, segment_sum
from ...checks.numbers import check_count
from ...checks.types import Shape, Tensor
from ...ops.rows import are_few
from .sparse import Sparse

if TYPE_CHECKING:
    from ...autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.latents")
class TopK(Sparse):
    """The k largest features of an example, where they are positive; the others are 0.

        z_j = h_j  where  h_j > 0  and  h_j is among the k largest of h,   else 0

    of several that are equal to the k-th largest, as many as make k.

    Args:
        k: Integer, the most units that are active at once. Defaults to 32.
        **kwargs: `dead_after`, as for all sparse latents.

    Example:

    >>> latent = kerae.latents.TopK(k=2)
    >>> features = np.array([[3.0, -1.0, 2.0, 1.0], [0.5, -1.0, -2.0, -3.0]], "float32")
    >>> np.asarray(latent.mode(latent(features)))
    array([[3. , 0. , 2. , 0. ],
           [0.5, 0. , 0. , 0. ]], dtype=float32)

    Raises:
        ValueError: If `k` is below 1, or above the number of features.
    Reference:
        Gao et al., 2024, https://arxiv.org/abs/2406.04093
    """

    chooses = True

    def __init__(self, k: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("k", k)
        self.k = k

    def build_units(self, shape: Shape) -> None:
        check_k(self.k, self.latent_dim)

    def code(self, features: Tensor) -> Tensor:
        # No array of the size of the features is made, or kept for the gradient, but the code.
        values, places = ops.top_k(features, self.k)
        return scattered(ops.relu(values), places, self.latent_dim)

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        if not outputs["training"] or not are_few(self.k, self.latent_dim):
            return super().draw(model, outputs, num_samples)
        features = outputs["posterior"]["features"]
        amounts, places = self.largest(model, outputs, features, self.k)
        flat = (ops.reshape(each, (-1,)) for each in (ops.cast(amounts > 0, "int32"), places))
        self.follow(segment_sum(*flat, self.latent_dim) > 0, ops.shape(places)[0])
        z = scattered(amounts, places, self.latent_dim)
        return {"z": ops.expand_dims(z, 1), "active": (amounts, places)}


def check_k(k: int, latent_dim: int) -> None:
    """Raises a `ValueError` if there are fewer units than are to be active."""
    if k > latent_dim:
        raise ValueError(
            f"Expected `k` of at most {latent_dim}, the number of units. Received: {k}. Take fewer "
            "active units, or more units."
        )
