"""Flows by their names."""

from ..checks.numbers import check_count
from .chain import Chain
from .conditioned import Conditioned
from .flow import Flow
from .inverse_autoregressive import InverseAutoregressive
from .masked_autoregressive import MaskedAutoregressive
from .neural_spline import NeuralSpline
from .planar import Planar
from .radial import Radial
from .real_nvp import RealNVP

NAMES = {
    "iaf": InverseAutoregressive,
    "maf": MaskedAutoregressive,
    "neural_spline": NeuralSpline,
    "planar": Planar,
    "radial": Radial,
    "real_nvp": RealNVP,
}
NUM_FLOWS = 4


def get(
    flow: str | Flow, latent_dim: int, num_flows: int | None = None, context_dim: int = 0
) -> Flow:
    """A chain of flows of that name, with their defaults, or the given object.

    Of those with an order of the elements, every second one takes them in reverse.

    Args:
        flow: `kerae.flows.Flow`, or `"planar"`, `"radial"`, `"iaf"`, `"maf"`, `"real_nvp"` or
            `"neural_spline"`.
        latent_dim: Integer, the number of dimensions.
        num_flows: Integer, how many of that name. Defaults to 4.
        context_dim: Integer, the size of the context of each flow with a network.

    Example:

    >>> [flow.reverse for flow in kerae.flows.get("iaf", latent_dim=2, num_flows=3).flows]
    [False, True, False]

    Raises:
        ValueError: If `flow` is neither a known name nor a `Flow` of so many dimensions, or
            `num_flows` is below 1 or given with an object.
    """
    kind = kind_of(flow, num_flows)
    if isinstance(kind, Flow):
        if kind.latent_dim != latent_dim:
            raise ValueError(
                f"Expected `flow` to have {latent_dim} dimensions, as the codes have. Received: "
                f"{kind.latent_dim}. Change its `latent_dim`."
            )
        return kind
    numbers = range(NUM_FLOWS if num_flows is None else num_flows)
    if not issubclass(kind, Conditioned):
        return Chain([kind(latent_dim) for _ in numbers])
    return Chain([kind(latent_dim, reverse=n % 2 == 1, context_dim=context_dim) for n in numbers])


def kind_of(flow: str | Flow, num_flows: int | None = None) -> Flow | type[Flow]:
    """The class of that name, or the given object.

    Raises:
        ValueError: As `get` does, where it need not know the dimensions.
    """
    if isinstance(flow, Flow):
        if num_flows is not None:
            raise ValueError(
                "Expected `num_flows` with the name of a flow alone. Received: "
                f"num_flows={num_flows!r} with a {type(flow).__name__}. Leave it out, or pass a "
                "kerae.flows.Chain of as many."
            )
        return flow
    if not isinstance(flow, str) or flow not in NAMES:
        raise ValueError(
            f"Expected `flow` to be one of {sorted(NAMES)} or a kerae.flows.Flow. Received: "
            f"{flow!r}. Pass one of them."
        )
    if num_flows is not None:
        check_count("num_flows", num_flows)
    return NAMES[flow]
