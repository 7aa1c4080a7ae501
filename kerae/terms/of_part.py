from typing import TYPE_CHECKING, Any

import keras

from ..checks.numbers import check_count
from ..checks.short import short
from ..checks.types import Tensor
from ..latents.composite import Composite, WithLatent
from ..schedules import Weight, value_at
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class OfPart(Term):
    """A term of one part of the codes, as if the model had no other.

        value = that of the term for part p,   loss = weight * that of the term

    Args:
        part: Integer, the number p of the part, from 1: of `kerae.latents.Joint`, or of
            `kerae.latents.TwoLevel`, whose first part is the top.
        term: `kerae.Term`, such as `kerae.terms.Perplexity()`.
        label: String, its name in the logs. Defaults to that of the term with `_1` for the first
            part, and so on.
        weight: Float or `kerae.schedules.Schedule`, a factor beside the term's own weight. Defaults
            to 1.

    Example:

    >>> latent = kerae.latents.Joint([kerae.latents.Normal(2), kerae.latents.Categorical(1, 3)])
    >>> prior = kerae.priors.Joint([kerae.priors.StandardNormal(), kerae.priors.UniformCodes()])
    >>> used = kerae.terms.OfPart(2, kerae.terms.UsedCodes(), label="used_categories")
    >>> model = kerae.Autoencoder((4,), latent, prior=prior, terms=[kerae.Reconstruction(), used])
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'reconstruction', 'used_categories']

    Raises:
        ValueError: If `term` is none, `weight` is a negative number, there is no such part, or the
            term does not fit it.
    """

    def __init__(
        self,
        part: int,
        term: Term,
        label: str | None = None,
        weight: Weight = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        check_count("part", part)
        if not isinstance(term, Term):
            raise ValueError(
                f"Expected `term` to be a kerae.Term. Received: {short(term)}. Take one such as "
                "kerae.terms.Perplexity()."
            )
        self.part = part
        self.term = term
        self.label = label or f"{term.label}_{part}"

    @property
    def is_watched(self) -> bool:
        return self.term.is_watched or super().is_watched

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Joint
        from .reconstruction import Reconstruction

        latents = [self.term.tried_in()["latent"] for _ in range(self.part)]
        return Joint(latents).tried_in() | {"terms": [Reconstruction(), self]}

    def fit_to(self, model: "Autoencoder") -> None:
        latent = model.latent
        count = len(latent.parts) if isinstance(latent, Composite) else 0
        if self.part > count:
            raise ValueError(
                f"Expected codes of at least {self.part} parts under {self.label!r}. Received: "
                f"those of {type(latent).__name__}, which has {count or 'none'}. Use "
                "kerae.latents.Joint or TwoLevel, or the term itself."
            )
        self.term.fit_to(self._seen(model))

    def begin_fit(self, num_examples: int) -> None:
        self.term.begin_fit(num_examples)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return self.term.value(self._seen(model), self._pass(model, outputs))

    def tracker(self, name: str) -> keras.metrics.Metric:
        return self.term.tracker(name)

    def track(
        self, tracker: Any, values: Tensor, model: "Autoencoder", outputs: dict[str, Any]
    ) -> None:
        self.term.track(tracker, values, self._seen(model), self._pass(model, outputs))

    def loss(self, value: Tensor, step: Tensor) -> Tensor:
        return value_at(self.weight, step) * self.term.loss(value, step)

    def _seen(self, model) -> Any:
        return WithLatent(model, self.part)

    def _pass(self, model, outputs):
        # One for all terms of the part, which may leave something for each other.
        passes = outputs.setdefault("passes_of_parts", {})
        if self.part not in passes:
            passes[self.part] = model.latent.pass_of(self.part, outputs)
        return passes[self.part]
