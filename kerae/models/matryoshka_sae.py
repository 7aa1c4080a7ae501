from collections.abc import Sequence
from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..latents.sparse import BatchTopK
from ..latents.sparse.named import get
from ..schedules import Weight
from ..terms import (
    L0,
    AuxiliaryReconstruction,
    DeadUnits,
    ExplainedVariance,
    NestedError,
    SquaredError,
)
from .composition import composed
from .dictionary import Dictionary, dictionary_parts, dictionary_terms


@keras.saving.register_keras_serializable("kerae")
class MatryoshkaSAE(Dictionary, Autoencoder):
    """Matryoshka SAE: a dictionary whose first atoms are a smaller dictionary by themselves.

        loss = |s x - s x_hat|^2 + sum over sizes m of |s x - s x_hat_m|^2 [+ weight * AuxK]
        s x_hat_m = sum over the first m units j of z_j d_j + b

    per example, with the codes of `kerae.latents.BatchTopK` of all units. What is general has to be
    in the first atoms, and is not split among the later ones.

    Args:
        input_dim: Integer, the size of an example.
        latent_dim: Integer, the number of atoms, and of code units.
        sizes: Sequence of integers that rise, the numbers m of atoms, all below `latent_dim`.
            Defaults to 1/16, 1/8, 1/4 and 1/2 of them.
        k: Integer, the mean number of active units of an example. Defaults to 32.
        aux_weight: Float or schedule, the weight of AuxK, which trains dead units. Defaults
            to 1/32 of the elements of an example for activations that keep k units, else to none.
        lengths: What holds of the atoms: `"unit"`, `"divided"` or `"free"`; see
            `kerae.networks.DictionaryDecoder`. Defaults to `"unit"`.
        center: Where b starts: `"mean"`, `"median"` for the geometric median, or `None` for 0.
            Defaults to `"mean"`.
        scaled: Boolean, whether there is a scale s other than 1. Defaults to true.
        dead_after: Integer, the examples after which a unit without activity is dead. Defaults to
            100,000.
        **kwargs: `terms`, in the place of all of these, `name` and `dtype`.

    Attributes:
        atoms: Array `(latent_dim, input_dim)`, what a code of 1 of each unit adds to an example.

    Example:

    >>> model = kerae.MatryoshkaSAE(input_dim=16, latent_dim=64, sizes=(8, 32), k=4)
    >>> model.encode(np.zeros((3, 16), "float32")).shape
    (3, 64)

    Raises:
        ValueError: If a size is not positive, or they do not rise.
    Reference:
        Bussmann et al., 2025, https://arxiv.org/abs/2503.17547
    """

    parts = (
        AuxiliaryReconstruction,
        BatchTopK,
        DeadUnits,
        ExplainedVariance,
        L0,
        NestedError,
        SquaredError,
    )
    passed_on = ("terms",)

    def __init__(
        self,
        input_dim: int,
        latent_dim: int,
        sizes: Sequence[int] | None = None,
        k: int | None = None,
        aux_weight: Weight | None = None,
        lengths: str = "unit",
        center: str | None = "mean",
        scaled: bool = True,
        dead_after: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_count("input_dim", input_dim)
        check_count("latent_dim", latent_dim)
        if sizes is None:
            sizes = sorted({latent_dim // part for part in (16, 8, 4, 2)} - {0})
        sizes = checked_shape("sizes", sizes)
        latent = get("batchtopk", k, dead_after)
        of_all, *others = dictionary_terms(latent, input_dim, aux_weight=aux_weight)
        terms = [of_all, NestedError(sizes), *others]
        weights: Any = {"aux_weight": aux_weight}
        shape = (input_dim,)
        super().__init__(
            shape,
            **dictionary_parts(shape, latent, latent_dim, lengths, center),
            **composed(self, kwargs, latent, terms, **weights),
        )
        self.input_dim = input_dim
        self.latent_dim = latent_dim
        self.sizes = sizes
        self.k = k
        self.aux_weight = aux_weight
        self.lengths = lengths
        self.center = center
        self.scaled = scaled
        self.dead_after = dead_after
