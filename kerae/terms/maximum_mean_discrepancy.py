from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import replica_concat
from ..checks.arguments import check_choice
from ..checks.types import Tensor
from ..ops.divergences import KERNELS, maximum_mean_discrepancy
from ..schedules import Weight
from .term import Term, flat, of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class MaximumMeanDiscrepancy(Term):
    """The distance of the codes of a batch from draws of the prior, in a kernel's space.

        value = MMD^2(z, z_p),   z ~ q(z|x), z_p ~ p(z)

    the same for every example of the batch, on all replicas together: an unbiased estimate without
    a unit, which is negative as often as not once the codes are distributed like the prior; see
    `kerae.ops.maximum_mean_discrepancy`. It is 0 for a batch of one, which has no pairs.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        kernel: `"imq"`, the inverse multiquadric, or `"rbf"`, the Gaussian; each a sum over seven
            widths. Defaults to the first.

    Example:

    >>> terms = [kerae.Reconstruction(), kerae.terms.MaximumMeanDiscrepancy(weight=10.0)]
    >>> model = kerae.Autoencoder((4,), kerae.latents.Deterministic(2), terms=terms)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'mmd', 'reconstruction']

    Raises:
        ValueError: If `weight` is a negative number or the kernel is unknown.
    Reference:
        Gretton et al., 2012, https://jmlr.org/papers/v13/gretton12a.html;
        Tolstikhin et al., 2018, https://arxiv.org/abs/1711.01558
    """

    label = "mmd"

    def __init__(self, weight: Weight = 1.0, kernel: str = "imq", **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        check_choice("kernel", kernel, KERNELS)
        self.kernel = kernel

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        nothing = of_each_example(0.0, outputs)
        prior = outputs["prior"].sample(outputs["noise"])
        z, drawn = (replica_concat(flat(each)) for each in (outputs["z"][:, 0], prior))
        if z.shape[0] == 1:
            return nothing
        # Under TensorFlow the number of examples may be known only when the batch is there.
        return ops.cond(
            ops.shape(z)[0] > 1,
            lambda: nothing + maximum_mean_discrepancy(z, drawn, self.kernel),
            lambda: nothing,
        )
