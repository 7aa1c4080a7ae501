from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import replica_concat
from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..ops.replicas import batch_mean
from ..ops.sphere import on_sphere
from ..schedules import Weight
from .term import Term, flat, of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class SlicedWasserstein(Term):
    """The distance of the codes of a batch from draws of the prior, along random directions.

        value = mean over directions theta of  W_2^2(theta . z, theta . z_p)
        W_2^2(a, b) = 1/n * sum over i of (a_(i) - b_(i))^2,   a_(i), b_(i) in ascending order

    with z ~ q(z|x), as many draws z_p ~ p(z), and directions that are uniform on the sphere and
    new for each batch. It is the same for every example of the batch, on all replicas together, in
    squared units of the code. For codes of the prior itself it is above 0, the less so the larger
    the batch.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        num_projections: Integer, the number of directions. Defaults to 50, as in the paper's code.

    Example:

    >>> terms = [kerae.Reconstruction(), kerae.terms.SlicedWasserstein(weight=10.0)]
    >>> model = kerae.Autoencoder((4,), kerae.latents.Deterministic(2), terms=terms)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'reconstruction', 'sliced_wasserstein']

    Raises:
        ValueError: If `weight` is a negative number or `num_projections` is below 1.
    Reference:
        Kolouri et al., 2018, https://arxiv.org/abs/1804.01947
    """

    label = "sliced_wasserstein"

    def __init__(self, weight: Weight = 1.0, num_projections: int = 50, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        check_count("num_projections", num_projections)
        self.num_projections = num_projections

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        noise = outputs["noise"]
        z, drawn = (flat(each) for each in (outputs["z"][:, 0], outputs["prior"].sample(noise)))
        # What examples draw for themselves, summed: the same directions for all of the batch.
        shape = (self.num_projections, z.shape[1])
        directions = on_sphere(batch_mean(ops.cast(noise.normal(shape), z.dtype)))
        ordered, expected = (
            ops.sort(ops.matmul(directions, ops.transpose(replica_concat(each))), axis=1)
            for each in (z, drawn)
        )
        return of_each_example(ops.mean(ops.square(ordered - expected)), outputs)
