"""Codes in layers, each drawn given those above it."""

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..priors.hierarchical import Hierarchical as HierarchicalPrior
from .latent import Latent

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Hierarchical(Latent):
    """Codes z_1, …, z_L in layers, drawn from the top one, z_L, down.

        p(z)   = p(z_L)    * product over i < L of  p(z_i | z_(i+1), …, z_L)
        q(z|x) = q(z_L|x)  * product over i < L of  q(z_i | z_(i+1), …, z_L, x)

    All are normals of independent elements. One network goes down from layer to layer, for both: a
    latent of this kind goes with `kerae.priors.Hierarchical`, which draws from the same network.
    The code z is the vector of all layers, z_1 first. The deterministic code is that of which
    every layer is the mean given those above.

    The KL is known layer by layer, a group each, given the codes drawn above:

        KL_i = mean over samples of KL( q(z_i | z_(i+1), …, x) || p(z_i | z_(i+1), …) )      nats

    Subclasses make `layers` (see `Layer`) and the `layer_shapes` of their codes, both from z_1 up;
    `call` gives what the layers read of an example, and `for_decoder` what the decoder does of
    where the way down ends.

    Args:
        num_samples: Integer, the number of codes drawn per example.
    Raises:
        ValueError: If `num_samples` is below 1.
    """

    has_density = True
    served = {"mean": "The code: of each layer, from the lowest, the mean given those above."}
    layers: list
    layer_shapes: tuple

    def __init__(self, num_samples: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("num_samples", num_samples)
        self.num_samples = num_samples

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"prior": HierarchicalPrior()}

    def set_layer_shapes(self, shapes: Any) -> None:
        """Says what each layer's code is like.

        Args:
            shapes: Sequence of tuples, from z_1 up.
        """
        self.layer_shapes = tuple(tuple(shape) for shape in shapes)
        self.layer_sizes = tuple(math.prod(shape) for shape in shapes)
        self.event_shape = (sum(self.layer_sizes),)

    def codes_of_layers(self, z: Tensor) -> list[Tensor]:
        """The codes of each layer, from z_1 up, `(rows, *shape)`, of codes `(rows, size)`."""
        ends = [sum(self.layer_sizes[:i]) for i in range(1, len(self.layer_sizes))]
        pieces = ops.split(z, ends, axis=-1) if ends else [z]
        return [ops.reshape(piece, (-1, *shape)) for piece, shape in zip(pieces, self.layer_shapes)]

    def descend(
        self, given: Tensor, posterior: dict[str, Any] | None = None, draw: bool = False
    ) -> tuple[list[Any], Any]:
        """The way down through all layers.

        Args:
            given: Tensor `(rows, size)`: codes, or the standard normal noise that they are drawn
                with.
            posterior: Dict of what is known of the example of each row; without it the way is that
                of the prior.
            draw: Boolean, whether codes are drawn; else they are given.
        Returns:
            List of the code of each layer, from z_1 up, its prior and its posterior, the latter
            two as `kerae.ops.DiagonalNormal`; and the state at the end.
        """
        state, steps = None, []
        for layer, code in zip(self.layers[::-1], self.codes_of_layers(given)[::-1]):
            prior, state = layer.prior(state, code)
            of_example = None if posterior is None else layer.posterior(state, posterior, prior)
            if draw:
                code = (of_example or prior).made_of(code)
            steps.append((code, prior, of_example))
            state = layer.after(state, code)
        return steps[::-1], state

    def joined(self, steps: list[Any]) -> Tensor:
        """The codes of all layers of a way down as one vector a row."""
        codes = [ops.reshape(code, (-1, size)) for (code, *_), size in zip(steps, self.layer_sizes)]
        return ops.concatenate(codes, axis=-1)

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        rows = ops.shape(keras.tree.flatten(posterior)[0])[0]
        noise = ops.zeros((rows, *self.event_shape), self.compute_dtype)
        return self.joined(self.descend(noise, posterior, draw=True)[0])

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        count = num_samples or self.num_samples
        noise = outputs["noise"].normal((count, *self.event_shape))
        rows = ops.reshape(ops.cast(noise, self.compute_dtype), (-1, *self.event_shape))
        steps, _ = self.descend(rows, _repeated(outputs["posterior"], count), draw=True)
        kl = ops.stack([posterior.kl_from(prior) for _, prior, posterior in steps], axis=-1)
        return {
            "z": ops.reshape(self.joined(steps), (-1, count, *self.event_shape)),
            "kl_of_layers": ops.reshape(kl, (-1, count, len(steps))),
        }

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        count = z.shape[1]
        rows = ops.reshape(z, (-1, *self.event_shape))
        steps, _ = self.descend(rows, _repeated(posterior, count))
        return ops.reshape(sum(q.log_prob(code) for code, _, q in steps), (-1, count))

    def kl_divergence(self, outputs: dict[str, Any]) -> Tensor:
        if not self.is_own(outputs["prior"]):
            return super().kl_divergence(outputs)
        return ops.mean(outputs["kl_of_layers"], axis=1)

    def is_own(self, density: Any) -> bool:
        """Whether it is the density that the way down is drawn from without an example."""
        return getattr(density, "latent", None) is self


class Layer(keras.Layer):
    """One layer of codes on the way down: what comes to it is the state of the way.

    Subclasses define `prior`, `posterior` and `after`. The state is `None` above the top layer.
    """

    def prior(self, state: Any, code: Tensor) -> tuple[Any, Any]:
        """The normal p(z_i | z_(i+1), …), and the state that the others are given.

        Args:
            state: What the layer above left.
            code: Tensor of the shape of the layer's codes, for the number of rows.
        """
        raise NotImplementedError

    def posterior(self, state: Any, posterior: dict[str, Any], prior: Any) -> Any:
        """The normal q(z_i | z_(i+1), …, x)."""
        raise NotImplementedError

    def after(self, state: Any, code: Tensor) -> Any:
        """The state for the layer below."""
        raise NotImplementedError


def _repeated(posterior, count):
    """What is known of each example, once for each of its codes."""
    if count == 1:
        return posterior
    return keras.tree.map_structure(lambda each: ops.repeat(each, count, axis=0), posterior)
