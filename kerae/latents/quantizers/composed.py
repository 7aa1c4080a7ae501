"""Quantizers that are made of several others."""

from typing import TYPE_CHECKING, Any

from keras import ops

from ...checks.types import Shape, Tensor
from .quantizer import Quantizer

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term


class Composed(Quantizer):
    """Several quantizers of one kind, each with a number of its own for one vector.

    Subclasses call `compose`, and define `shares`, `indices_of` and `joined`.
    """

    def compose(self, quantizer: Quantizer, count: int, code_dim: int) -> None:
        """Makes the others like the given one, which is the first of them.

        Args:
            quantizer: `kerae.latents.Quantizer`.
            count: Integer, how many there are.
            code_dim: Integer, the dimensions of a code of all together.
        """
        config = {key: value for key, value in quantizer.get_config().items() if key != "name"}
        others = [type(quantizer).from_config(config) for _ in range(count - 1)]
        self.quantizers = [quantizer, *others]
        self.index_shape = (count, *quantizer.index_shape)
        self.set_codes(quantizer.num_codes, code_dim)

    @property
    def trains_codes(self) -> bool:
        return self.quantizers[0].trains_codes

    @property
    def is_binary(self) -> bool:
        return self.quantizers[0].is_binary

    def build_at(self, places: Shape) -> None:
        super().build_at(places)
        for each in self.quantizers:
            each.build_at(places)

    def terms(self, commitment: "Weight") -> "list[Term]":
        return self.quantizers[0].terms(commitment)

    def shares(self, before: Tensor, indices: Tensor) -> list[Tensor]:
        """What each of the quantizers is to stand for."""
        raise NotImplementedError

    def joined(self, codes: list[Tensor]) -> Tensor:
        """The codes of all together, of those of each."""
        raise NotImplementedError

    def codes_of(self, indices: Tensor) -> Tensor:
        return self.joined(self.codes_of_each(indices))

    def codes_of_each(self, indices: Tensor) -> list[Tensor]:
        """The codes of each quantizer."""
        # `indices` may have those of the first few alone.
        each = zip(self.quantizers, self._unstacked(indices))
        return [quantizer.codes_of(own) for quantizer, own in each]

    def pairs(self, before: Tensor, indices: Tensor) -> list[tuple[Tensor, Tensor]]:
        each = self._each(before, indices)
        return [pair for quantizer, x, own in each for pair in quantizer.pairs(x, own)]

    def codebooks(self) -> list[Tensor]:
        return [codes for quantizer in self.quantizers for codes in quantizer.codebooks()]

    def follow(self, before: Tensor, indices: Tensor, noise: Any) -> None:
        # The shares of all are known before the first codes move.
        for quantizer, x, own in self._each(before, indices):
            quantizer.follow(x, own, noise)

    def stacked(self, indices: list[Tensor]) -> Tensor:
        """The indices of all quantizers, of those of each."""
        return ops.stack(indices, axis=self._axis)

    @property
    def _axis(self):
        return -len(self.index_shape)

    def _unstacked(self, indices):
        return ops.unstack(ops.convert_to_tensor(indices), axis=self._axis)

    def _each(self, before, indices):
        own = self._unstacked(indices)
        return list(zip(self.quantizers, self.shares(before, indices), own, strict=True))
