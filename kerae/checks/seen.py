"""What a step is given, looked at on the device: batches that nobody has looked at before."""

import math
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from .types import Tensor

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

NOTHING = float(np.finfo("float32").max)


def names_of_seen(model: "Autoencoder") -> list[str]:
    """What is looked at: the target, and what of the data it does not show."""
    hidden = model.preprocessing is not None or model.target.reads_labels
    names = ["x"] if hidden and "int" not in str(model.input_dtype) else []
    return [*names, *(["y"] if model.label_readers else []), "target", "sample_weight"]


def limits(model: "Autoencoder", given: dict[str, Tensor]) -> Tensor:
    """The least number of each example and the opposite of its greatest, of all that is looked at.

    Where a number is NaN or infinite both are minus infinity, which a minimum keeps on every
    backend, as it does not NaN. Of what is not given they are `NOTHING`.

    Args:
        model: `kerae.Autoencoder`.
        given: Dict of tensors, or `None`, by the names of `names_of_seen`, and others.
    Returns:
        Tensor `(batch, 2 * names)`.
    """
    columns = []
    for name in model.names_of_seen:
        if given[name] is None:
            columns += 2 * [ops.full_like(columns[0], NOTHING)]
            continue
        flat = ops.cast(given[name], model.variable_dtype)
        flat = ops.reshape(flat, (-1, math.prod(flat.shape[1:])))
        total = ops.sum(flat, axis=1)
        # Of no rows, which a replica can get, Keras has no minimum on PyTorch.
        empty = flat.shape[0] == 0
        both = 2 * [total] if empty else [ops.min(flat, axis=1), -ops.max(flat, axis=1)]
        columns += [ops.where(ops.isfinite(total), each, -math.inf) for each in both]
    return ops.stack(columns, axis=1)


def note_seen(model: "Autoencoder", limits: Tensor) -> None:
    """Keeps the limits of all examples of a step, of all replicas, in the variable `seen`."""
    least = ops.cast(ops.min(limits, axis=0), model.seen.dtype)
    model.seen.assign(ops.minimum(model.seen, least))


def forget_seen(model: "Autoencoder") -> None:
    """Begins anew."""
    model.seen.assign(np.full(model.seen.shape, NOTHING))


def refuse_seen(model: "Autoencoder", where: str) -> None:
    """Checks what steps were given since `forget_seen`, and begins anew.

    Args:
        model: `kerae.Autoencoder`.
        where: String, what errors call the data.
    Raises:
        ValueError: If a number was NaN or infinite, or does not fit the model.
    """
    seen = np.asarray(ops.convert_to_numpy(model.seen))
    forget_seen(model)
    for name, (least, opposite) in zip(model.names_of_seen, seen.reshape(-1, 2)):
        if least == np.float32(NOTHING):
            continue
        if least == -math.inf:
            raise ValueError(
                f"Expected finite numbers in {where}. Received: NaN or infinity in "
                f"{_described(model, name)}. Remove or repair them, and go on from an earlier "
                "checkpoint or a new model where the model was trained on them."
            )
        try:
            _check(model, name, np.array([least, -opposite]))
        except ValueError as error:
            raise ValueError(f"A batch of {where} does not fit the model. {error}") from error


def _check(model, name, extremes):
    if name == "target":
        model.likelihood.check(extremes)
    elif name == "y":
        for reader in model.label_readers:
            reader.check(extremes.astype(reader.y_dtype))


def _described(model, name):
    if name != "target" or "x" not in model.names_of_seen:
        return f"`{'x' if name == 'target' else name}`"
    return (
        "the given target `y`" if model.target.reads_labels else "what preprocessing makes of `x`"
    )
