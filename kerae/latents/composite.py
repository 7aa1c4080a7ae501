"""Codes of several parts side by side."""

from typing import TYPE_CHECKING, Any

from keras import ops

from ..checks.types import Tensor
from .latent import Latent

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Composite(Latent):
    """Codes of which each part is those of a latent of its own, one after another.

    The posterior has the tensors of part n under their names and `_n`, counted from 1. Subclasses
    make `parts`.
    """

    parts: list[Any]
    num_samples = 1

    @property
    def draws_alone(self) -> bool:
        return super().draws_alone and all(part.draws_alone for part in self.parts)

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        drawn = [
            part.draw(model, self.pass_of(number, outputs), num_samples or self.num_samples)
            for number, part in enumerate(self.parts, start=1)
        ]
        return {"z": self.joined([each["z"] for each in drawn]), "drawn_parts": drawn}

    def joined(self, codes: list[Tensor]) -> Tensor:
        """Codes of all parts, `(…, *event_shape)`, of those of each."""
        return ops.concatenate(codes, axis=-1)

    def pass_of(self, number: int, outputs: dict[str, Any]) -> dict[str, Any]:
        """A pass as part `number`, counted from 1, would see it if the model had no other."""
        own = dict(outputs)
        if "posterior" in outputs:
            own["posterior"] = of_part(outputs["posterior"], number)
        return own | (outputs["drawn_parts"][number - 1] if "drawn_parts" in outputs else {})


class WithLatent:
    """A model as one part of its latent sees it, which has no other.

    Args:
        model: `kerae.Autoencoder` whose latent is a `Composite`, or one as a part sees it.
        number: Integer, the part, counted from 1.
    """

    def __init__(self, model: Any, number: int) -> None:
        self._model, self._number = model, number
        self.latent = model.latent.parts[number - 1]

    def posterior(self, *inputs: Any) -> dict[str, Any]:
        return of_part(self._model.posterior(*inputs), self._number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def numbered(number: int, posterior: dict[str, Any]) -> dict[str, Any]:
    """The posterior of a part as it is among those of all."""
    return {f"{name}_{number}": tensor for name, tensor in posterior.items()}


def of_part(posterior: dict[str, Any], number: int) -> dict[str, Any]:
    """The posterior of a part, of those of all."""
    suffix = f"_{number}"
    named = {name: tensor for name, tensor in posterior.items() if name.endswith(suffix)}
    return {name.removesuffix(suffix): tensor for name, tensor in named.items()}
