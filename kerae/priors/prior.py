"""What an autoencoder asks of its prior."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.types import ArrayLike, Tensor
from ..geometry import Euclidean, Geometry
from ..part import Part
from .fitting import labels_to_fit_by, seeded

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


SUITABLE = {
    "Discrete": "kerae.priors.UniformCodes",
    "Euclidean": "kerae.priors.StandardNormal",
    "PoincareBall": "kerae.priors.HyperbolicNormal",
    "Product": "kerae.priors.Joint",
    "Sphere": "kerae.priors.UniformSphere",
}


class Prior(Part):
    """A density over codes that can be evaluated and sampled.

    Subclasses define `log_prob` and `sample`; those whose density depends on the model or on what
    the pass knows define `given`. A prior that is of one shape of code only sets `event_shape` in
    its constructor.

    A prior of another kind than the model's own is fitted to its codes by `fitted`, and given to
    `model.sample(n, prior=…)`. A new kind defines `fit`, or `from_codes` where what the constructor
    takes depends on the codes; one that is fitted to something else than codes, `read_of`.

    Attributes:
        event_shape: Tuple, the shape of one code; known once the prior is part of a model.
        num_classes: Integer, the number of classes whose codes can be drawn; 0 without classes.
        is_conditional: Boolean, whether it has classes, and they are those of labelled examples,
            rather than components. Of a kind that can: its constructor takes `num_classes`, and
            `fit` the labels after the codes.
        space: The class of `kerae.geometry.Geometry` over which it is a density; flat by default,
            `None` for that of the latent.
    Raises:
        ValueError: When it becomes part of a model with codes of another shape or space.
    """

    event_shape = None
    num_classes = 0
    is_conditional = False
    space: type[Geometry] | None = Euclidean
    # Of the labels that `sample` is given, as a condition tells of what it reads.
    y_shape = ()
    y_dtype = "int32"

    def fit_to(self, model: "Autoencoder") -> None:
        event_shape = tuple(model.latent.event_shape)
        if self.event_shape not in (None, event_shape):
            raise ValueError(
                f"Expected codes of the shape of this {type(self).__name__}, {self.event_shape}. "
                f"Received: a model with codes of shape {event_shape}. Change its `latent_dim`, "
                "or the prior."
            )
        self.event_shape = event_shape
        check_space(type(self), self.space, model.latent)

    @classmethod
    def fitted(
        cls,
        model: "Autoencoder",
        x: ArrayLike,
        y: ArrayLike | None = None,
        seed: int = 0,
        **options: Any,
    ) -> "Prior":
        """The prior of this kind that fits a trained model's codes of examples.

            z ~ q(z|x), one for each example

        With labels it is one of classes, of which `model.sample(n, y=…, prior=prior)` draws: of
        a kind that knows no classes, `kerae.priors.ByClass` of one for each.

        Args:
            model: `kerae.Autoencoder`.
            x: Array `(n, *input_shape)`, what the model was trained on.
            y: Labels from 0 on, an integer an example. Of a model that reads `y`, what it
                reads; of vectors there are no classes.
            seed: Integer, of the codes that are drawn, and of all that fitting begins with.
            **options: Arguments of the constructor and of `fit`.
        Returns:
            The prior.

        Example:

        >>> data, model = kerae.data.load("digits"), kerae.AE((8, 8, 1), latent_dim=2)
        >>> prior = kerae.priors.Flow.fitted(model, data.x_train[:50], num_flows=1, epochs=1)
        >>> model.sample(5, prior=prior).shape
        (5, 8, 8, 1)

        Raises:
            ValueError: If the data do not fit the model, a class has fewer than two examples, or
                an argument is wrong.
        """
        from .by_class import ByClass

        check_space(cls, cls.space, model.latent)
        is_read = model.condition is not None or model.target.reads_labels
        inputs = model.checked_inputs(x, y if is_read else None, target=True)
        labels = labels_to_fit_by(model, y, len(inputs[0]))
        codes = cls.read_of(model, inputs, seed)
        if labels is None or cls.is_conditional:
            return cls.from_codes(model, codes, labels, seed, **options)
        counts = np.bincount(labels)
        priors = [
            cls.from_codes(model, codes[labels == label], None, seed, **options)
            for label in range(len(counts))
        ]
        return ByClass(priors, (counts / counts.sum()).tolist())

    @classmethod
    def read_of(cls, model: "Autoencoder", inputs: tuple, seed: int) -> np.ndarray:
        """What `from_codes` is given, a row an example. Defaults to codes drawn, z ~ q(z|x).

        Args:
            model: `kerae.Autoencoder`.
            inputs: Tuple of arrays that the model is called with.
            seed: Integer.
        """
        return model.draw_codes(*inputs, seed=seed)

    @classmethod
    def from_codes(
        cls,
        model: "Autoencoder",
        codes: np.ndarray,
        labels: np.ndarray | None,
        seed: int,
        **options: Any,
    ) -> "Prior":
        """A new prior for a model, fitted. Defaults to what `fit` makes of one that begins anew.

        Args:
            model: `kerae.Autoencoder`.
            codes: Array, what `read_of` gives.
            labels: Integer array `(n,)` of classes, or `None`; given where it `is_conditional`.
            seed: Integer.
            **options: Those of `fitted`.
        """
        given = () if labels is None else (labels,)
        if labels is not None:
            options = {"num_classes": int(labels.max()) + 1} | options
        of_constructor = {name: options.pop(name) for name in cls.argument_names() & options.keys()}
        with seeded(seed):
            prior = cls(**of_constructor)
            prior.fit_to(model)
            prior.fit(codes, *given, seed=seed, **options)
        return prior

    def fit(self, *codes: Any, **options: Any) -> Any:
        """Becomes the density of codes; where there is one to fit."""
        raise ValueError(
            f"Expected a prior that is fitted to codes. Received: {type(self).__name__}, which has "
            "nothing to fit. Draw of it as it is, or take kerae.priors.GaussianMixture."
        )

    @property
    def known_labels(self) -> range:
        """The labels that `sample` takes."""
        return range(-1, self.num_classes)

    def check(self, y: np.ndarray) -> None:
        """Raises a `ValueError` if it cannot draw of the classes `y`."""
        if not self.num_classes:
            refuse_labels(self, y)
        unknown = y[(y < -1) | (y >= self.num_classes)]
        if len(unknown):
            raise ValueError(
                f"Expected `y` to be of the {self.num_classes} classes of the "
                f"{type(self).__name__} that is drawn from, 0 to {self.num_classes - 1}, or -1 for "
                f"any. Received: {unknown[0]}. Draw from a prior with as many classes as `y` has."
            )

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


def check_space(kind: type[Prior], space: type[Geometry] | None, latent: Any) -> None:
    """Raises a `ValueError` unless a prior over a space is one over that of a latent's codes.

    Else codes drawn would lie where no example's are, and a KL would mean nothing.
    """
    if space and latent.has_density and not isinstance(latent.geometry, space):
        own = type(latent.geometry).__name__
        raise ValueError(
            f"Expected a prior whose density is over the space of the codes of "
            f"{type(latent).__name__}, {own}. Received: {kind.__name__}, over {space.__name__}. "
            f"Take {SUITABLE.get(own, 'one over it')}, or another latent."
        )


def check_vectors(prior: Any, event_shape: tuple) -> None:
    """Raises a `ValueError` if codes are no vectors, which a prior is made for."""
    if len(event_shape) != 1:
        raise ValueError(
            f"Expected codes that are vectors under {type(prior).__name__}. Received: a model with "
            f"codes of shape {tuple(event_shape)}. Flatten them, or take another prior."
        )


def refuse_labels(prior: Any, labels: Tensor):
    """Raises a `ValueError` if labels are given to a prior that has no classes."""
    if labels is not None:
        raise ValueError(
            f"{type(prior).__name__} has no classes to draw codes of. Received: labels. Leave "
            "them out, or fit one by class, as kerae.priors.Flow.fitted(model, x, y) does."
        )
