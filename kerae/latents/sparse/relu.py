from typing import TYPE_CHECKING

import keras
from keras import ops

from ...checks.types import Tensor
from .sparse import Sparse

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term


@keras.saving.register_keras_serializable("kerae.latents")
class ReLU(Sparse):
    """The features that are positive, made few by a penalty on their sum.

        z_j = max(h_j, 0),   penalty = sum over units j of z_j |d_j|

    with the length of the atom of each unit, without which a long atom would make up for a small
    code; see `kerae.terms.DictionarySparsity`.

    Args:
        **kwargs: `dead_after`, as for all sparse latents.

    Example:

    >>> latent = kerae.latents.ReLU()
    >>> np.asarray(latent.mode(latent(np.array([[3.0, -1.0]], "float32"))))
    array([[3., 0.]], dtype=float32)

    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features;
        Conerly et al., 2024, https://transformer-circuits.pub/2024/april-update (lengths of atoms)
    """

    default_weight = 1.0

    def terms(self, weight: "Weight") -> "list[Term]":
        from ...terms import DictionarySparsity

        return [DictionarySparsity(weight)]

    def code(self, features: Tensor) -> Tensor:
        return ops.relu(features)
