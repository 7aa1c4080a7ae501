"""What a model asks of codes that are one of finitely many."""

import math
from typing import TYPE_CHECKING, Any

from keras import layers, ops

from ...checks.types import Shape, Tensor
from ...geometry import Discrete
from ..latent import Latent

if TYPE_CHECKING:
    from ...autoencoder.autoencoder import Autoencoder
    from ...schedules import Weight
    from ...terms.term import Term


class Quantizer(Latent):
    """A vector, or one at each place of a map, each replaced by one of finitely many codes.

    The encoder's features, `(batch, features)` or `(batch, height, width, channels)`, are mapped
    linearly to `code_dim` numbers at each place, `before`. Subclasses call
    `set_codes` and define `indices_of`, `codes_of` and `estimated`.

    All of the mass q(z|x) is on one code: log q(z|x) = 0. With a prior over the same codes, the
    ELBO is log p(x|z) + log p(z), an honest bound of log p(x); under `kerae.priors.UniformCodes`
    its second summand is -log(num_codes) at each place.

    Attributes:
        num_codes: Integer, the number of codes at a place.
        code_dim: Integer, the dimensions of each.
        places: Tuple, the shape of the indices of one example: `(height, width)` or `()`.
    Raises:
        ValueError: If the encoder's features are neither vectors nor maps.
    """

    has_density = True
    geometry = Discrete()
    num_codes: int
    code_dim: int

    def set_codes(self, num_codes: int, code_dim: int) -> None:
        """Sets how many codes there are, and of how many dimensions."""
        self.num_codes = num_codes
        self.code_dim = code_dim
        self.head = layers.Dense(code_dim, dtype=self.dtype_policy)

    @property
    def served(self):
        return {"mean": "The quantized code.", "indices": "The number of the code at each place."}

    @property
    def places(self) -> Shape:
        return self.event_shape[:-1]

    def build(self, input_shape: Any) -> None:
        is_one = not isinstance(input_shape[0], list | tuple)
        if not is_one or len(input_shape) not in (2, 4) or None in input_shape[1:]:
            received = [("batch", *each[1:]) for each in ([input_shape] if is_one else input_shape)]
            raise ValueError(
                "Expected the encoder to give features of shape (batch, features), or maps of "
                f"shape (batch, height, width, channels). Received: {received}. Use "
                "kerae.networks.residual_encoder, or end the encoder in one of the two."
            )
        self.event_shape = (*input_shape[1:-1], self.code_dim)
        self.head.build(input_shape)

    def terms(self, commitment: "Weight") -> "list[Term]":
        """What the quantizer adds to the objective that it is trained on; by default nothing.

        Args:
            commitment: Float or schedule, the weight of the commitment, where there is one.
        """
        return []

    def tried_in(self) -> dict[str, Any]:
        from ...priors import UniformCodes
        from ...terms import Reconstruction

        terms = [Reconstruction(), *self.terms(0.25)]
        return {"latent": self, "prior": UniformCodes(), "terms": terms}

    def indices_of(self, before: Tensor) -> Tensor:
        """The numbers of the codes, int32 `(batch, *places)`, of `(batch, *event_shape)`."""
        raise NotImplementedError

    def codes_of(self, indices: Tensor) -> Tensor:
        """The codes `(…, code_dim)` of their numbers `(…,)`."""
        raise NotImplementedError

    def estimated(self, before: Tensor, codes: Tensor) -> Tensor:
        """The codes, with the gradient that `before` gets."""
        raise NotImplementedError

    def call(self, features: Tensor):
        before = self.head(features)
        return {"before": before, "indices": self.indices_of(ops.stop_gradient(before))}

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return self.codes_of(posterior["indices"])

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        posterior = outputs["posterior"]
        codes = self.mode(posterior)
        z = ops.expand_dims(self.estimated(posterior["before"], codes), 1)
        return {"z": ops.repeat(z, num_samples or 1, axis=1), "codes": codes}

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        return ops.zeros_like(outputs["log_likelihood"])

    @property
    def log_num_codes(self) -> float:
        """The logarithm of the number of all codes of an example, in nats."""
        return math.prod(self.places) * math.log(self.num_codes)
