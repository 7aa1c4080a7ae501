from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..backend import replica_sum
from ..checks.numbers import check_count, check_number, check_positive
from ..checks.types import Tensor
from ..latents.quantizers import LookupFree
from ..schedules import Weight
from .quantized import OfPairs
from .term import flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class CodeEntropy(OfPairs):
    """How sure each choice of a binary code is, and how evenly all of them are chosen.

        value = sum over places of ( H( q(z|u) ) - gamma H( mean of q(z|u) ) )        nats
        q(z|u) proportional to exp( - |u - z|^2 / temperature )

    with u what the code stands for, and the mean over all places of all examples of the batch, on
    all replicas. The first entropy is small where the vector is nearer to one code than to all
    others, the second large where all codes are chosen alike.

    A dimension's sign is independent of the others' given u, so the first entropy is the sum of
    those of single signs, exactly. That of the mean is of all 2^code_dim codes up to `group_dim`
    dimensions; of more, it is the sum over groups, as even as they can be, each of at most as
    many, which is at least as large. It takes 2^(group_dim / 2) numbers a place.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 0.1. A schedule that begins higher
            helps with many codes.
        gamma: Float. Defaults to 1.
        temperature: Float. Defaults to 0.01.
        group_dim: Integer. Defaults to 12.
    Raises:
        ValueError: If a number is out of its range, or the model's latent is not
            `kerae.latents.LookupFree` or made of such.
    Reference:
        Yu et al., 2023, https://arxiv.org/abs/2310.05737 (in the version of its authors, with no
        activation and the entropy of whole codes, or groups of bits);
        Zhao et al., 2024, https://arxiv.org/abs/2406.07548 (in factors)
    """

    label = "code_entropy"

    def __init__(
        self,
        weight: Weight = 0.1,
        gamma: float = 1.0,
        temperature: float = 0.01,
        group_dim: int = 12,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        check_number("gamma", gamma)
        check_positive("temperature", temperature)
        check_count("group_dim", group_dim)
        self.gamma = gamma
        self.temperature = temperature
        self.group_dim = group_dim

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"latent": LookupFree(3)}

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        if not model.latent.is_binary:
            raise ValueError(
                f"Expected a kerae.latents.LookupFree under CodeEntropy. Received: {model.latent}. "
                "Leave the term out, or take binary codes."
            )

    def of_pair(self, vectors: Tensor, codes: Tensor) -> Tensor:
        # Of a positive sign: |u + s|^2 - |u - s|^2 = 4 s u.
        logits = 4 * ops.abs(codes) * vectors / self.temperature
        sizes = ops.abs(logits)
        of_signs = ops.softplus(-sizes) + sizes * ops.sigmoid(-sizes)
        rows = ops.reshape(logits, (-1, logits.shape[-1]))
        count = replica_sum(ops.cast(ops.shape(rows)[0], logits.dtype))
        places = int(np.prod(logits.shape[1:-1]))
        of_mean = sum(self._entropy_of_mean(each, count) for each in self._groups(rows))
        return ops.sum(flat(of_signs), axis=-1) - self.gamma * places * of_mean

    def _groups(self, rows):
        dim = rows.shape[-1]
        parts = np.array_split(np.arange(dim), -(-dim // self.group_dim))
        return [rows[:, part[0] : part[-1] + 1] for part in parts]

    def _entropy_of_mean(self, logits, count):
        """Of all codes of a few dimensions, by a matrix of the signs of one half and the other."""
        half = logits.shape[-1] // 2
        one, other = (_probabilities(each) for each in (logits[:, :half], logits[:, half:]))
        p = replica_sum(ops.matmul(ops.transpose(one), other)) / count
        return -ops.sum(p * ops.log(ops.where(p > 0, p, 1.0)))


def _probabilities(logits):
    """Those of all 2^d combinations of d signs, `(n, 2^d)`."""
    p = ops.ones_like(ops.sum(logits, axis=-1, keepdims=True))
    for d in range(logits.shape[-1]):
        positive = ops.sigmoid(logits[:, d : d + 1])
        negative = ops.sigmoid(-logits[:, d : d + 1])
        p = ops.concatenate([p * negative, p * positive], axis=-1)
    return p
