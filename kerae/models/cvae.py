from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..conditions import Label, Vector
from ..latents import Normal
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class CVAE(Autoencoder):
    """Conditional VAE: a VAE of p(x|y), with y given to encoder and decoder.

        loss = - E_q(z|x,y)[log p(x|z, y)] + beta * KL(q(z|x, y) || p(z))        nats per example

    The label or vector y is appended to the last axis of the encoder's input, at every pixel of
    an image, and to the code that the decoder gets. Train it by `fit(x, y)`, draw examples of a
    class by `sample(n, y=3)`.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        num_classes: Integer, for labels from 0 to `num_classes - 1`.
        condition_shape: Tuple, in the place of `num_classes`, for vectors of this shape.
        embedding_dim: Integer, the length of the vector that is learned for each label. Defaults
            to one-hot vectors.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.CVAE(input_shape=(8, 8, 1), latent_dim=2, num_classes=10)
    >>> model.sample(4, y=7).shape
    (4, 8, 8, 1)
    >>> model.encode(np.zeros((3, 8, 8, 1), "float32"), np.array([0, 1, 9])).shape
    (3, 2)

    Raises:
        ValueError: If not exactly one of `num_classes` and `condition_shape` is given, or the
            encoder or the decoder does not fit.
    Reference:
        Sohn, Lee and Yan, 2015, https://papers.nips.cc/paper/5775
    """

    parts = (KLDivergence, Label, Normal, Reconstruction, Vector)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_classes: int | None = None,
        condition_shape: Shape | None = None,
        embedding_dim: int | None = None,
        beta: Weight = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            condition=condition_on(num_classes, condition_shape, embedding_dim),
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [Reconstruction(), KLDivergence(beta)],
                beta=beta,
            ),
        )
        self.latent_dim = latent_dim
        self.num_classes = num_classes
        self.condition_shape = condition_shape and tuple(condition_shape)
        self.embedding_dim = embedding_dim
        self.beta = beta


def condition_on(
    num_classes: int | None,
    condition_shape: Shape | None,
    embedding_dim: int | None = None,
    for_encoder: bool = True,
):
    """The condition that the arguments of a conditional model ask for.

    Raises:
        ValueError: If not exactly one of the first two is given, or an embedding of vectors.
    """
    if (num_classes is None) == (condition_shape is None):
        raise ValueError(
            "Expected either `num_classes` or `condition_shape`. Received: "
            f"num_classes={num_classes}, condition_shape={condition_shape}"
        )
    if condition_shape is not None and embedding_dim is not None:
        raise ValueError(
            "Expected `embedding_dim` with `num_classes` alone, as vectors are given as they are. "
            f"Received: condition_shape={condition_shape}, embedding_dim={embedding_dim}. Leave it "
            "out."
        )
    if num_classes is not None:
        return Label(num_classes, embedding_dim, for_encoder=for_encoder)
    return Vector(condition_shape, for_encoder=for_encoder)  # pyright: ignore[reportArgumentType]
