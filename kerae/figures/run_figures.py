"""The pictures of a training run."""

import numpy as np

from .images import is_image
from .latent_scatter import latent_scatter
from .loss_curves import loss_curves
from .reconstructions import reconstructions
from .samples import samples

SHOWN = 20  # examples beside their reconstructions


def run_figures(model, data, history, folder, seed):
    """Writes the pictures of a run folder: losses, codes, and, of images, what is decoded.

    Args:
        model: `kerae.Autoencoder`, trained.
        data: `kerae.data.Dataset`.
        history: Dict of lists, what was logged in each epoch.
        folder: `pathlib.Path` to write to.
        seed: Integer, of the samples and of which examples are shown.
    """
    y = data.y_test if model.condition is not None else None
    codes = model.encode(data.x_test, y)
    if history:  # unless its file was lost
        loss_curves(history, path=folder / "loss_curves.png")
    latent_scatter(
        codes.reshape(len(codes), -1),  # those of a map in a row
        data.y_test,
        data.class_names,
        title="codes of the test examples",
        path=folder / "latent_scatter.png",
    )
    if is_image(model.target_shape):
        rows = spread_over_classes(data.y_test, SHOWN, seed)
        x = data.x_test[rows]
        x_hat = model.reconstruct(x, None if y is None else y[rows])
        originals = model.targets_in_batches(x)
        reconstructions(originals, x_hat, path=folder / "reconstructions.png")
        classes = np.arange(50) % len(data.class_names) if model.label_readers else None
        sampled = model.sample(50, y=classes, seed=seed)
        samples(sampled, path=folder / "samples.png")


def spread_over_classes(labels, count, seed):
    """Which examples to show: as many of each class as there is room for, drawn at random.

    Args:
        labels: Array `(n,)`; where test examples are sorted, the first are all of one class.
        count: Integer, the most.
        seed: Integer.
    Returns:
        Integer array.
    """
    drawn = np.random.default_rng(seed).permutation(len(labels))
    classes = np.unique(labels[drawn], return_inverse=True)[1]
    # The place of each among those of its class.
    place = np.zeros(len(drawn), int)
    for number in range(classes.max() + 1):
        place[classes == number] = np.arange(np.sum(classes == number))
    return drawn[np.argsort(place, kind="stable")[:count]]
