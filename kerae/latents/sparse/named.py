"""Sparse activations by their names."""

from typing import Any

from ...checks.arguments import check_choice
from .batch_top_k import BatchTopK
from .gated import Gated
from .jump_relu import JumpReLU
from .p_anneal import PAnneal
from .relu import ReLU
from .sparse import Sparse
from .top_k import TopK

NAMES = {
    "topk": TopK,
    "batchtopk": BatchTopK,
    "relu": ReLU,
    "jumprelu": JumpReLU,
    "gated": Gated,
    "panneal": PAnneal,
}
OF_K = ("topk", "batchtopk")  # those that keep k units


def get(activation: str | Sparse, k: int | None = None, dead_after: int | None = None) -> Sparse:
    """The activation of that name, or the given object.

    Args:
        activation: String, a key of `NAMES`, or a `Sparse` latent.
        k: Integer, of those that keep so many units, or `None` for their default.
        dead_after: Integer, or `None` for the default.

    Example:

    >>> from kerae.latents.sparse.named import get
    >>> print(get("topk", k=4))
    TopK(k=4)

    Raises:
        ValueError: If it is neither a known name nor a `Sparse` latent, or a number is given that
            it does not take, or has of its own.
    """
    given: dict[str, Any] = {"k": k, "dead_after": dead_after}
    given = {name: value for name, value in given.items() if value is not None}
    if not isinstance(activation, str):
        if given:
            raise ValueError(
                f"Expected either an activation as an object, or its name and {', '.join(given)}. "
                f"Received: {activation} and {given}. Leave out the numbers."
            )
        return activation
    check_choice("activation", activation, NAMES)
    if "k" in given and activation not in OF_K:
        raise ValueError(
            f"Expected `k` for {' or '.join(map(repr, OF_K))} alone. Received: k={k} with "
            f"activation={activation!r}. Leave it out."
        )
    return NAMES[activation](**given)
