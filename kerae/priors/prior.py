"""What an autoencoder asks of its prior."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.types import ArrayLike, Tensor
from ..geometry import Euclidean, Geometry
from ..part import Part

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Prior(Part):
    """A density over codes that can be evaluated and sampled.

    Subclasses define `log_prob` and `sample`; those whose density depends on the model or on what
    the pass knows define `given`. A prior that is of one shape of code only sets `event_shape` in
    its constructor.

    Attributes:
        event_shape: Tuple, the shape of one code; known once the prior is part of a model.
        num_classes: Integer, the number of classes whose codes can be drawn; 0 without classes.
        space: The class of `kerae.geometry.Geometry` over which it is a density; flat by default,
            `None` for that of the latent.
    Raises:
        ValueError: When it becomes part of a model with codes of another shape.
    """

    event_shape = None
    num_classes = 0
    space: type[Geometry] | None = Euclidean

    def fit_to(self, model: "Autoencoder") -> None:
        event_shape = tuple(model.latent.event_shape)
        if self.event_shape not in (None, event_shape):
            raise ValueError(
                f"Expected codes of the shape of this {type(self).__name__}, {self.event_shape}. "
                f"Received: a model with codes of shape {event_shape}. Change its `latent_dim`, "
                "or the prior."
            )
        self.event_shape = event_shape

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Normal
        from ..terms import KLDivergence, Reconstruction

        (latent_dim,) = self.event_shape or (2,)
        terms = [Reconstruction(), KLDivergence()]
        return {"latent": Normal(latent_dim), "prior": self, "terms": terms}

    def given(self, model: "Autoencoder", outputs: dict):
        """The density as it is in one pass: what `log_prob` and `sample` are asked of.

        Args:
            model: `kerae.Autoencoder`, for its parts.
            outputs: Dict, the pass so far: `posterior`, `condition`, `step`, `training` and what
                else `Autoencoder.propagate` tells. Where new examples are sampled there is no `x`
                and no `posterior`.
        Returns:
            An object with the methods `log_prob` and `sample` of a prior. Defaults to the prior.
        """
        return self

    def check_fitted(self) -> None:
        """Raises a `ValueError` if it has to be fitted to codes before samples are drawn of it."""

    def log_prob(self, z: Tensor) -> Tensor:
        """log p(z) in nats of codes `(…, *event_shape)`, of shape `(…,)`."""
        raise NotImplementedError

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        """One code for each example that `noise` was made for, `(batch, *event_shape)`.

        Args:
            noise: `kerae.noise.FreshNoise` or `RepeatableNoise`.
            labels: Integer tensor `(batch,)` of classes from 0 on, of which the codes are drawn;
                -1 draws from the whole prior.
        Raises:
            ValueError: If labels are given to a prior without classes.
        """
        raise NotImplementedError


def check_vectors(prior: Any, event_shape: tuple) -> None:
    """Raises a `ValueError` if codes are no vectors, which a prior is made for."""
    if len(event_shape) != 1:
        raise ValueError(
            f"Expected codes that are vectors under {type(prior).__name__}. Received: a model with "
            f"codes of shape {tuple(event_shape)}. Flatten them, or take another prior."
        )


def check_quantizer(prior: Any, latent: Any) -> None:
    """Raises a `ValueError` if codes are not those of a quantizer, which a prior is made for."""
    from ..latents import Quantizer

    if not isinstance(latent, Quantizer):
        raise ValueError(
            f"Expected codes of a kerae.latents.Quantizer under {type(prior).__name__}. Received: "
            f"those of {type(latent).__name__}. Take kerae.latents.VectorQuantizer, or another "
            "prior."
        )


def refuse_labels(prior: Any, labels: Tensor):
    """Raises a `ValueError` if labels are given to a prior that has no classes."""
    if labels is not None:
        raise ValueError(
            f"{type(prior).__name__} has no classes to draw codes of. Received: labels. Leave "
            "them out, or use kerae.priors.GaussianMixture or kerae.priors.SwissRoll."
        )


def check_classes(labels: ArrayLike, prior: Any):
    """Raises a `ValueError` if labels are of classes that a prior with classes does not have."""
    largest = int(np.max(labels))
    if prior.num_classes and largest >= prior.num_classes:
        raise ValueError(
            f"Expected `y` to be of the {prior.num_classes} classes of the "
            f"{type(prior).__name__} that is drawn from, at most {prior.num_classes - 1}. "
            f"Received: {largest}. Draw from a prior with as many classes as the labels have."
        )
