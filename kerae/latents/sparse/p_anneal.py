from typing import TYPE_CHECKING, Any

import keras

from ...checks.numbers import check_count
from .relu import ReLU

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term


@keras.saving.register_keras_serializable("kerae.latents")
class PAnneal(ReLU):
    """The features that are positive, under a penalty that comes nearer and nearer to their number.

        z_j = max(h_j, 0),   penalty = sum over units j of (z_j |d_j|)^p

    with p from 1, the sum of codes, down to `end`; near 0 it would be the number of active units.
    See `kerae.terms.DictionarySparsity`, which keeps the size of the penalty as p falls.

    Args:
        end: Float in (0, 1], the last p. Defaults to 0.2.
        steps: Integer, the steps of training until then. Defaults to 10,000.
        **kwargs: `dead_after`, as for all sparse latents.

    Example:

    >>> kerae.latents.PAnneal(end=0.5, steps=100).terms(2.0)[0].p.end
    0.5

    Raises:
        ValueError: If a number is out of its range.
    Reference:
        Karvonen et al., 2024, https://arxiv.org/abs/2408.00113
    """

    def __init__(self, end: float = 0.2, steps: int = 10_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 < end <= 1:
            raise ValueError(f"Expected `end` in (0, 1]. Received: end={end}")
        check_count("steps", steps)
        self.end = end
        self.steps = steps

    def terms(self, weight: "Weight") -> "list[Term]":
        from ...schedules import Linear
        from ...terms import DictionarySparsity

        return [DictionarySparsity(weight, Linear(1.0, self.end, self.steps))]
