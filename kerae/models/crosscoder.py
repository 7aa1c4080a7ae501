from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.numbers import check_count
from ..latents.sparse import ReLU, Sparse
from ..latents.sparse.named import get
from ..schedules import Weight
from ..terms import L0, DeadUnits, DictionarySparsity, ExplainedVariance, SquaredError
from .composition import composed
from .dictionary import Dictionary, dictionary_parts, dictionary_terms


@keras.saving.register_keras_serializable("kerae")
class Crosscoder(Dictionary, Autoencoder):
    """Crosscoder: one code of several layers, or models, with an atom for each of them a unit.

        loss = sum over layers l of |s x_l - s x_hat_l|^2 [+ weight * sparsity] [+ weight * AuxK]
        z = activation( sum over layers l of (s x_l - b_l) W_l + c ),
        s x_hat_l = sum over units j of z_j d_jl + b_l,
        sparsity = sum over units j of z_j ( sum over layers l of |d_jl| )

    per example, with atoms of any length: one that is short in a layer tells that the unit is not
    of that layer.

    Args:
        num_layers: Integer, the number of layers.
        input_dim: Integer, the size of an example in each.
        latent_dim: Integer, the number of code units.
        activation: The name of one, such as `"topk"` or `"relu"`, or the latent itself; see
            `kerae.SAE`. Defaults to `"relu"`.
        k: Integer, the active units of an example, for `"topk"` and `"batchtopk"`. Defaults to 32.
        sparsity_weight: Float or `kerae.schedules.Schedule`, the weight of what makes codes sparse.
            Defaults to that of the activation.
        aux_weight: Float or schedule, the weight of AuxK, which trains dead units. Defaults
            to 1/32 of the elements of an example for activations that keep k units, else to none.
        bias: Boolean, whether there is a bias c. Defaults to true.
        center: Where b starts: `"mean"`, `"median"` for the geometric median, or `None` for 0.
            Defaults to `"mean"`.
        scaled: Boolean, whether there is a scale s other than 1. Defaults to true.
        dead_after: Integer, the examples after which a unit without activity is dead. Defaults to
            100,000.
        **kwargs: `terms`, in the place of all of these, `name` and `dtype`.

    Attributes:
        atoms: Array `(latent_dim, num_layers, input_dim)`, what a code of 1 of each unit adds.

    Example:

    >>> model = kerae.Crosscoder(num_layers=2, input_dim=8, latent_dim=32)
    >>> x = np.zeros((3, 2, 8), "float32")
    >>> model.encode(x).shape, model.reconstruct(x).shape
    ((3, 32), (3, 2, 8))

    Raises:
        ValueError: If a size is not positive, or as for `kerae.SAE`.
    Reference:
        Lindsey et al., 2024, https://transformer-circuits.pub/2024/crosscoders
    """

    parts = (DeadUnits, DictionarySparsity, ExplainedVariance, L0, ReLU, SquaredError)
    passed_on = ("terms",)

    def __init__(
        self,
        num_layers: int,
        input_dim: int,
        latent_dim: int,
        activation: str | Sparse = "relu",
        k: int | None = None,
        sparsity_weight: Weight | None = None,
        aux_weight: Weight | None = None,
        bias: bool = True,
        center: str | None = "mean",
        scaled: bool = True,
        dead_after: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_count("num_layers", num_layers)
        check_count("input_dim", input_dim)
        latent = get(activation, k, dead_after)
        weights: Any = {"sparsity_weight": sparsity_weight, "aux_weight": aux_weight}
        terms = dictionary_terms(latent, num_layers * input_dim, **weights)
        shape = (num_layers, input_dim)
        parts = dictionary_parts(shape, latent, latent_dim, "by_layer", center, use_bias=bias)
        super().__init__(shape, **parts, **composed(self, kwargs, latent, terms, **weights))
        self.num_layers = num_layers
        self.input_dim = input_dim
        self.latent_dim = latent_dim
        self.activation = activation
        self.k = k
        self.sparsity_weight = sparsity_weight
        self.aux_weight = aux_weight
        self.bias = bias
        self.center = center
        self.scaled = scaled
        self.dead_after = dead_after
