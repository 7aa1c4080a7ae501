import math
from typing import TYPE_CHECKING

import numpy as np

from ..checks.given import as_array
from .savable import COLUMN, PAGE, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


PANELS = 3  # in a row
NOT_IN_NATS = ("learning_rate",)  # of what may be logged; models take no other metrics


@savable
def loss_curves(history: dict) -> "Figure":
    """Each logged quantity by epoch, in a panel, for training and validation, in nats.

    Args:
        history: Dict of lists, one a quantity, as `keras.callbacks.History.history`; with
            `epoch`, if it is there, on the horizontal axis.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If the history has no quantity.
    """
    history = {name: as_array(values, name) for name, values in history.items()}
    names = [name for name in history if not name.startswith("val_") and name != "epoch"]
    if not names:
        raise ValueError(
            "Expected a history of at least one quantity, such as `loss`. "
            f"Received: {list(history)}. Fit the model first."
        )
    names.sort(key=lambda name: (name != "loss", name != "reconstruction"))
    columns = min(len(names), PANELS)
    rows = math.ceil(len(names) / columns)
    figure = canvas(COLUMN if columns == 1 else PAGE * columns / PANELS, 2.0 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    epochs = history.get("epoch", 1 + np.arange(len(history[names[0]])))
    for axes, name in zip(panels, names):
        axes.plot(epochs, history[name], label="training")
        if f"val_{name}" in history:
            axes.plot(epochs, history[f"val_{name}"], "--", label="validation")
        axes.set(title=name, xlabel="epoch")
        if name not in NOT_IN_NATS:
            axes.set_ylabel("nats, mean per example")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
    for axes in panels[len(names) :]:
        axes.remove()
    return figure
