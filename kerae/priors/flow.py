from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from keras import ops

from .. import flows
from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.types import ArrayLike, Tensor
from ..flows.named import kind_of
from .fitting import falling_adam
from .of_classes import OfClasses
from .prior import check_vectors
from .standard_normal import StandardNormal

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

QUICK, SLOW = ["neural_spline", "real_nvp"], ["iaf", "maf"]


@keras.saving.register_keras_serializable("kerae.priors")
class Flow(OfClasses):
    """A standard normal that is sent through flows: a trained density of codes, and a sampler.

        z = f(e; y),  e ~ N(0, I)
        log p(z|y) = log N(f^-1(z; y); 0, I) + log |det df^-1/dz|        nats
        log p(z) = log( sum over classes y of  p(y) p(z|y) )

    Without classes it is trained with the model, and starts near the standard normal; or, by `fit`,
    afterwards on codes of any model, of which `model.sample(n, prior=prior)` then draws. Classes
    are told by `fit`, and share the networks of the flows, which read the class.

    Both ways are quick with `"real_nvp"` and `"neural_spline"`. Samples of `"maf"`, and the density
    of `"iaf"`, which training asks for, take a pass of a network for each dimension.

    Args:
        flow: `"real_nvp"`, `"neural_spline"`, `"maf"` or `"iaf"`, or a `kerae.flows.Flow` that can
            be inverted. Defaults to `"real_nvp"`.
        num_flows: Integer, how many of that name, one after the other. Defaults to 4.
        num_classes: Integer, the number of classes whose codes can be drawn. Defaults to 0, for
            none. Each flow of an object that is given then has it as its `context_dim`.

    Example:

    >>> prior = kerae.priors.Flow("maf", num_flows=2)
    >>> model = kerae.VAE((8, 8, 1), latent_dim=2, prior=prior)
    >>> tuple(prior.log_prob(np.zeros((5, 2), "float32")).shape)
    (5,)

    Raises:
        ValueError: If `flow` is unknown, cannot be inverted or does not read the classes,
            `num_flows` is below 1 or comes with an object, or the codes of a model are no vectors
            of its dimensions.
    Reference:
        Dinh et al., 2017, https://arxiv.org/abs/1605.08803 (a flow as a density);
        Papamakarios et al., 2017, https://arxiv.org/abs/1705.07057 (which direction is quick)
    """

    def __init__(
        self,
        flow: str | flows.Flow = "real_nvp",
        num_flows: int | None = None,
        num_classes: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, **kwargs)
        self.flow = flow
        self.num_flows = num_flows
        self.chain = None
        self.normal = StandardNormal()
        kind = kind_of(flow, num_flows)
        if not kind.has_inverse:
            raise ValueError(
                "Expected `flow` to be one that can be inverted, as a density of codes needs it. "
                f"Received: {flow!r}. Take one of {QUICK}, or of {SLOW}."
            )
        if isinstance(flow, flows.Flow):
            if num_classes and (flow.context_dim == 0 or flow.context_dim % num_classes):
                raise ValueError(
                    f"Expected a `flow` that reads which of {num_classes} classes a code is of. "
                    f"Received: one with context_dim={flow.context_dim}. Make it with "
                    f"context_dim={num_classes}."
                )
            self._make(flow.latent_dim)

    def fit_to(self, model: "Autoencoder") -> None:
        check_vectors(self, model.latent.event_shape)
        super().fit_to(model)
        if self.chain is None:
            self._make(*model.latent.event_shape)

    def _make(self, latent_dim):
        self.chain = flows.get(self.flow, latent_dim, self.num_flows, self.num_classes)
        self.event_shape = (latent_dim,)
        shape = (self.num_classes, latent_dim) if self.num_classes else (latent_dim,)
        self.location, self.scale = (
            self.add_weight(shape=shape, trainable=False, initializer=value, name=name)
            for name, value in (("location", "zeros"), ("scale", "ones"))
        )

    def _of_class(self, labels):
        """Location, scale and the flows' context, of classes, or without any."""
        if labels is None:
            return self.location, self.scale, None
        location, scale = (ops.take(each, labels, axis=0) for each in (self.location, self.scale))
        one_hot = ops.one_hot(labels, self.num_classes, dtype=self.compute_dtype)
        times = self.chain.context_dim // self.num_classes
        return location, scale, ops.concatenate([one_hot] * times, axis=-1)

    def log_prob_of_class(self, z: Tensor, labels: Any = None) -> Tensor:
        """log p(z|y) in nats, of codes `(batch, latent_dim)` and their classes, or of one class."""
        location, scale, context = self._of_class(labels)
        z = (ops.cast(z, self.compute_dtype) - location) / scale
        noise, log_det = self.chain.inverse(z, context)
        return self.normal.log_prob(noise) + log_det - ops.sum(ops.log(scale), axis=-1)

    def loss(self, z: Tensor, labels: Tensor, noise: Any) -> Tensor:
        """- log p(z|y), in nats."""
        return -self.log_prob_of_class(z, labels)

    def log_prob(self, z: Tensor) -> Tensor:
        return self.over_classes(lambda label: self.log_prob_of_class(z, label))

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        location, scale, context = self._of_class(self.drawn_labels(noise, labels))
        epsilon = ops.cast(noise.normal(self.event_shape), self.compute_dtype)
        return location + scale * self.chain.forward(epsilon, context)[0]

    def fit(
        self,
        z: ArrayLike,
        y: ArrayLike | None = None,
        epochs: int = 100,
        batch_size: int = 256,
        learning_rate: float = 1e-3,
        verbose: int = 0,
        seed: int = 0,
    ) -> Self:
        """Becomes the density of codes, by maximum likelihood.

            loss = - mean over codes of  log p((z - m) / s | y) - sum of log s        nats

        with the mean m and the deviation s of the codes, of each class, by Adam, whose rate falls
        to 0 along a cosine.

        Args:
            z: Array `(n, latent_dim)`.
            y: Integer array `(n,)` of classes from 0 on; of a prior with classes.
            epochs: Integer.
            batch_size: Integer.
            learning_rate: Float, at the start.
            verbose: As for `keras.Model.fit`.
            seed: Integer, of the order of the codes.
        Returns:
            The prior itself.

        Example:

        >>> z = np.random.default_rng(0).normal(5.0, 2.0, (100, 2))
        >>> prior = kerae.priors.Flow(num_flows=2).fit(z, epochs=2)
        >>> prior.log_prob(z[:5].astype("float32")).shape[0]
        5

        Raises:
            ValueError: If the codes are of another shape, not finite or all the same in a
                dimension, the classes none of its own, or an argument is too small.
        """
        z = as_codes(z).astype(self.compute_dtype)
        labels = self.checked_labels(y, len(z))
        optimizer = falling_adam(len(z), epochs, batch_size, learning_rate)
        if self.chain is None:
            self._make(z.shape[1])
        check_array(z, self.event_shape, "z")
        location, scale = _moments(z, labels, self.num_classes)
        self.location.assign(location)
        self.scale.assign(scale)
        self.lower_loss(z, labels, optimizer, epochs, batch_size, verbose, seed)
        return self


def _moments(z, labels, num_classes):
    """Means and deviations of codes, of each class where there are some."""
    if labels is None:
        mean, deviation = z.mean(axis=0), z.std(axis=0)
    else:
        of_classes = [z[labels == label] for label in range(num_classes)]
        # A class of which nothing is known is of probability 0.
        of_classes = [each if len(each) else z for each in of_classes]
        mean, deviation = (
            np.stack([of(each, axis=0) for each in of_classes]) for of in (np.mean, np.std)
        )
    if not deviation.all():
        same = np.flatnonzero((np.atleast_2d(deviation) == 0).any(axis=0)).tolist()
        of_class = "" if labels is None else " of a class"
        raise ValueError(
            f"Expected `z` to vary in every dimension. Received: codes{of_class} that are all the "
            f"same in dimensions {same}. Leave these out."
        )
    return mean, deviation
