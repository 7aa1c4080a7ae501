"""What priors of classes share that one network tells of all of."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.arrays import check_array
from ..checks.given import as_array
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, Tensor
from ..noise.fresh import FreshNoise
from .components import drawn_component
from .fitting import seeded
from .prior import Prior, refuse_labels


class OfClasses(Prior):
    """A prior that may have classes, which what it is trained by reads.

        log p(z) = log( sum over classes y of  p(y) p(z|y) )        nats

    with p(y) how frequent a class is among what it was fitted to; without classes the sum has one
    summand. Subclasses define `loss`.

    Args:
        num_classes: Integer, the number of classes whose codes can be drawn. Defaults to 0, for
            none.
    """

    is_conditional = True

    def __init__(self, num_classes: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("num_classes", num_classes, least=0)
        self.num_classes = num_classes
        self.is_conditional = num_classes > 0
        if num_classes:
            self.probability = self.add_weight(
                name="probability",
                shape=(num_classes,),
                initializer=keras.initializers.Constant(1 / num_classes),
                trainable=False,
            )

    def loss(self, codes: Tensor, labels: Tensor, noise: Any, /) -> Tensor:
        """What training lowers, `(batch,)`, of codes `(batch, …)` and, with classes, theirs."""
        raise NotImplementedError

    def over_classes(self, log_prob_of: Callable[[int | None], Tensor]) -> Tensor:
        """log p of a function that tells it of a class, or of `None` where there are none."""
        if not self.num_classes:
            return log_prob_of(None)
        of_classes = [log_prob_of(label) for label in range(self.num_classes)]
        return ops.logsumexp(ops.stack(of_classes, axis=-1) + ops.log(self.probability), axis=-1)

    def drawn_labels(self, noise: Any, labels: Tensor) -> Tensor | None:
        """Of which classes codes are drawn, `(batch,)`, or `None` where there are none.

        Args:
            noise: As for `sample`.
            labels: As for `sample`.
        """
        if self.num_classes:
            return drawn_component(noise, self.probability, labels)
        refuse_labels(self, labels)
        return None

    def lower_loss(
        self,
        codes: np.ndarray,
        labels: np.ndarray | None,
        optimizer: keras.optimizers.Optimizer,
        epochs: int,
        batch_size: int,
        verbose: int,
        seed: int,
    ) -> None:
        """Lowers the loss by an optimizer; other arguments as for `fit`, checked."""
        inputs = {"codes": codes} | ({} if labels is None else {"labels": labels})
        with seeded(seed):
            model = _Objective(self, dtype=self.dtype_policy, name="objective")
            model.compile(optimizer, loss=lambda _, value: value)
            model.fit(inputs, np.zeros(len(codes)), batch_size, epochs, verbose=verbose)
        if labels is not None:
            self.probability.assign(np.bincount(labels, minlength=self.num_classes) / len(labels))

    def checked_labels(self, y: ArrayLike | None, count: int) -> np.ndarray | None:
        """Those of `fit`, int32.

        Raises:
            ValueError: If there are none and the prior has classes, or some and it has none, or
                they are not `count` of its classes.
        """
        if (y is None) == bool(self.num_classes):
            given = "no `y`" if y is None else "`y`"
            raise ValueError(
                f"Expected `y` for a {type(self).__name__} with classes, and none without. "
                f"Received: {given} with num_classes={self.num_classes}. Say how many classes "
                "there are by `num_classes`."
            )
        if y is None:
            return None
        y = as_array(y, "y")
        check_array(y, (), "y", "int32")
        if len(y) != count or y.min() < 0 or y.max() >= self.num_classes:
            raise ValueError(
                f"Expected `y` to be {count} integers from 0 to {self.num_classes - 1}, the class "
                f"of each example. Received: {len(y)} from {y.min()} to {y.max()}."
            )
        return y.astype("int32")


class _Objective(keras.Model):
    """A prior as what Keras trains: its output is to be small."""

    def __init__(self, prior, **kwargs):
        super().__init__(**kwargs)
        self.prior = prior
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        codes = inputs["codes"]
        noise = FreshNoise(self.seed_generator, ops.shape(codes)[0])
        return self.prior.loss(codes, inputs.get("labels"), noise)
