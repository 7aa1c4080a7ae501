"""What a network loses by a reconstruction of one of its layers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ..autoencoder.in_batches import BATCH_SIZE
from ..checks.arguments import check_choice, checked
from ..checks.codes import as_finite
from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from .spliced import as_functional, layer_of, replaced, spliced

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

ABLATIONS = ("zero", "mean")


@dataclass(frozen=True)
class LossRecovered:
    """What a network loses by a reconstruction of one of its layers; see `loss_recovered`.

    Args:
        loss: Float, the mean loss of the network as it is.
        spliced: Float, with the reconstruction in place of the layer's output.
        ablated: Float, with zeros, or the mean output, in its place.
        ablation: String, which of the two.
    """

    loss: float
    spliced: float
    ablated: float
    ablation: str

    @property
    def share(self) -> float:
        """(ablated - spliced) / (ablated - loss): 1 where nothing is lost."""
        return (self.ablated - self.spliced) / (self.ablated - self.loss)


@checked
def loss_recovered(
    model: Any,
    layer: Any,
    sae: "Autoencoder",
    x: Any,
    y: ArrayLike,
    loss: str | Callable | None = None,
    ablation: str = "zero",
    batch_size: int = BATCH_SIZE,
) -> LossRecovered:
    """How much of what a layer does for a network's loss its reconstruction does too.

        share = (loss ablated - loss spliced) / (loss ablated - loss)

    with the layer's output replaced by zeros or by its mean ("ablated"), by the reconstruction
    ("spliced"), or by nothing. Against zeros, which the network has never seen, shares are near 1
    even of poor reconstructions; the mean is the harder measure.

    Args:
        model: As for `kerae.spliced`, with one output.
        layer: As for `kerae.spliced`.
        sae: As for `kerae.spliced`.
        x: Array `(n, ...)`, the network's input, or the structure of arrays that it takes.
        y: Array `(n, ...)`, what the loss compares with the output, such as the next tokens.
        loss: Name of a loss of Keras, or one. Defaults to that which the model was compiled with.
        ablation: `"zero"`, or `"mean"`: the mean over examples, and over all places where the
            autoencoder is one of the last axis.
        batch_size: Integer, the number of examples computed at once.
    Returns:
        `LossRecovered`: `loss`, `spliced`, `ablated`, means over examples, and `share`.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, name="hidden")])
    >>> sae = kerae.SparseAE((6,), latent_dim=12, penalty="l1", likelihood="normal")
    >>> x = np.eye(4, dtype="float32")
    >>> lost = kerae.analysis.loss_recovered(model, "hidden", sae, x, np.ones((4, 6)), "mse")
    >>> lost.ablated  # of zeros against ones
    1.0

    Raises:
        ValueError: If an argument does not fit, there is no loss, or the ablation changes nothing.
    Reference:
        Karvonen et al., 2025, https://arxiv.org/abs/2503.09532
    """
    check_choice("ablation", ablation, ABLATIONS)
    check_count("batch_size", batch_size)
    loss = _as_loss(loss if loss is not None else getattr(model, "loss", None))
    with_sae, found = spliced(model, layer, sae), layer_of(model, layer)
    shape = tuple(found.output.shape[1:])
    value = np.zeros(shape[-len(sae.input_shape) :], "float32")
    batches = list(_batches(x, y, batch_size))
    if ablation == "mean":
        value = _mean_output(
            keras.Model(as_functional(model).input, found.output), batches, value.shape
        )
    without = replaced(model, found, _Constant(value))
    as_it_is, with_it, ablated = (
        _mean_loss(each, loss, batches) for each in (model, with_sae, without)
    )
    if ablated == as_it_is:
        raise ValueError(
            f"Expected a `layer` whose output matters. Received: {found.name!r}, without which the "
            f"loss is {as_it_is:.6g} too."
        )
    return LossRecovered(as_it_is, with_it, ablated, ablation)


def _as_loss(loss):
    try:
        found = keras.losses.get(loss) if isinstance(loss, str) else loss
    except ValueError:
        found = None
    if not callable(found):
        raise ValueError(
            "Expected `loss` to be one of Keras, by its name or itself, or the model compiled with "
            f"one. Received: {loss!r}. Pass one, such as 'sparse_categorical_crossentropy'."
        )
    return found


class _Constant(keras.Layer):
    """The same value at each place, whatever its input."""

    def __init__(self, value, **kwargs):
        super().__init__(**kwargs)
        self.value = value

    def call(self, h):
        return ops.zeros_like(h) + ops.cast(self.value, h.dtype)


def _batches(x, y, batch_size):
    arrays = [as_finite(each, "x") for each in keras.tree.flatten(x)]
    y = as_finite(y, "y")
    if any(len(each) != len(y) for each in arrays):
        raise ValueError(
            "Expected one of `y` for each example of `x`. Received: "
            f"{[len(each) for each in arrays]} and {len(y)}."
        )
    for start in range(0, len(y), batch_size):
        part = slice(start, start + batch_size)
        yield keras.tree.pack_sequence_as(x, [each[part] for each in arrays]), y[part]


def _mean_output(front, batches, shape):
    total, count = np.zeros(shape), 0
    for x, _ in batches:
        output = np.asarray(front.predict_on_batch(x), "float64").reshape(-1, *shape)
        total += output.sum(axis=0)
        count += len(output)
    return (total / count).astype("float32")


def _mean_loss(model, loss, batches):
    total = sum(
        len(y) * float(ops.convert_to_numpy(ops.mean(loss(y, model.predict_on_batch(x)))))
        for x, y in batches
    )
    return total / sum(len(y) for _, y in batches)
