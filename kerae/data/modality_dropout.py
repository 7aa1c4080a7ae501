from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.types import Tensor
from ..noise.fresh import FreshNoise
from ..ops.packing import Packing, presence
from ..part import Part


@keras.saving.register_keras_serializable("kerae.data")
class ModalityDropout(Part):
    """Leaves modalities of packed arrays out in training, as `preprocessing=` of a model.

    Of M modalities an example keeps one of the 2^M - 1 subsets that are not empty, drawn anew at
    every step, each as likely as another; where none of those it keeps is there, it keeps what is.
    Outside of training nothing is left out.

    So a model of two modalities trains on the mean of the ELBOs of both, of the first and of the
    second, which is a third of the paper's sum of them. Of more modalities the paper adds to the
    ELBO of all and of each alone those of some subsets, drawn at random.

    Args:
        modalities: Dict of the shape of one example of each modality, by its name, as of
            `kerae.MultimodalVAE`.

    Call arguments:
        x: Tensor `(batch, size)`, packed as by `kerae.MultimodalVAE.pack`.
        training: Boolean, whether modalities are left out.

    Example:

    >>> layer = kerae.data.ModalityDropout({"image": (2,), "label": (1,)})
    >>> x = np.array([[0.3, 0.6, 1, 1, 1]], "float32")  # two flags: both are there
    >>> np.asarray(layer(x)).tolist() == x.tolist()
    True

    Raises:
        ValueError: If `modalities` is no dict of at least two names and shapes.
    Reference:
        Wu and Goodman, 2018, https://arxiv.org/abs/1802.05335 (sub-sampled training)
    """

    def __init__(self, modalities: dict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.packing = Packing(modalities)
        self.modalities = self.packing.shapes
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x: Tensor, training: bool = False):
        if not training:
            return x
        sizes = self.packing.sizes
        count = len(sizes)
        noise = FreshNoise(self.seed_generator, ops.shape(x)[0])
        subset = 1 + ops.floor((2**count - 1) * noise.uniform((1,)))  # its bits: what is kept
        kept = ops.floor(subset / 2.0 ** ops.arange(count, dtype="float32")) % 2
        anything = ops.any(kept * presence(self.packing.flags(x)) > 0, axis=1, keepdims=True)
        kept = ops.cast(ops.where(anything, kept, 1), x.dtype)
        modality = np.concatenate([np.repeat(np.arange(count), sizes), np.arange(count)])
        return x * ops.take(kept, modality, axis=1)
