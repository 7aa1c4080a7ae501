from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.numbers import check_count
from ..latents.sparse import Sparse, TopK
from ..latents.sparse.named import get
from ..schedules import Weight
from ..targets import Given
from ..terms import L0, AuxiliaryReconstruction, DeadUnits, ExplainedVariance, SquaredError
from .composition import composed
from .dictionary import Dictionary, dictionary_parts, dictionary_terms


@keras.saving.register_keras_serializable("kerae")
class Transcoder(Dictionary, Autoencoder):
    """Transcoder: what a layer makes of its input, as a sum of few atoms for each example.

        loss = |y - y_hat|^2 [+ weight * sparsity of z] [+ weight * AuxK]
        z = activation(x W + c),   y_hat = sum over units j of z_j d_j + b  [ + x V ]

    per example, of the input x of a layer and its output y. With `skip` a linear map V of the
    input, which starts at 0, takes what is linear in the layer, so that the atoms need not.

        model.fit(x, y)

    Training starts with b in the middle of the outputs, and c such that the middle of the inputs
    gives 0. What `decode` gives of codes is without the skip.

    Args:
        input_dim: Integer, the size of an input.
        output_dim: Integer, the size of an output.
        latent_dim: Integer, the number of atoms, and of code units.
        activation: The name of one, such as `"topk"` or `"relu"`, or the latent itself; see
            `kerae.SAE`. Defaults to `"topk"`.
        k: Integer, the active units of an example, for `"topk"` and `"batchtopk"`. Defaults to 32.
        sparsity_weight: Float or `kerae.schedules.Schedule`, the weight of what makes codes sparse.
            Defaults to that of the activation.
        aux_weight: Float or schedule, the weight of AuxK, which trains dead units. Defaults
            to 1/32 of the elements of an example for activations that keep k units, else to none.
        skip: Boolean, whether there is V. Defaults to false.
        lengths: What holds of the atoms: `"unit"`, `"divided"` or `"free"`; see
            `kerae.networks.DictionaryDecoder`. Defaults to `"unit"`.
        bias: Boolean, whether there is a bias c. Defaults to true.
        center: Where b starts: `"mean"`, `"median"` for the geometric median, or `None` for 0.
            Defaults to `"mean"`.
        dead_after: Integer, the examples after which a unit without activity is dead. Defaults to
            100,000.
        **kwargs: `terms`, in the place of all of these, `name` and `dtype`.

    Attributes:
        atoms: Array `(latent_dim, output_dim)`, what a code of 1 of each unit adds to an output.

    Example:

    >>> model = kerae.Transcoder(input_dim=8, output_dim=4, latent_dim=32, k=4, skip=True)
    >>> model.reconstruct(np.zeros((3, 8), "float32")).shape
    (3, 4)

    Raises:
        ValueError: If a size is not positive, or as for `kerae.SAE`.
    Reference:
        Dunefsky et al., 2024, https://arxiv.org/abs/2406.11944;
        Paulo et al., 2025, https://arxiv.org/abs/2501.18823 (skip)
    """

    parts = (AuxiliaryReconstruction, DeadUnits, ExplainedVariance, L0, SquaredError, TopK)
    passed_on = ("terms",)
    scaled = False  # inputs and outputs would have scales of their own

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        latent_dim: int,
        activation: str | Sparse = "topk",
        k: int | None = None,
        sparsity_weight: Weight | None = None,
        aux_weight: Weight | None = None,
        skip: bool = False,
        lengths: str = "unit",
        bias: bool = True,
        center: str | None = "mean",
        dead_after: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_count("input_dim", input_dim)
        check_count("output_dim", output_dim)
        latent = get(activation, k, dead_after)
        weights: Any = {"sparsity_weight": sparsity_weight, "aux_weight": aux_weight}
        terms = dictionary_terms(latent, output_dim, **weights)
        parts = dictionary_parts(
            (output_dim,),
            latent,
            latent_dim,
            lengths,
            center,
            use_bias=bias,
            of_same_data=False,
            skip=skip,
        )
        super().__init__(
            (input_dim,),
            target=Given((output_dim,)),
            **parts,
            **composed(self, kwargs, latent, terms, **weights),
        )
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.latent_dim = latent_dim
        self.activation = activation
        self.k = k
        self.sparsity_weight = sparsity_weight
        self.aux_weight = aux_weight
        self.skip = skip
        self.lengths = lengths
        self.bias = bias
        self.center = center
        self.dead_after = dead_after
