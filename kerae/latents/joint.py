import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.short import short
from ..checks.types import Shape, Tensor
from ..geometry import Product
from ..priors.joint import OfParts
from .composite import Composite, numbered, of_part
from .discrete import Discrete
from .latent import Latent


@keras.saving.register_keras_serializable("kerae.latents")
class Joint(Composite):
    """Codes of several kinds side by side, independent of each other given the example.

        z = (z_1, …, z_P),   q(z|x) = product over parts p of q(z_p|x)
        KL(q(z|x) || p(z)) = sum over parts of KL(q(z_p|x) || p(z_p))        nats

    under `kerae.priors.Joint`, which has a prior for each. All parts are made of the same features.

    Args:
        parts: List of `kerae.latents.Latent`, of codes with a density that are vectors.
        num_samples: Integer, the number of codes drawn per example, in the place of that of the
            parts. Defaults to 1.

    Example:

    >>> latent = kerae.latents.Joint([kerae.latents.Normal(2), kerae.latents.Categorical(1, 3)])
    >>> posterior = latent(np.zeros((1, 8), "float32"))
    >>> sorted(posterior)
    ['log_probabilities_2', 'log_variance_1', 'mean_1']
    >>> keras.ops.convert_to_numpy(latent.mode(posterior))
    array([[0., 0., 1., 0., 0.]], dtype=float32)

    Raises:
        ValueError: If there are no parts, or one is of another kind.
    Reference:
        Dupont, 2018, https://arxiv.org/abs/1804.00104 (of a normal and categorical variables)
    """

    has_density = True

    def __init__(self, parts: Sequence[Latent], num_samples: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("num_samples", num_samples)
        for part in parts:
            if not (isinstance(part, Latent) and part.has_density and not part.draws_by_gradient):
                raise ValueError(
                    "Expected `parts` to be latents whose draws have a density and take no "
                    f"gradient of the decoder. Received: {short(part)}. Take some as "
                    "kerae.latents.Normal and Categorical."
                )
        check_count("number of parts", len(parts))
        self.parts = list(parts)
        self.num_samples = num_samples

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of elements of the codes of each part."""
        return tuple(size for part in self.parts for size in part.event_shape)

    @property
    def event_shape(self) -> Shape:  # pyright: ignore[reportIncompatibleVariableOverride]
        return (sum(self.sizes),)

    @property
    def geometry(self):
        return Product([part.geometry for part in self.parts], self.sizes)

    @property
    def categorical_variables(self) -> tuple[range, ...]:
        starts = [sum(self.sizes[:number]) for number in range(len(self.parts))]
        return tuple(
            range(start + own.start, start + own.stop)
            for start, part in zip(starts, self.parts)
            for own in part.categorical_variables
        )

    @property
    def served(self):
        of_parts = {
            f"{name}_{number}": f"Of part {number}. {text}"
            for number, part in enumerate(self.parts, start=1)
            for name, text in part.served.items()
            if name != "mean"
        }
        return {"mean": "The code, of all parts one after another."} | of_parts

    def tried_in(self) -> dict[str, Any]:
        from ..priors import Joint as JointPrior
        from ..priors import StandardNormal

        priors = [part.tried_in().get("prior", StandardNormal()) for part in self.parts]
        return super().tried_in() | {"prior": JointPrior(priors)}

    def build(self, input_shape: Shape) -> None:
        for part in self.parts:
            if not part.built:  # by another model
                part.build(input_shape)
            if len(part.event_shape) != 1:
                raise ValueError(
                    f"Expected parts whose codes are vectors. Received: {type(part).__name__} with "
                    f"codes of shape {tuple(part.event_shape)}. Leave it out, or end the encoder "
                    "in vectors."
                )

    def call(self, features: Tensor):
        posterior = {}
        for number, part in enumerate(self.parts, start=1):
            posterior |= numbered(number, part(features))
        return posterior

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        modes = [
            part.mode(of_part(posterior, number)) for number, part in enumerate(self.parts, start=1)
        ]
        return self.joined(modes)

    def indices_in(self, posterior: dict[str, Any]) -> Tensor:
        discrete = [
            ops.reshape(part.indices_in(of_part(posterior, number)), (-1, math.prod(part.places)))
            for number, part in enumerate(self.parts, start=1)
            if isinstance(part, Discrete)
        ]
        return ops.concatenate(discrete, axis=-1) if discrete else super().indices_in(posterior)

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        codes = [
            part.sample(of_part(posterior, number), noise, num_samples or self.num_samples)
            for number, part in enumerate(self.parts, start=1)
        ]
        return self.joined(codes)

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        pieces = enumerate(zip(self.parts, self.split(z)), start=1)
        return sum(part.log_prob(of_part(posterior, n), piece) for n, (part, piece) in pieces)

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        numbered = enumerate(self.parts, start=1)
        return sum(part.log_posterior(self.pass_of(number, outputs)) for number, part in numbered)

    def kl_divergence(self, outputs: dict[str, Any]) -> Tensor:
        if not isinstance(outputs["prior"], OfParts):
            return super().kl_divergence(outputs)
        numbers = range(1, len(self.parts) + 1)
        return ops.concatenate([self.kl_of_part(number, outputs) for number in numbers], axis=-1)

    def kl_of_part(self, number: int, outputs: dict[str, Any]) -> Tensor:
        """The KL of one part from its own prior, `(batch, groups)`; parts are counted from 1."""
        return self.parts[number - 1].kl_divergence(self.pass_of(number, outputs))

    def split(self, z: Tensor) -> list[Tensor]:
        """The codes of each part, of codes `(…, size)`."""
        ends = [sum(self.sizes[:number]) for number in range(1, len(self.parts))]
        return ops.split(z, ends, axis=-1) if ends else [z]

    def pass_of(self, number: int, outputs: dict[str, Any]) -> dict[str, Any]:
        own = super().pass_of(number, outputs)
        if isinstance(outputs.get("prior"), OfParts):
            own["prior"] = outputs["prior"].parts[number - 1]
        return own
