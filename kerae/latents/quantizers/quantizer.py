"""What a model asks of codes that are one of finitely many."""

from typing import TYPE_CHECKING, Any

from keras import layers, ops

from ...checks.short import short
from ...checks.types import Shape, Tensor
from ..discrete import Discrete
from .estimators import ESTIMATORS

if TYPE_CHECKING:
    from ...autoencoder.autoencoder import Autoencoder
    from ...schedules import Weight
    from ...terms.term import Term


class Quantizer(Discrete):
    """A vector, or one at each place of a map, each replaced by one of finitely many codes.

    The encoder's features, `(batch, features)` or `(batch, height, width, channels)`, are mapped
    linearly to `code_dim` numbers at each place, `before`. Subclasses call
    `set_codes` and define `indices_of` and `codes_of`; `compared` where it is not `before` itself
    that the codes stand for, and `follow` where they move codes by themselves. So they can be a
    part of another quantizer.

    All of the mass q(z|x) is on one code: log q(z|x) = 0. With a prior over the same codes, the
    ELBO is log p(x|z) + log p(z), an honest bound of log p(x); under `kerae.priors.UniformCodes`
    its second summand is -log(num_codes) at each place.

    Attributes:
        code_dim: Integer, the dimensions of a code.
        estimator: String, one of `ESTIMATORS`.
        trains_codes: Boolean, whether codes are trained by gradient, by
            `kerae.terms.CodebookError`.
        is_binary: Boolean, whether a code is the sign of each dimension.
        has_any_scale: Boolean, whether codes go to where vectors are, of whatever length, as those
            of a level of `Residual` have to.
    Raises:
        ValueError: If the encoder's features are neither vectors nor maps.
    """

    code_dim: int
    estimator = "straight_through"
    trains_codes = False
    is_binary = False
    has_any_scale = False

    def set_codes(self, num_codes: int, code_dim: int) -> None:
        """Sets how many codes there are, and of how many dimensions."""
        self.num_codes = num_codes
        self.code_dim = code_dim

    @property
    def served(self):
        return {"mean": "The quantized code.", "indices": "The number of the code at each place."}

    def build(self, input_shape: Any) -> None:
        is_one = not isinstance(input_shape[0], list | tuple)
        if not is_one or len(input_shape) not in (2, 4) or None in input_shape[1:]:
            received = [("batch", *each[1:]) for each in ([input_shape] if is_one else input_shape)]
            raise ValueError(
                "Expected the encoder to give features of shape (batch, features), or maps of "
                f"shape (batch, height, width, channels). Received: {received}. Use "
                "kerae.networks.residual_encoder, or end the encoder in one of the two."
            )
        self.head = layers.Dense(self.code_dim, dtype=self.dtype_policy)
        self.head.build(input_shape)
        self.build_at(input_shape[1:-1])

    def build_at(self, places: Shape) -> None:
        """Builds all but the map of the features, which a part of another quantizer has not.

        Args:
            places: Tuple, `(height, width)` of a map, or `()`.
        """
        self.event_shape = (*places, self.code_dim)
        self.built = True

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
        """The codes `(…, code_dim)` of their numbers `(…, *index_shape)`."""
        raise NotImplementedError

    def compared(self, before: Tensor) -> Tensor:
        """What the codes stand for: by default, `before` itself."""
        return before

    def estimated(self, before: Tensor, codes: Tensor) -> Tensor:
        """The codes, with the gradient that `before` gets."""
        return ESTIMATORS[self.estimator](self.compared(before), codes)

    def pairs(self, before: Tensor, indices: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Vectors and the codes that stand for them, which terms compare.

        Both have the gradient that they have by themselves, with nothing estimated.
        """
        return [(self.compared(before), self.codes_of(indices))]

    def codebooks(self) -> list[Tensor]:
        """The learned codes, `(num_codes, code_dim)` each; by default none."""
        return []

    def follow(self, before: Tensor, indices: Tensor, noise: Any) -> None:
        """Moves codes in a step of training; by default none.

        Args:
            before: Tensor `(batch, *event_shape)`.
            indices: Tensor `(batch, *places)`, the codes that were chosen.
            noise: What random numbers are drawn from.
        """

    def call(self, features: Tensor):
        before = self.head(features)
        return {"before": before, "indices": self.indices_of(ops.stop_gradient(before))}

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        before, indices = (outputs["posterior"][name] for name in ("before", "indices"))
        z = ops.expand_dims(self.estimated(before, self.codes_in(outputs)), 1)
        pairs = self.pairs(before, indices)
        if outputs["training"]:
            self.follow(ops.stop_gradient(before), indices, outputs["noise"])
        return {"z": ops.repeat(z, num_samples or 1, axis=1), "pairs": pairs}

    def codes_in(self, outputs: dict[str, Any]) -> Tensor:
        """The codes that the decoder gets in a pass: by default, all of each."""
        return self.mode(outputs["posterior"])


def check_quantizer(quantizer: Any) -> None:
    """Raises a `ValueError` unless it is a `Quantizer`."""
    if not isinstance(quantizer, Quantizer):
        raise ValueError(
            "Expected `quantizer` to be a kerae.latents.Quantizer. Received: "
            f"{short(quantizer)}. Take one such as kerae.latents.VectorQuantizer(512, 16)."
        )
