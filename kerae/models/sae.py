from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.numbers import check_count
from ..latents.sparse import Sparse, TopK
from ..latents.sparse.named import get
from ..schedules import Weight
from ..terms import L0, AuxiliaryReconstruction, DeadUnits, ExplainedVariance, SquaredError
from .composition import composed
from .dictionary import Dictionary, dictionary_parts, dictionary_terms


@keras.saving.register_keras_serializable("kerae")
class SAE(Dictionary, Autoencoder):
    """Sparse autoencoder of activations: a dictionary of atoms, of which each example needs few.

        loss = |s x - s x_hat|^2 [+ weight * sparsity of z] [+ weight * AuxK]
        z = activation((s x - b) W + c),   s x_hat = sum over units j of z_j d_j + b

    per example, with weights of their own, and atoms d_j of length 1, of which W starts as the
    transpose. Training starts with b at the mean of the examples, with s, which gives their
    elements the variance 1, and with W times the number with which the first codes explain most; b
    and s are part of the model, which takes and gives data as they are. The activation says what
    keeps codes sparse; of `kerae.latents` there are:

    - `TopK`, which keeps the k largest of each example
    - `BatchTopK`, which keeps as many on average over a batch; see `calibrate`
    - `ReLU`, which keeps what is positive, under a penalty on its sum
    - `JumpReLU`, which keeps what is above thresholds that are learned
    - `Gated`, of which one bias decides what is kept, and another how much of it
    - `PAnneal`, a `ReLU` whose penalty becomes one on the number of what is kept

    Beside the terms are logged `l0`, the number of active units, `explained_variance`, and
    `dead_units`, the part of units that no example has activated for long.

    Args:
        input_dim: Integer, the size of an example.
        latent_dim: Integer, the number of atoms, and of code units.
        activation: The name of one, such as `"topk"` or `"batchtopk"`, or the latent itself.
            Defaults to `"topk"`.
        k: Integer, the active units of an example, for those two. Defaults to 32.
        sparsity_weight: Float or `kerae.schedules.Schedule`, the weight of what makes codes sparse;
            a schedule from 0 is its warm-up. Defaults to that of the activation.
        aux_weight: Float or schedule, the weight of AuxK, which trains dead units. Defaults
            to 1/32 of the elements of an example for activations that keep k units, else to none.
        lengths: What holds of the atoms: `"unit"`, `"divided"` or `"free"`; see
            `kerae.networks.DictionaryDecoder`. Defaults to `"unit"`.
        tied: Boolean, whether W stays the transpose of the atoms. Defaults to false.
        bias: Boolean, whether there is a bias c. Defaults to true.
        center: Where b starts: `"mean"`, `"median"` for the geometric median, or `None` for 0,
            where it also is not subtracted. Defaults to `"mean"`.
        scaled: Boolean, whether there is a scale s other than 1. Defaults to true.
        dead_after: Integer, the examples after which a unit without activity is dead. Defaults to
            100,000.
        **kwargs: `terms`, in the place of all of these, `name` and `dtype`.

    Attributes:
        atoms: Array `(latent_dim, input_dim)`, what a code of 1 of each unit adds to an example.

    Example:

    >>> model = kerae.SAE(input_dim=16, latent_dim=64, k=4)
    >>> x = np.random.default_rng(0).normal(size=(100, 16)).astype("float32")
    >>> model.compile()
    >>> _ = model.fit(x, epochs=2, verbose=0)
    >>> model.encode(x).shape, model.atoms.shape
    ((100, 64), (64, 16))

    Raises:
        ValueError: If a size is not positive, a choice is unknown, `k` is given to an activation
            that has none, or above `latent_dim`, or a weight is negative.
    Reference:
        Gao et al., 2024, https://arxiv.org/abs/2406.04093;
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """

    parts = (AuxiliaryReconstruction, DeadUnits, ExplainedVariance, L0, SquaredError, TopK)
    passed_on = ("terms",)

    def __init__(
        self,
        input_dim: int,
        latent_dim: int,
        activation: str | Sparse = "topk",
        k: int | None = None,
        sparsity_weight: Weight | None = None,
        aux_weight: Weight | None = None,
        lengths: str = "unit",
        tied: bool = False,
        bias: bool = True,
        center: str | None = "mean",
        scaled: bool = True,
        dead_after: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_count("input_dim", input_dim)
        latent = get(activation, k, dead_after)
        weights: Any = {"sparsity_weight": sparsity_weight, "aux_weight": aux_weight}
        terms = dictionary_terms(latent, input_dim, **weights)
        shape = (input_dim,)
        super().__init__(
            shape,
            **dictionary_parts(shape, latent, latent_dim, lengths, center, tied, bias),
            **composed(self, kwargs, latent, terms, **weights),
        )
        self.input_dim = input_dim
        self.latent_dim = latent_dim
        self.activation = activation
        self.k = k
        self.sparsity_weight = sparsity_weight
        self.aux_weight = aux_weight
        self.lengths = lengths
        self.tied = tied
        self.bias = bias
        self.center = center
        self.scaled = scaled
        self.dead_after = dead_after
