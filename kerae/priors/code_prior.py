import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import keras
import numpy as np
from keras import ops

from .. import geometry
from ..checks.codes import as_indices
from ..checks.types import ArrayLike, Tensor
from .fitting import falling_adam
from .of_classes import OfClasses

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class CodePrior(OfClasses):
    """A density over the numbers of a quantizer's codes, trained once the model is.

        log p(z) = log p(indices) = log( sum over classes y of  p(y) p(indices|y) )        nats

    with p(y) how frequent a class is among what it was fitted to; without classes the sum has one
    summand. It starts as the uniform prior, and a model that is trained leaves it as it is: `fit`
    trains it on the numbers of codes.

    Subclasses define `make_network` and `sample_indices`, and either `log_prob_of_class` or, where
    there is no density, `loss` and `given`.

    Args:
        num_classes: Integer, the number of classes whose codes can be drawn. Defaults to 0, for
            none.

    Attributes:
        levels: Tuple, for each level of codes the shape of its places and the number of codes at
            each of them; known in a model. There is one, but of `kerae.latents.TwoLevel`.
        network: Keras layer, known in a model.
    Raises:
        ValueError: If `num_classes` is negative, or the latent of a model no quantizer.
    """

    space = geometry.Discrete
    levels: tuple[tuple[tuple[int, ...], int], ...]

    def __init__(self, num_classes: int = 0, **kwargs: Any) -> None:
        super().__init__(num_classes, **kwargs)
        self.network: Any = None

    def make_network(self) -> keras.Layer:
        """The network for `levels` and `num_classes`, built."""
        raise NotImplementedError

    def sample_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        """Int32 `(batch, *places)`, of classes `(batch,)`, given where there are some."""
        raise NotImplementedError

    def log_prob_of_class(self, indices: Tensor, labels: Tensor = None) -> Tensor:
        """log p(indices|y) in nats, `(batch,)`."""
        raise NotImplementedError

    def loss(self, indices: Tensor, labels: Tensor, noise: Any) -> Tensor:
        """What `fit` lowers, `(batch,)`: by default - log p(indices|y), in nats."""
        return -self.log_prob_of_class(indices, labels)

    @property
    def length(self) -> int:
        """The number of places, of all levels."""
        return sum(math.prod(places) for places, _ in self.levels)

    @property
    def places(self) -> tuple[int, ...]:
        """The shape of the indices of one example."""
        return self.levels[0][0] if len(self.levels) == 1 else (self.length,)

    @property
    def num_codes_at(self) -> np.ndarray:
        """How many codes there are at each place."""
        at = [np.full(math.prod(places), num_codes) for places, num_codes in self.levels]
        return np.concatenate(at).reshape(self.places)

    @classmethod
    def read_of(cls, model: "Autoencoder", inputs: tuple, seed: int) -> np.ndarray:
        from ..autoencoder.in_batches import in_batches
        from ..autoencoder.measured import indices

        _check_quantizer(cls, model.latent)
        return in_batches(model, partial(indices, model=model), inputs)

    def tried_in(self) -> dict[str, Any]:
        from ..latents import VectorQuantizer

        return VectorQuantizer(8, 3).tried_in() | {"prior": self}

    def fit_to(self, model: "Autoencoder") -> None:
        _check_quantizer(type(self), model.latent)
        super().fit_to(model)
        found = tuple((tuple(each.places), each.num_codes) for each in model.latent.of_places())
        if self.network is None:
            self.levels = found
            self.network = self.make_network()
            self.network.trainable = False
        elif found != self.levels:
            raise ValueError(
                f"Expected a model with {_told(self.levels)}, for which this "
                f"{type(self).__name__} was made. Received: {_told(found)}. Make a new one."
            )

    def given(self, model: "Autoencoder", outputs: dict):
        return _InPass(self, model.latent, outputs)

    def log_prob_of(self, indices: Tensor) -> Tensor:
        """log p(indices) in nats, `(batch,)`, of `(batch, *places)`."""
        first = ops.reshape(indices, (-1, self.length))[:, 0]

        def of_class(label):
            labels = None if label is None else ops.full_like(first, label)
            return self.log_prob_of_class(indices, labels)

        return self.over_classes(of_class)

    def draw_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        """One map of indices for each example that `noise` was made for, `(batch, *places)`.

        Args:
            noise: As for `sample`.
            labels: As for `sample`.
        """
        return self.sample_indices(noise, self.drawn_labels(noise, labels))

    def fit(
        self,
        indices: ArrayLike,
        y: ArrayLike | None = None,
        epochs: int = 20,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        verbose: int = 0,
        seed: int = 0,
    ) -> Self:
        """Trains the prior on codes, from where it is, by Adam, whose rate falls along a cosine.

        Args:
            indices: Integer array `(n, *places)`, as `encode_indices` of the model gives them.
            y: Integer array `(n,)` of classes from 0 on; of a prior with classes.
            epochs: Integer.
            batch_size: Integer.
            learning_rate: Float, at the start.
            verbose: As for `keras.Model.fit`.
            seed: Integer, of the order of the codes and of what is drawn.
        Returns:
            The prior itself.
        Raises:
            ValueError: If it is not yet part of a model, the indices or classes are none of its
                own, or an argument is too small.
        """
        if self.network is None:
            raise ValueError(
                f"Expected a {type(self).__name__} that is part of a model, which says how many "
                "codes there are. Received: one of its own. Give it to the model by `prior=`."
            )
        indices = as_indices(indices, self.num_codes_at)
        labels = self.checked_labels(y, len(indices))
        optimizer = falling_adam(len(indices), epochs, batch_size, learning_rate)
        self.network.trainable = True
        try:
            self.lower_loss(indices, labels, optimizer, epochs, batch_size, verbose, seed)
        finally:
            self.network.trainable = False
        return self


def taken(values: Tensor, indices: Tensor) -> Tensor:
    """The values `(…,)` at indices `(…,)` into the last axis of `(…, count)`."""
    return ops.take_along_axis(values, ops.expand_dims(indices, -1), axis=-1)[..., 0]


def _check_quantizer(kind, latent):
    """Raises a `ValueError` if codes are not those of a quantizer, which a prior is made for."""
    from ..latents import Discrete

    if not (isinstance(latent, Discrete) and latent.is_sure):
        raise ValueError(
            f"Expected codes of a kerae.latents.Quantizer under {kind.__name__}. Received: "
            f"those of {type(latent).__name__}. Take kerae.latents.VectorQuantizer, or another "
            "prior."
        )


def _told(levels):
    return " and ".join(f"{num_codes} codes at places {places}" for places, num_codes in levels)


class _InPass(NamedTuple):
    """The prior of the codes of a pass, whose numbers the quantizer has told."""

    prior: CodePrior
    latent: Any
    outputs: dict[str, Any]

    def log_prob(self, z: Tensor) -> Tensor:
        log_prob = self.prior.log_prob_of(self.outputs["posterior"]["indices"])
        return ops.repeat(ops.expand_dims(log_prob, 1), z.shape[1], axis=1)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        return self.latent.codes_of(self.prior.draw_indices(noise, labels))
