"""Numbers by epoch."""

import numpy as np

from .canvas import canvas


def loss_curves(history):
    """Each logged quantity by epoch, in a panel, for training and validation.

    Args:
        history: Dict of lists, one a quantity, as `keras.callbacks.History.history`.
    """
    names = [name for name in history if not name.startswith("val_") and name != "epoch"]
    names.sort(key=lambda name: (name != "loss", name != "reconstruction"))
    figure = canvas(3.2 * len(names), 2.8)
    epochs = 1 + np.arange(len(history[names[0]]))
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        axes.plot(epochs, history[name], label="training")
        if f"val_{name}" in history:
            axes.plot(epochs, history[f"val_{name}"], "--", label="validation")
        axes.set(title=name, xlabel="epoch", ylabel="mean per example")
        axes.legend()
    return figure
