from collections.abc import Sequence
from typing import Any

import keras

from ..checks.short import short
from ..checks.types import Tensor
from .flow import Flow


@keras.saving.register_keras_serializable("kerae.flows")
class Chain(Flow):
    """Several flows, one after the other.

        f = f_K after … after f_1,   log |det df/dz| = sum over k of log |det df_k|

    Each flow reads its own part of the context, in their order.

    Args:
        flows: List of `kerae.flows.Flow` of one dimension.

    Example:

    >>> flow = kerae.flows.Chain([kerae.flows.Planar(2), kerae.flows.Radial(2)])
    >>> flow.latent_dim, flow.context_dim, flow.has_inverse
    (2, 9, False)

    Raises:
        ValueError: If `flows` is no list of flows of one dimension.
    """

    def __init__(self, flows: Sequence[Flow], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.flows = tuple(_checked(flows))
        self.latent_dim = self.flows[0].latent_dim
        self.context_dim = sum(flow.context_dim for flow in self.flows)
        self.has_inverse = all(flow.has_inverse for flow in self.flows)

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        log_dets = []
        for flow, own in self._with_contexts(context):
            z, log_det = flow.forward(z, own)
            log_dets.append(log_det)
        return z, sum(log_dets)

    def inverse(self, y: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        log_dets = []
        for flow, own in reversed(self._with_contexts(context)):
            y, log_det = flow.inverse(y, own)
            log_dets.append(log_det)
        return y, sum(log_dets)

    def _with_contexts(self, context):
        """The flows, each with what it reads of the context."""
        pairs, first = [], 0
        for flow in self.flows:
            after = first + flow.context_dim
            is_told = context is not None and flow.context_dim > 0
            pairs.append((flow, context[..., first:after] if is_told else None))
            first = after
        return pairs


def _checked(flows) -> list[Flow]:
    given = list(flows) if isinstance(flows, list | tuple) else []
    dims = {each.latent_dim if isinstance(each, Flow) else None for each in given}
    if len(dims) != 1 or None in dims:
        raise ValueError(
            "Expected `flows` to be a list of kerae.flows.Flow, all of one `latent_dim`. "
            f"Received: {short(flows)}. Pass such as "
            "`[kerae.flows.Planar(2), kerae.flows.Radial(2)]`."
        )
    return given
